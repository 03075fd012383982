/**
 * The HTML report of a scan: one file that opens anywhere, without a network. The sky to move in, the event, how the
 * likelihood falls, the best pixels, how the scan went and what it was made from.
 *
 * The page states its own policy (Content-Security-Policy by meta element): only the script and the style with these
 * hashes, no connection to anywhere. What comes from files is escaped or is data.
 */
import { encodeBase64 } from '../event/index.js';
import { areaText, fixed, signed } from '../plot/index.js';
import {
  bestFit,
  countPixels,
  formatAngleDms,
  formatDuration,
  formatEnergy,
  formatRaHms,
  isoTime,
  type ScanResult,
  type ScanSummary,
  type SkyMaps,
} from '../result/index.js';
import { pixelArea, pixelPhi, pixelTheta, pixelVector } from '../sky/index.js';
import { orderByLlh } from './best-pixels.js';
import type { EventPicture } from './event-picture.js';
import { dataBlock, escapeHtml, facts, inlineScript, jsonBlock, table } from './html.js';
import { llhProfile } from './llh-profile.js';
import { packPixels } from './pixel-packing.js';
import { manifestFacts, manifestTimes } from './scan-facts.js';
import { edgeText, type RegionFigures, type SkyFigures, skyFigures } from './sky-figures.js';

/** What a report is made from. */
export interface ReportInput {
  readonly result: ScanResult;
  /** Maps of the result; null where no pixel has an llh. */
  readonly sky: SkyMaps | null;
  /** Name of the result file. */
  readonly name: string;
  /** Summary that the scan wrote beside it, for what the result does not say. Default: not known. */
  readonly summary?: ScanSummary | null;
  /** Content of its `scan-manifest.json`. Default: not known. */
  readonly manifest?: unknown;
  readonly recoAlgo: string | null;
  readonly event?: { readonly picture: EventPicture; readonly notes: readonly string[] } | null;
  /** Known position of a simulated event's neutrino, degrees. */
  readonly truth?: { readonly raDeg: number; readonly decDeg: number } | null;
  /** Files that went into it, with their SHA-256. */
  readonly files: readonly { readonly what: string; readonly name: string; readonly sha256: string }[];
  /** Version of the product. */
  readonly version: string;
}

/** Script and style of the page, as text. */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
  /** SHA-256 of a text, base64. */
  sha256(text: string): string;
}

/** What the script of the page reads besides pixels. */
export interface ReportData {
  readonly figures: Omit<SkyFigures, 'probability'> | null;
  readonly truth: { readonly raDeg: number; readonly decDeg: number } | null;
  readonly event: EventPicture | null;
  /** Best fit: where the track is drawn. */
  readonly track: {
    readonly raDeg: number;
    readonly decDeg: number;
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly timeNs: number;
  } | null;
}

const DEGREE = Math.PI / 180;
const BEST_PIXELS = 20;
/** Cells with less probability than this are left out of the page. */
const NEGLIGIBLE = 1e-11;

/** The report as HTML. */
export function htmlReport(input: ReportInput, assets: ReportAssets): string {
  const { result, sky } = input;
  const figures = sky === null ? null : skyFigures(sky);
  const best = bestFit(result);
  const title = titleOf(result, input.name);
  const script = inlineScript(assets.script);
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${assets.sha256(script)}'`,
    `style-src 'sha256-${assets.sha256(assets.style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const data: ReportData = {
    figures: figures && { peak: figures.peak, regions: figures.regions },
    truth: input.truth ?? null,
    event: input.event?.picture ?? null,
    track:
      best === null || ![best.x, best.y, best.z].every(Number.isFinite)
        ? null
        : { ...centre(best.nside, best.pixel), x: best.x, y: best.y, z: best.z, timeNs: best.timeNs },
  };
  const mjd = result.metadata?.mjd;
  const time = mjd === undefined || !Number.isFinite(mjd) ? null : isoTime(mjd);
  const about = [
    time === null ? null : `${time.replace('T', ' ')} UTC`,
    input.recoAlgo,
    result.metadata?.isRealEvent === false ? 'simulated' : null,
    result.metadata?.complete === false ? 'not finished' : null,
  ].filter((text) => text !== null);
  const profile = best === null ? '' : llhProfile(result, best, (nside, pixel) => pixelVector(nside, pixel, VECTOR));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="skymap-scanner ${escapeHtml(input.version)}">
<title>${escapeHtml(title)}: sky map</title>
<style>${assets.style}</style>
</head>
<body>
<div class="page">
<header class="top"><h1>${escapeHtml(title)}</h1><span class="about">${escapeHtml(about.join(' \u00b7 '))}</span><span class="end" id="theme-place"></span></header>
<main>
<div class="columns">
<section aria-label="Sky map" class="panel plain"><div id="sky"></div>${legendKey(input.truth != null)}
<noscript><p class="note">The sky to move in and the event display need JavaScript; everything else is below.</p></noscript></section>
<div class="stack">
<section class="panel"><h2>Position</h2>${positionText(figures, input)}</section>
<section class="panel"><h2>Regions</h2>${figures === null ? '<p>No pixel has a fit.</p>' : regionTable(figures.regions)}</section>
<section class="panel"><h2>Best fit</h2>${bestFitFacts(result)}</section>
</div>
</div>
<div class="halves">
${input.event ? `<section class="panel"><h2>Event</h2><div id="event"></div>${hitsTable(input.event.picture)}</section>` : ''}
${profile === '' ? '' : `<section class="panel"><h2>Likelihood around the best fit</h2>${profile}</section>`}
<section class="panel"><h2>Best pixels</h2>${bestPixels(input, figures)}</section>
<div class="stack"><section class="panel"><h2>Scan</h2>${scanFacts(input)}</section>
<section class="panel"><h2>Provenance</h2>${provenance(input)}</section></div>
</div>
</main>
</div>
${jsonBlock('report', data)}
${dataBlock('pixels', encodeBase64(packPixels(result.maps.map(({ nside, pixel, llh }) => ({ nside, pixel, value: llh })))))}
${figures === null ? '' : dataBlock('probability', encodeBase64(packProbability(figures.probability)))}
<script>${script}</script>
</body>
</html>
`;
}

const VECTOR = new Float64Array(3);

/** `Run 136662, event 35405932, BRONZE`, or the name of the file. */
function titleOf({ metadata }: ScanResult, name: string): string {
  if (!metadata) return name;
  const kind = metadata.eventType === null ? '' : `, ${metadata.eventType}`;
  return `Run ${metadata.runId}, event ${metadata.eventId}${kind}`;
}

function packProbability({ nside, pixel, density }: SkyFigures['probability']): Uint8Array {
  const runs = new Map<number, { pixel: number[]; value: number[] }>();
  for (let i = 0; i < nside.length; i++) {
    if (density[i]! * pixelArea(nside[i]!) < NEGLIGIBLE) continue;
    const run = runs.get(nside[i]!) ?? { pixel: [], value: [] };
    runs.set(nside[i]!, run);
    run.pixel.push(pixel[i]!);
    run.value.push(density[i]!);
  }
  return packPixels([...runs].map(([size, run]) => ({ nside: size, ...run })));
}

function centre(nside: number, pixel: number): { raDeg: number; decDeg: number } {
  return { raDeg: pixelPhi(nside, pixel) / DEGREE, decDeg: 90 - pixelTheta(nside, pixel) / DEGREE };
}

function placeText(raDeg: number, decDeg: number, decimals = 3): string {
  return `RA ${fixed(raDeg, decimals)}\u00b0, dec ${signed(decDeg, decimals)}\u00b0`;
}

function positionText(figures: SkyFigures | null, { truth }: ReportInput): string {
  if (figures === null) return '<p>No pixel has a fit, so there is no position.</p>';
  const { raDeg, decDeg, floorDeg } = figures.peak;
  const blur =
    floorDeg > 0 ? `Maximum of the probability, blurred by ${floorDeg}\u00b0` : 'Most probable pixel, not blurred';
  const apart =
    truth == null
      ? ''
      : `<p class="note">True position: ${escapeHtml(placeText(truth.raDeg, truth.decDeg))}, ${separationDeg(truth, figures.peak).toFixed(3)}\u00b0 away.</p>`;
  return (
    `<p class="answer">${escapeHtml(placeText(raDeg, decDeg))}</p>` +
    `<p class="note">${escapeHtml(formatRaHms(raDeg))}, ${escapeHtml(formatAngleDms(decDeg))} (ICRS, J2000). ${blur}: the position to publish.</p>${apart}`
  );
}

function separationDeg(a: { raDeg: number; decDeg: number }, b: { raDeg: number; decDeg: number }): number {
  const [u, v] = [a, b].map(({ raDeg, decDeg }) => {
    const c = Math.cos(decDeg * DEGREE);
    return [c * Math.cos(raDeg * DEGREE), c * Math.sin(raDeg * DEGREE), Math.sin(decDeg * DEGREE)];
  }) as [number[], number[]];
  return (2 * Math.asin(Math.min(1, Math.hypot(u[0]! - v[0]!, u[1]! - v[1]!, u[2]! - v[2]!) / 2))) / DEGREE;
}

function regionTable(regions: readonly RegionFigures[]): string {
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

function bestFitFacts(result: ScanResult): string {
  const best = bestFit(result);
  if (best === null) return '<p>No fit succeeded.</p>';
  const { raDeg, decDeg } = centre(best.nside, best.pixel);
  const isPlace = [best.x, best.y, best.z].every(Number.isFinite);
  return facts([
    ['Pixel', `${best.pixel} of nside ${best.nside}`],
    ['Centre', placeText(raDeg, decDeg)],
    ['LLH (\u2212ln L)', best.llh.toFixed(3)],
    ['Vertex', isPlace ? `x ${best.x.toFixed(1)} m, y ${best.y.toFixed(1)} m, z ${best.z.toFixed(1)} m` : null],
    ['Time', Number.isFinite(best.timeNs) ? `${best.timeNs.toFixed(0)} ns` : null],
    ['Energy inside', Number.isFinite(best.eInGev) ? formatEnergy(best.eInGev) : null],
    ['Energy in total', Number.isFinite(best.eTotGev) ? formatEnergy(best.eTotGev) : null],
  ]);
}

function bestPixels({ result, sky }: ReportInput, figures: SkyFigures | null): string {
  if (sky === null || figures === null) return '<p>No pixel has a fit.</p>';
  const rows = orderByLlh(sky.cells, BEST_PIXELS).map((i, rank) => {
    const [nside, pixel, llh] = [sky.cells.nside[i]!, sky.cells.pixel[i]!, sky.cells.llh[i]!];
    const { raDeg, decDeg } = centre(nside, pixel);
    const delta = 2 * (llh - (bestFit(result)?.llh ?? llh));
    return [
      String(rank + 1),
      String(nside),
      String(pixel),
      fixed(raDeg, 3),
      signed(decDeg, 3),
      llh.toFixed(3),
      delta.toFixed(2),
    ];
  });
  return table(
    'Finest known pixels, RING numbers',
    ['', 'nside', 'pixel', 'RA (\u00b0)', 'Dec (\u00b0)', 'LLH', '2 \u0394LLH'],
    rows,
  );
}

function hitsTable(picture: EventPicture): string {
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

function scanFacts({ result, summary, manifest, recoAlgo }: ReportInput): string {
  const pixels = countPixels(result);
  const perNside = result.maps
    .toSorted((a, b) => a.nside - b.nside)
    .map(({ nside, pixel }) => `${pixel.length} of nside ${nside}`)
    .join(', ');
  const rows: [string, string | null][] = [
    ['Reconstruction', recoAlgo],
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

function provenance({ result, files, version, event, sky, summary }: ReportInput): string {
  const mjd = result.metadata?.mjd;
  const threshold = summary?.predictive_scanning_threshold;
  return (
    facts([
      ['Made by', `skymap-scanner ${version}`],
      ['MJD', mjd === undefined || !Number.isFinite(mjd) ? null : mjd.toFixed(8)],
      ['Angular error floor', sky === null ? null : `${sky.probability.floorDeg}\u00b0`],
      ['Predictive scanning threshold', threshold == null ? null : String(threshold)],
      ...files.map(({ what, name, sha256 }): [string, string] => [what, `${name} (SHA-256 ${sha256})`]),
    ]) + (event?.notes ?? []).map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('')
  );
}

/** What the symbols of the sky mean. */
export function legendKey(hasTruth: boolean): string {
  const symbol = (body: string, text: string): string =>
    `<span><svg viewBox="0 0 32 18" aria-hidden="true">${body}</svg>${text}</span>`;
  return `<div class="key">${[
    symbol('<path class="mark-peak" d="M6 9h7m6 0h7M16 0v6m0 6v6"/>', 'most probable position'),
    symbol('<path class="mark-best" d="M16 2l7 7-7 7-7-7z"/>', 'best-fit pixel'),
    symbol('<path class="mark-peak" d="M2 9h28"/>', '90 % of the probability'),
    symbol('<path class="mark-peak dashed" d="M2 9h28"/>', '50 %'),
    symbol('<path class="mark-plane" d="M2 9h28"/>', 'galactic plane, GC: centre'),
    ...(hasTruth
      ? [symbol('<path class="mark-truth" d="M16 1l2 6h6l-5 4 2 6-5-4-5 4 2-6-5-4h6z"/>', 'true position')]
      : []),
  ].join('')}</div>`;
}
