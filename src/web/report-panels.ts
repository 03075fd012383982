/** The panels of a report that are text: position, regions, best fit, best pixels, how the scan went, provenance. */
import { areaText, fixed, signed } from '../plot/index.js';
import {
  bestFit,
  countPixels,
  formatAngleDms,
  formatDuration,
  formatEnergy,
  formatRaHms,
  type ScanResult,
} from '../result/index.js';
import { pixelPhi, pixelTheta } from '../sky/index.js';
import { bestPixels } from './best-pixels.js';
import type { EventPicture } from './event-picture.js';
import { escapeHtml, facts, table } from './html.js';
import type { ReportInput } from './report-input.js';
import { manifestFacts, manifestTimes } from './scan-facts.js';
import { edgeText, type RegionFigures, type SkyFigures } from './sky-figures.js';

const DEGREE = Math.PI / 180;
const BEST_PIXELS = 20;

/** Centre of a pixel. */
export function centre(nside: number, pixel: number): { raDeg: number; decDeg: number } {
  return { raDeg: pixelPhi(nside, pixel) / DEGREE, decDeg: 90 - pixelTheta(nside, pixel) / DEGREE };
}

function placeText(raDeg: number, decDeg: number, decimals = 3): string {
  return `RA ${fixed(raDeg, decimals)}\u00b0, dec ${signed(decDeg, decimals)}\u00b0`;
}

export function positionText(figures: SkyFigures | null, { truth, result }: ReportInput): string {
  if (figures === null) return '<p>No pixel has a fit, so there is no position.</p>';
  const { raDeg, decDeg, floorDeg } = figures.peak;
  const isPartial = result.metadata?.complete === false;
  const blur =
    floorDeg > 0 ? `Maximum of the probability, blurred by ${floorDeg}\u00b0` : 'Most probable pixel, not blurred';
  const apart =
    truth == null
      ? ''
      : `<p class="note">True position: ${escapeHtml(placeText(truth.raDeg, truth.decDeg))}, ${separationDeg(truth, figures.peak).toFixed(3)}\u00b0 away.</p>`;
  return (
    `<p class="answer">${escapeHtml(placeText(raDeg, decDeg))}</p>` +
    `<p class="note">${escapeHtml(formatRaHms(raDeg))}, ${escapeHtml(formatAngleDms(decDeg))} (ICRS, J2000). ${blur}${isPartial ? '' : ': the position to publish'}.</p>${apart}`
  );
}

function separationDeg(a: { raDeg: number; decDeg: number }, b: { raDeg: number; decDeg: number }): number {
  const [u, v] = [a, b].map(({ raDeg, decDeg }) => {
    const c = Math.cos(decDeg * DEGREE);
    return [c * Math.cos(raDeg * DEGREE), c * Math.sin(raDeg * DEGREE), Math.sin(decDeg * DEGREE)];
  }) as [number[], number[]];
  return (2 * Math.asin(Math.min(1, Math.hypot(u[0]! - v[0]!, u[1]! - v[1]!, u[2]! - v[2]!) / 2))) / DEGREE;
}

export function regionTable(regions: readonly RegionFigures[]): string {
  return table(
    'Edges in degrees from the position. Wilks: 2 \u0394LLH below 1.39 and 4.61, edges from the best fit',
    ['Region', 'Area', 'RA \u2212', 'RA +', 'Dec \u2212', 'Dec +'],
    regions.map((region) => [
      `${Math.round(100 * region.level)} %${region.kind === 'wilks' ? ' Wilks' : ''}`,
      areaText(region.area_deg2),
      ...[region.ra_minus_deg, region.ra_plus_deg, region.dec_minus_deg, region.dec_plus_deg].map(edgeText),
    ]),
  );
}

export function bestFitFacts(result: ScanResult): string {
  const best = bestFit(result);
  if (best === null) return '<p>No fit succeeded.</p>';
  const { raDeg, decDeg } = centre(best.nside, best.pixel);
  const isPlace = [best.x, best.y, best.z].every(Number.isFinite);
  return facts([
    ['Pixel', `${best.pixel} of nside ${best.nside}`],
    ['Centre', placeText(raDeg, decDeg)],
    ['LLH (\u2212ln L)', best.llh.toFixed(3)],
    ['Vertex', isPlace ? `x ${fixed(best.x, 1)} m, y ${fixed(best.y, 1)} m, z ${fixed(best.z, 1)} m` : null],
    ['Time', Number.isFinite(best.timeNs) ? `${best.timeNs.toFixed(0)} ns` : null],
    ['Energy inside', Number.isFinite(best.eInGev) ? formatEnergy(best.eInGev) : null],
    ['Energy in total', Number.isFinite(best.eTotGev) ? formatEnergy(best.eTotGev) : null],
  ]);
}

export function bestPixelsTable({ result, sky }: ReportInput): string {
  if (sky === null) return '<p>No pixel has a fit.</p>';
  const best = bestPixels(sky.cells, result.maps, BEST_PIXELS);
  const rows = best.map(({ nside, pixel, llh }, rank) => {
    const { raDeg, decDeg } = centre(nside, pixel);
    return [
      String(rank + 1),
      String(nside),
      String(pixel),
      fixed(raDeg, 3),
      signed(decDeg, 3),
      llh.toFixed(3),
      (2 * (llh - best[0]!.llh)).toFixed(2),
    ];
  });
  return table(
    'Finest known pixels, RING numbers',
    ['', 'nside', 'pixel', 'RA (\u00b0)', 'Dec (\u00b0)', 'LLH', '2 \u0394LLH'],
    rows,
  );
}

export function hitsTable(picture: EventPicture): string {
  const brightest = picture.hits.toSorted((a, b) => b.chargePe - a.chargePe).slice(0, 12);
  return `<details><summary>Brightest modules</summary>${table(
    `${picture.hits.length} modules were hit`,
    ['Module', 'Charge (PE)', 'First pulse (ns)', 'x (m)', 'y (m)', 'z (m)'],
    brightest.map(({ string, om, chargePe, timeNs, at }) => [
      `${string}-${om}`,
      String(chargePe),
      String(timeNs),
      ...at.map((metres) => metres.toFixed(1)),
    ]),
  )}</details>`;
}

export function scanFacts({ result, summary, manifest, recoAlgo }: ReportInput): string {
  const pixels = countPixels(result);
  const perNside = result.maps
    .toSorted((a, b) => a.nside - b.nside)
    .map(({ nside, pixel }) => `${pixel.length} of nside ${nside}`)
    .join(', ');
  const rows: [string, string | null][] = [
    ['Reconstruction', recoAlgo],
    ['Why this one', summary?.reco_choice ?? null],
    ['Pixels', `${pixels.all} (${perNside})`],
    ['Pixels without a fit', String(pixels.failed)],
    ['Fits', summary?.n_recos == null ? null : String(summary.n_recos)],
    ['Duration', summary?.wall_s == null ? null : formatDuration(summary.wall_s)],
    ...manifestFacts(manifest),
  ];
  const times = manifestTimes(manifest);
  const timeTable =
    times.length === 0
      ? ''
      : table('Time of one fit, on the worker', ['', 'mean', 'median', 'fastest', 'slowest'], times);
  return facts(rows) + timeTable;
}

export function provenance({ result, files, version, notes = [], sky, summary }: ReportInput): string {
  const mjd = result.metadata?.mjd;
  const threshold = summary?.predictive_scanning_threshold;
  return (
    facts([
      ['Made by', `skymap-scanner ${version}`],
      ['MJD', mjd === undefined || !Number.isFinite(mjd) ? null : mjd.toFixed(8)],
      ['Angular error floor', sky === null ? null : `${sky.probability.floorDeg}\u00b0`],
      ['Predictive scanning threshold', threshold == null ? null : String(threshold)],
      ...files.map(({ what, name, sha256 }): [string, string] => [what, `${name} (SHA-256 ${sha256})`]),
    ]) + notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('')
  );
}
