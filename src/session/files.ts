/** The files that a finished scan leaves, as names and bytes; whoever asked for them writes or offers them. */
import { allSkySvg, type PlotOptions, zoomSvg } from '../plot/index.js';
import {
  eventStem,
  multiOrderFits,
  resultFileStem,
  type ScanResult,
  type ScanSummary,
  type SkyMaps,
  skyMaps,
  summarize,
  summaryJson,
  toJson,
  writeNpz,
} from '../result/index.js';
import type { ScanFigures } from '../scan/index.js';

/** A file without a directory. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/** Stem of the files of a map: event and nsides. */
export function mapStem({ metadata, maps }: ScanResult): string {
  return resultFileStem(
    metadata!,
    maps.map(({ nside }) => nside),
  );
}

/** The map itself, for numpy and skyreader and as JSON. */
export function mapFiles(result: ScanResult): NamedFile[] {
  const stem = mapStem(result);
  return [
    { name: `${stem}.npz`, bytes: writeNpz(result) },
    { name: `${stem}.json`, bytes: toJson(result) },
  ];
}

/** What a result does not say about its scan. */
export interface ScanRecord {
  readonly recoAlgo: string;
  /** Why that one, where the choice was left to the scanner. */
  readonly recoChoice?: string | null;
  readonly statistics: ScanFigures;
  readonly threshold: number;
  readonly angularErrorFloorDeg: number;
  /** Version of the product. */
  readonly version: string;
}

/** The answer of a scan: its summary, and the probability map as multi-order FITS. `sky` is null for an empty map. */
export function answerFiles(
  result: ScanResult,
  { recoAlgo, recoChoice = null, statistics, threshold, angularErrorFloorDeg, version }: ScanRecord,
): { readonly summary: ScanSummary; readonly sky: SkyMaps | null; readonly files: NamedFile[] } {
  const sky = skyMaps(result, angularErrorFloorDeg);
  const summary = summarize(result, {
    recoAlgo,
    recoChoice,
    nRecos: statistics.recos,
    wallS: statistics.wallS,
    threshold,
    angularErrorFloorDeg,
    sky,
  });
  const stem = eventStem(result.metadata!);
  const map = multiOrderFits(result, summary, { sky, creator: `skymap-scanner ${version}` });
  return {
    summary,
    sky,
    files: [
      { name: `${stem}.summary.json`, bytes: summaryJson(summary) },
      ...(map === null ? [] : [{ name: `${stem}.multiorder.fits`, bytes: map }]),
    ],
  };
}

/**
 * The pictures of a map as SVG: the whole sky, and the surroundings of the best fit. One that is not possible is told
 * and left out: the map is what a scan is for.
 */
export function pictureFiles(
  result: ScanResult,
  options: PlotOptions,
  tell: (text: string) => void,
): { readonly name: string; readonly bytes: string }[] {
  const files: { name: string; bytes: string }[] = [];
  for (const [kind, draw] of [
    ['allsky', allSkySvg],
    ['zoom', zoomSvg],
  ] as const) {
    try {
      files.push({ name: `${mapStem(result)}.${kind}.svg`, bytes: draw(result, options) });
    } catch (error) {
      tell(`A picture (${kind}) is missing: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return files;
}
