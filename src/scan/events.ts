/**
 * Everything that happens during a scan, as one typed map. Logs, progress, partial maps, pictures, the live page and
 * tests listen to it; nothing inside the engine logs. Nothing is computed for events while nobody listens.
 */
import type { TaskOutcome } from '../broker/index.js';
import type { RecoTask } from '../reco/index.js';
import type { Forecast, Manifest } from '../report/index.js';
import type { ScanResult } from '../result/index.js';
import type { ChosenPixels, SkyPixel } from './choose-pixels.js';
import type { ScanOutcome } from './outcome.js';
import type { FitFigures } from './pixel-table.js';

/** A look at a running scan, at any time. */
export interface ScanView {
  /** All pixels whose variations have all arrived. */
  partialResult(): ScanResult;
  /** Body of `scan-manifest.json` at this moment. */
  manifest(): Manifest;
  /** Fits done and expected, and the time left, as numbers. */
  forecast(): Forecast;
  /** One line for people: how far, how long. */
  progressLine(): string;
}

export interface ScanEvents {
  /** Before anything is sent. `replayed`: outcomes that a journal holds. */
  'scan:started': {
    readonly nsides: readonly number[];
    readonly variations: number;
    readonly replayed: number;
    readonly view: ScanView;
  };
  /** The finished fraction of an nside climbed to a new step; a round follows. */
  'threshold:reached': { readonly nside: number; readonly collected: number; readonly allCollected: boolean };
  /** Pixels were chosen. `chosen` includes pixels sent in earlier rounds, `sent` does not; `sent` may be empty. */
  'round:chosen': {
    /** 1 for the first. */
    readonly round: number;
    /** Results that had entered the choice. */
    readonly collected: number;
    readonly openNsides: readonly number[];
    readonly minimum: (SkyPixel & { readonly llh: number }) | null;
    readonly chosen: readonly ChosenPixels[];
    readonly sent: readonly ChosenPixels[];
  };
  /** Nothing is left to refine: pixels next to better ones are fitted once more from there. */
  'restarts:chosen': {
    readonly minimum: SkyPixel & { readonly llh: number };
    readonly pixels: number;
    readonly fits: number;
  };
  /** A batch of tasks was handed to the broker. */
  'task:sent': { readonly tasks: readonly RecoTask[] };
  /** A task's results arrived, from a client or from the journal. */
  'task:done': { readonly outcome: TaskOutcome & { status: 'done' }; readonly isReplay: boolean };
  /** A task was given up: its variations count as NaN. */
  'task:failed': { readonly outcome: TaskOutcome & { status: 'failed' }; readonly isReplay: boolean };
  /** A result was ignored: it was there already, or nobody asked for it. */
  'result:ignored': {
    readonly why: 'duplicate' | 'stranger';
    readonly nside: number;
    readonly pixel: number;
    /** -1 for an outcome without results. */
    readonly variation: number;
  };
  /** All variations of a pixel have arrived. */
  'pixel:done': SkyPixel & { readonly variation: number; readonly fit: FitFigures };
  /** A progress report is due. */
  'report:progress': { readonly manifest: Manifest };
  /** A (partial or final) map is due. */
  'report:result': { readonly result: ScanResult; readonly isFinal: boolean };
  /** Something a person should know. */
  'scan:warning': { readonly text: string };
  /** The scan was ended from outside and can be continued from its journal. */
  'scan:interrupted': { readonly outcome: ScanOutcome };
  'scan:done': { readonly outcome: ScanOutcome };
}

/** Is told everything. */
export type ScanListener = <K extends keyof ScanEvents>(name: K, payload: ScanEvents[K]) => void;

/** A listener out of handlers for some of the events. */
export function listenTo(
  handlers: {
    readonly [K in keyof ScanEvents]?: (payload: ScanEvents[K]) => void;
  },
): ScanListener {
  return (name, payload) => handlers[name]?.(payload);
}

/** One listener that tells several. */
export function tellAll(...listeners: readonly ScanListener[]): ScanListener {
  return (name, payload) => {
    for (const listener of listeners) listener(name, payload);
  };
}
