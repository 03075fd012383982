/**
 * The HTML report of a scan: one file that opens anywhere, without a network. The sky to move in, the event, how the
 * likelihood falls, the best pixels, how the scan went and what it was made from.
 *
 * The page states its own policy (Content-Security-Policy by meta element): only the script and the style with these
 * hashes, no connection to anywhere. What comes from files is escaped or is data.
 */
import { encodeBase64 } from '../event/index.js';
import { bestFit, isoTime, type ScanResult } from '../result/index.js';
import { pixelArea, pixelVector } from '../sky/index.js';
import type { EventPicture } from './event-picture.js';
import { dataBlock, escapeHtml, inlineScript, jsonBlock } from './html.js';
import { legendKey } from './legend-key.js';
import { llhProfile } from './llh-profile.js';
import { packPixels } from './pixel-packing.js';
import { PARTIAL, type ReportInput } from './report-input.js';
import {
  bestFitFacts,
  bestPixelsTable,
  centre,
  hitsTable,
  positionText,
  provenance,
  regionTable,
  scanFacts,
} from './report-panels.js';
import { type SkyFigures, skyFigures } from './sky-figures.js';

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
    event: input.event ?? null,
    track:
      best === null || ![best.x, best.y, best.z].every(Number.isFinite)
        ? null
        : { ...centre(best.nside, best.pixel), x: best.x, y: best.y, z: best.z, timeNs: best.timeNs },
  };
  const isPartial = result.metadata?.complete === false;
  const mjd = result.metadata?.mjd;
  const time = mjd === undefined || !Number.isFinite(mjd) ? null : isoTime(mjd);
  const about = [
    time === null ? null : `${time.replace('T', ' ')} UTC`,
    input.recoAlgo,
    result.metadata?.isRealEvent === false ? 'simulated' : null,
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
<title>${escapeHtml(title)}: sky map${isPartial ? ', not finished' : ''}</title>
<style>${assets.style}</style>
</head>
<body>
<div class="page">
<header class="top"><h1>${escapeHtml(title)}</h1><span class="about">${escapeHtml(about.join(' \u00b7 '))}</span><span class="end" id="theme-place"></span></header>
<main>
${isPartial ? `<p class="warning">Not finished: ${PARTIAL}. A finished scan may say something else.</p>` : ''}
<div class="columns">
<section aria-label="Sky map" class="panel plain"><div id="sky"></div>${legendKey(input.truth == null ? 'no' : 'yes')}
<noscript><p class="note">The sky to move in and the event display need JavaScript; everything else is below.</p></noscript></section>
<div class="stack">
<section class="panel"><h2>Position</h2>${positionText(figures, input)}</section>
<section class="panel"><h2>Regions</h2>${figures === null ? '<p>No pixel has a fit.</p>' : regionTable(figures.regions)}</section>
<section class="panel"><h2>Best fit</h2>${bestFitFacts(result)}</section>
</div>
</div>
<div class="halves">
${input.event ? `<section class="panel"><h2>Event</h2><div id="event"></div>${hitsTable(input.event)}</section>` : ''}
${profile === '' ? '' : `<section class="panel"><h2>Likelihood around the best fit</h2>${profile}</section>`}
<section class="panel"><h2>Best pixels</h2>${bestPixelsTable(input)}</section>
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
