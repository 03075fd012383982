/**
 * Flat HEALPix maps: one value for every pixel of the whole sky at one nside, as healpy writes and reads them
 * (specs/sky-and-scan.md 8.1). Made only on request: the multi-order map says the same in a thousandth of the bytes.
 *
 *     TTYPE1  = 'PROB    '           with TUNIT1 'pix-1', or '2DLLH'
 *     PIXTYPE = 'HEALPIX '
 *     ORDERING= 'RING    '
 *     COORDSYS= 'C       '
 *     NSIDE   =                  512
 *     FIRSTPIX=                    0
 *     LASTPIX =              3145727
 *     INDXSCHM= 'IMPLICIT'
 */
import { ancestor, children, type ProbabilityMap, pixelArea, pixelCount } from '../../sky/index.js';
import type { Card } from '../fits/cards.js';
import { LIKELIHOOD_COLUMN, likelihoodCards, type MapFileOptions, probabilityCards } from '../fits/map-cards.js';
import { writeFitsTable } from '../fits/table.js';
import { checkFlatNside, flattenLlh } from '../lookup.js';
import type { ScanSummary } from '../summary/types.js';
import type { ScanResult } from '../types.js';

/**
 * Probability in every pixel (RING) of an nside; the sum is 1. Cells larger than a pixel are shared out, smaller ones
 * summed. Throws a ConfigError above nside 2048.
 */
export function flatProbability({ nside: nsides, pixel, density }: ProbabilityMap, nside: number): Float64Array {
  checkFlatNside(nside);
  const flat = new Float64Array(pixelCount(nside));
  const area = pixelArea(nside);
  for (let i = 0; i < density.length; i++) {
    if (!(density[i]! > 0)) continue;
    const own = nsides[i]!;
    if (own === nside) flat[pixel[i]!]! += density[i]! * area;
    else if (own > nside) flat[ancestor(own, pixel[i]!, nside)]! += density[i]! * pixelArea(own);
    else for (const child of children(own, pixel[i]!, nside)) flat[child]! += density[i]! * area;
  }
  return flat;
}

/** The probability of every pixel of an nside as FITS. Throws a ConfigError above nside 2048. */
export function flatProbabilityFits(
  result: ScanResult,
  summary: ScanSummary,
  probability: ProbabilityMap,
  nside: number,
  options: MapFileOptions = {},
): Uint8Array {
  return writeFitsTable(
    [{ name: 'PROB', form: 'D', unit: 'pix-1', values: flatProbability(probability, nside) }],
    [...gridCards(nside), ...probabilityCards(result, summary, probability.floorDeg, options)],
  );
}

/**
 * 2 (llh - smallest llh) of every pixel of an nside as FITS, NaN where nothing is known. Pixels finer than the nside
 * give way to the coarser fit around them. Throws a ConfigError above nside 2048.
 */
export function flatLlhFits(
  result: ScanResult,
  summary: ScanSummary,
  nside: number,
  options: MapFileOptions = {},
): Uint8Array {
  const lowest = summary.best_fit?.llh ?? Number.NaN;
  const values = flattenLlh(result, nside);
  for (let i = 0; i < values.length; i++) values[i] = 2 * (values[i]! - lowest);
  return writeFitsTable(
    [{ name: LIKELIHOOD_COLUMN, form: 'D', values }],
    [...gridCards(nside), ...likelihoodCards(result, summary, options)],
  );
}

function gridCards(nside: number): Card[] {
  return [
    { key: 'PIXTYPE', value: 'HEALPIX', comment: 'HEALPIX pixelisation' },
    { key: 'ORDERING', value: 'RING', comment: 'pixel numbering' },
    { key: 'COORDSYS', value: 'C', comment: 'equatorial, ICRS' },
    { key: 'NSIDE', value: nside, comment: 'resolution' },
    { key: 'FIRSTPIX', value: 0, comment: 'first pixel' },
    { key: 'LASTPIX', value: pixelCount(nside) - 1, comment: 'last pixel' },
    { key: 'INDXSCHM', value: 'IMPLICIT', comment: 'row = pixel number' },
  ];
}
