/** The words of the pictures: title, and what each marker, contour and shade stands for. */
import type { ScanMetadata, ScanResult } from '../result/index.js';
import { pixelCount, type Region, WILKS_50, WILKS_90 } from '../sky/index.js';
import type { MapFigures, Position } from './figures.js';
import { fromEquatorial } from './frame.js';
import { areaText, fixed, positionText, utcText } from './labels.js';
import { contourLine, type MarkName, mark } from './marks.js';
import type { CompleteOptions, ContourKind } from './options.js';
import { type LegendEntry, swatch } from './page.js';
import type { SkyProjection } from './projection.js';
import { num } from './svg.js';
import type { Theme } from './theme.js';

/** Size of symbols in the map and in its legend. */
export const MARK_SIZE = 12;
/** Width of contours. */
export const CONTOUR_WIDTH = 2.6;

/** First line: which event. Second: when, how, and whether the scan is over. */
export function eventHeading(
  metadata: ScanMetadata | null,
  options: CompleteOptions,
): { title: string; subtitle: string } {
  const about: string[] = [];
  let title = 'Event unknown (the file has no header)';
  if (metadata !== null) {
    title = [`Run ${metadata.runId}`, `event ${metadata.eventId}`, metadata.eventType ?? ''].filter(Boolean).join(', ');
    about.push(utcText(metadata.mjd), metadata.isRealEvent ? '' : 'simulated event');
  }
  if (options.recoAlgo !== null) about.push(options.recoAlgo);
  if (metadata !== null && !metadata.complete) about.push('scan not finished');
  return { title: options.title ?? title, subtitle: about.filter(Boolean).join('  \u00b7  ') };
}

/** What the markers are; of sources only those that the picture shows. */
export function markEntries(
  figures: MapFigures,
  projection: SkyProjection,
  options: CompleteOptions,
  theme: Theme,
): LegendEntry[] {
  const entries: LegendEntry[] = [];
  const add = (name: MarkName, text: string): void => {
    entries.push({ symbol: (middle) => mark(name, middle, MARK_SIZE, theme), text });
  };
  const where = (at: Position): string => positionText(at.raDeg, at.decDeg, options.raUnit);
  const isShown = (at: Position): boolean =>
    projection.point(fromEquatorial(options.frame, at.raDeg, at.decDeg)) !== null;
  const { peak, bestFit } = figures;
  if (peak !== null) add('peak', `Peak of probability: ${where(peak)}`);
  if (bestFit !== null) add('bestFit', `Best-fit pixel (nside ${bestFit.nside}): ${where(bestFit)}`);
  if (options.truth !== null) {
    const text = `True direction: ${where(options.truth)}`;
    if (isShown(options.truth)) add('truth', text);
    else entries.push({ symbol: null, text: `${text}, outside this window` });
  }
  const sources = options.sources.filter(isShown);
  if (sources.length > 0) add('source', sources.length === 1 ? sources[0]!.name : 'Known sources');
  return entries;
}

/** What the shades without a colour are. */
export function stateEntries(
  figures: MapFigures,
  result: ScanResult,
  options: CompleteOptions,
  theme: Theme,
): LegendEntry[] {
  const entries: LegendEntry[] = [];
  if (options.quantity === 'probability') return entries;
  const failed = figures.failed.pixel.length;
  if (failed > 0) {
    const text = `Fit failed (${failed} pixel${failed === 1 ? '' : 's'})`;
    entries.push({ symbol: (middle) => swatch(middle, theme.failed, theme), text });
  }
  if (!result.maps.some((map) => map.pixel.length === pixelCount(map.nside))) {
    entries.push({ symbol: (middle) => swatch(middle, theme.unscanned, theme), text: 'Not scanned' });
  }
  return entries;
}

/** What the contours are, with areas and, if there is room, errors. */
export function contourEntries(
  figures: MapFigures,
  options: CompleteOptions,
  withErrors: boolean,
  theme: Theme,
): LegendEntry[] {
  const entries: LegendEntry[] = [];
  for (const kind of options.contours) {
    const regions = figures.regions.filter((figure) => figure.kind === kind);
    if (regions.length > 0) entries.push({ symbol: null, text: explain(kind, options), isQuiet: true });
    for (const { level, region } of regions) {
      const area = `${Math.round(level * 100)} %${withErrors ? ':' : ' region:'} ${areaText(region.areaDeg2)}`;
      entries.push({
        symbol: ([x, y]) => contourLine(`M${num(x - 18)} ${num(y)}h36`, kind, level, CONTOUR_WIDTH, theme),
        text: withErrors ? `${area},  ${errorText(region)}` : area,
      });
    }
  }
  return entries;
}

function errorText({ raPlusDeg, raMinusDeg, decPlusDeg, decMinusDeg }: Region): string {
  const pair = (plus: number, minus: number): string => `+${fixed(plus, 2)}\u00b0 \u2212${fixed(minus, 2)}\u00b0`;
  const ra = raPlusDeg + raMinusDeg > 359.99 ? 'all RA' : `RA ${pair(raPlusDeg, raMinusDeg)}`;
  return `${ra},  Dec ${pair(decPlusDeg, decMinusDeg)}`;
}

function explain(kind: ContourKind, options: CompleteOptions): string {
  return kind === 'wilks'
    ? `Contours of 2 \u0394LLH at ${WILKS_50} and ${WILKS_90} (Wilks):`
    : `Contours of exp(\u2212\u0394LLH) blurred by ${tidy(options.angularErrorFloorDeg)}\u00b0:`;
}

function tidy(value: number): string {
  return String(Number(value.toPrecision(4)));
}
