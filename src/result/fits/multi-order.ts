/**
 * Multi-order HEALPix maps: cells of many sizes that cover the sky exactly once, in one FITS table
 * (specs/alert-products.md section 1; what `map-cards.ts` adds is as skyreader has it). What the file of a scan begins
 * with:
 *
 *     XTENSION= 'BINTABLE'           / binary table extension
 *     ...
 *     TTYPE1  = 'UNIQ    '
 *     TFORM1  = 'K       '
 *     TTYPE2  = 'PROBDENSITY'
 *     TFORM2  = 'D       '
 *     TUNIT2  = 'sr-1    '
 *     PIXTYPE = 'HEALPIX '           / HEALPIX pixelisation
 *     ORDERING= 'NUNIQ   '           / UNIQ = 4 * 4^order + NESTED pixel
 *     COORDSYS= 'C       '           / equatorial, ICRS
 *     MOCORDER=                   11 / largest order
 *     INDXSCHM= 'EXPLICIT'
 *     OBJECT  = 'run00136662.evt000035405932.neutrino'
 *     CREATOR = 'skymap-scanner 1.0.0'
 *     RUNID   =               136662
 *     EVENTID =             35405932
 *     SENDER  = 'IceCube Collaboration'
 *     DATE-OBS= '2022-05-24T07:41:32.185' / UTC date of the observation
 *     MJD-OBS =    59723.32051140454 / modified Julian date of the observation
 *     I3TYPE  = 'neutrino'           / Alert Type
 *     RECO    = 'splinempe'          / reconstruction
 *     NSIDES  = '8 64 512'           / scanned resolutions
 *     RA      =                 47.2 / Degree
 *     DEC     =                 -3.5 / Degree
 *     HIERARCH RA_ERR_PLUS_50 = 0.75 / 50% containment error high
 *     HIERARCH RA_ERR_MINUS_50 = 0.3 / 50% containment error low
 *     ...
 *     HIERARCH CONTOUR_AREA_50 = 0.6789 / 50% contour area (sqdeg)
 *     HIERARCH CONTOUR_AREA_90 = 2.0186 / 90% contour area (sqdeg)
 *     COMMENTS= '50% and 90% uncertainty location => Highest posterior density 50% a&'
 *     CONTINUE  'nd 90% credible region'
 *     HIERARCH ANGULAR_ERROR_FLOOR = 0.2 / sigma of the blur an axis (deg)
 *     NOTE    = 'exp(-delta llh) blurred by 0.2 deg; density 0 where nothing is known'
 *
 * No date of writing stands in it unless one is handed in: the same scan gives the same bytes.
 */
import type { CardValue } from '../../fits/index.js';
import { finestCells, ringToUniq } from '../../sky/index.js';
import { badFile, shown } from '../errors.js';
import { type SkyMaps, skyMaps } from '../summary/summarize.js';
import type { ScanSummary } from '../summary/types.js';
import type { ScanResult } from '../types.js';
import type { Card } from './cards.js';
import { LIKELIHOOD_COLUMN, likelihoodCards, type MapFileOptions, probabilityCards } from './map-cards.js';
import { readFitsTable, writeFitsTable } from './table.js';

/** Settings of a multi-order file. */
export interface MultiOrderOptions extends MapFileOptions {
  /** `skyMaps` of the result with the summary's floor, if it is there already. */
  readonly sky?: SkyMaps | null;
}

/** Column of a probability map. */
const PROBABILITY = 'PROBDENSITY';

/**
 * The probability map of a scan, blurred as its summary says: density a steradian, 0 where nothing is known. null
 * for a result without any llh, of which there is no map.
 */
export function multiOrderFits(
  result: ScanResult,
  summary: ScanSummary,
  options: MultiOrderOptions = {},
): Uint8Array | null {
  const floor = summary.peak?.angular_error_floor_deg;
  const sky = options.sky === undefined ? skyMaps(result, floor) : options.sky;
  if (sky === null || summary.peak === null) return null;
  const { probability } = sky;
  return writeCells(
    probability,
    probability.density,
    PROBABILITY,
    'sr-1',
    probabilityCards(result, summary, probability.floorDeg, options),
  );
}

/**
 * The likelihood map of a scan: 2 (llh - smallest llh) of the finest known pixel everywhere, NaN where nothing is
 * known. null for a result without any llh.
 */
export function multiOrderLlhFits(
  result: ScanResult,
  summary: ScanSummary,
  options: MultiOrderOptions = {},
): Uint8Array | null {
  const cells = finestCells(result.maps, { withUnknown: true });
  const { best_fit: best } = summary;
  if (best === null) return null;
  const values = cells.llh.map((llh) => 2 * (llh - best.llh));
  return writeCells(cells, values, LIKELIHOOD_COLUMN, undefined, likelihoodCards(result, summary, options));
}

/** Cells (in NESTED order) as a table in the order of their UNIQ numbers. */
function writeCells(
  cells: { readonly nside: ArrayLike<number>; readonly pixel: ArrayLike<number> },
  values: Float64Array,
  name: string,
  unit: string | undefined,
  cards: readonly Card[],
): Uint8Array {
  // Cells are in NESTED order, so that UNIQ ascends within an nside already.
  const nsides = new Set<number>();
  for (let i = 0; i < values.length; i++) nsides.add(cells.nside[i]!);
  const ascending = [...nsides].sort((a, b) => a - b);
  const uniq = new Float64Array(values.length);
  const ordered = new Float64Array(values.length);
  let n = 0;
  for (const nside of ascending) {
    for (let i = 0; i < values.length; i++) {
      if (cells.nside[i] !== nside) continue;
      uniq[n] = ringToUniq(nside, cells.pixel[i]!);
      ordered[n++] = values[i]!;
    }
  }
  return writeFitsTable(
    [
      { name: 'UNIQ', form: 'K', values: uniq },
      { name, form: 'D', values: ordered, ...(unit === undefined ? {} : { unit }) },
    ],
    [
      { key: 'PIXTYPE', value: 'HEALPIX', comment: 'HEALPIX pixelisation' },
      { key: 'ORDERING', value: 'NUNIQ', comment: 'UNIQ = 4 * 4^order + NESTED pixel' },
      { key: 'COORDSYS', value: 'C', comment: 'equatorial, ICRS' },
      { key: 'MOCORDER', value: Math.round(Math.log2(ascending.at(-1)!)), comment: 'largest order' },
      { key: 'INDXSCHM', value: 'EXPLICIT' },
      ...cards,
    ],
  );
}

/** A multi-order map that was read. */
export interface MultiOrderMap {
  readonly header: ReadonlyMap<string, CardValue>;
  /** UNIQ numbers in the order of the file. */
  readonly uniq: Float64Array;
  readonly kind: 'probability' | 'likelihood';
  /** Density a steradian, or 2 delta llh. */
  readonly value: Float64Array;
}

/** Decodes a multi-order map, ours or another's. `name` of the file is for messages. Throws FileFormatError. */
export function readMultiOrderFits(bytes: Uint8Array, name = 'The map'): MultiOrderMap {
  const table = readFitsTable(bytes, name);
  const ordering = table.header.get('ORDERING');
  if (ordering !== 'NUNIQ') throw badFile(name, `is a map with ORDERING ${shown(ordering ?? null)} instead of NUNIQ`);
  const kind = table.columnNames.includes(PROBABILITY) ? 'probability' : 'likelihood';
  const uniq = table.column('UNIQ');
  if (!uniq.every((value) => Number.isSafeInteger(value) && value >= 4)) throw badFile(name, 'has a UNIQ that is none');
  return {
    header: table.header,
    uniq,
    kind,
    value: table.column(kind === 'probability' ? PROBABILITY : LIKELIHOOD_COLUMN),
  };
}
