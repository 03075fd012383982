/** Events for these tests out of the reference decodings in ../shared, and the built-in detector. */
import { readFile } from 'node:fs/promises';
import type { ReadResource } from '../../src/config/index.js';
import { type Detector, loadIc86 } from '../../src/detector/index.js';
import { buildPulseMap, type DomWindows, type OMKey, type PulseMap, type TimeWindow } from '../../src/event/index.js';
import { sharedJson } from '../support/shared.js';

export const readResource: ReadResource = async (path) =>
  new Uint8Array(await readFile(new URL(`../../resources/${path}`, import.meta.url)));

let ic86: Promise<Detector> | undefined;
/** The built-in IC86, loaded once. */
export function builtinIc86(): Promise<Detector> {
  ic86 ??= loadIc86(readResource);
  return ic86;
}

/** A decoded reference file: pulse maps and frame objects by key. */
export interface Decoded {
  pulses(name: string): PulseMap;
  /** Value of the object with this key, null where the file has none. */
  value(key: string): any;
  windows(key: string): DomWindows[];
  timeRange(key: string): TimeWindow;
}

export function readDecoded(file: string): Decoded {
  const decoded = sharedJson(file);
  const objects = new Map<string, any>();
  for (const frame of decoded.frames) for (const object of frame.objects) objects.set(object.key, object.value);
  const number = (value: number | string): number => (typeof value === 'number' ? value : Number(value));
  return {
    value: (key) => objects.get(key) ?? null,
    pulses: (name) =>
      buildPulseMap(
        decoded.pulses[name].map(([string, om, pmt, list]: any) => ({
          key: { string, om, pmt },
          timeNs: list.map((p: number[]) => p[0]),
          chargePe: list.map((p: number[]) => p[1]),
          widthNs: list.map((p: number[]) => p[2]),
          flags: list.map((p: number[]) => p[3]),
        })),
      ),
    windows: (key) =>
      (objects.get(key) ?? []).map(([[string, om, pmt], windows]: any) => ({
        string,
        om,
        pmt,
        windows: windows.map(([startNs, stopNs]: any) => ({ startNs: number(startNs), stopNs: number(stopNs) })),
      })),
    timeRange: (key) => {
      const [startNs, stopNs] = objects.get(key);
      return { startNs, stopNs };
    },
  };
}

export function nameOf(key: OMKey): string {
  return `${key.string},${key.om}`;
}

export const EVENTS = ['event_HESE_2017-11-28', 'hese_event_01', 'run00136662-evt000035405932-BRONZE'] as const;
export const STARTUP_SPLINEMPE = 'data/reco-pixel/splinempe/BRONZE/startup.decoded.json';
