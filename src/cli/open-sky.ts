/** A result file as maps of the sky, for the commands that ask it something. */
import type { ScanResult, SkyMaps } from '../index.js';

/** A result and its maps. */
export interface OpenSky {
  readonly result: ScanResult;
  readonly sky: SkyMaps;
  /** How its probability is blurred, in words. */
  readonly blur: string;
}

/**
 * Reads a result. The blur is `floorDeg` if it is given, else that of the summary beside the file, else the default.
 * Tells on standard error what is odd about it, see {@link tellOddities}.
 */
export async function openSky(path: string, floorDeg: number | undefined): Promise<OpenSky> {
  const { blurText, SkymapError, skyMaps } = await import('../index.js');
  const { loadResult, remarksBeside } = await import('../node/index.js');
  const result = await loadResult(path);
  const sky = skyMaps(result, floorDeg ?? (await remarksBeside(path)).angularErrorFloorDeg ?? undefined);
  if (sky === null) {
    throw new SkymapError(
      'result/no-fit',
      `No pixel of ${path} has a fit, so nothing can be said about its map.`,
      'The reasons for failed fits are in the messages of the scan and in scan-manifest.json.',
    );
  }
  await tellOddities(result, path);
  return { result, sky, blur: blurText(sky.probability.floorDeg) };
}

/** Says on standard error that the scan went on after a file was written, or that an old map may be mirrored. */
export async function tellOddities(result: ScanResult, path: string): Promise<void> {
  const { isOfOldScanner } = await import('../index.js');
  if (result.metadata?.complete === false) {
    process.stderr.write(`note: ${path} is the map of a scan that was not over yet.\n`);
  }
  if (isOfOldScanner(result)) {
    process.stderr.write(
      `note: ${path} has the form of older scanners, some of whose maps have declinations of the wrong sign: compare its ` +
        "position with the event's own fits.\n",
    );
  }
}

/** Prints an answer: JSON, or one line. */
export function answer(isJson: boolean | undefined, value: object, line: string): void {
  process.stdout.write(isJson ? `${JSON.stringify(value, null, 2)}\n` : `${line}\n`);
}

/** `RA 47.2, dec -3.5 deg`. */
export function positionText(raDeg: number, decDeg: number): string {
  return `RA ${raDeg}, dec ${decDeg} deg`;
}

/** A number with the digits that matter to people. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : 'not known';
}

/** `68.3 %` of 0.683, and `99.9999 %` of 0.999999. */
export function percent(level: number): string {
  return `${Number((100 * level).toPrecision(12))} %`;
}

/** A number as JSON has it: null where it is none. */
export function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
