/** What the page and the worker that runs the scan say to each other. Everything is structured-cloneable. */
import type { EventDescription } from '../event/index.js';
import type { RecoSettings } from '../reco/index.js';
import type { ScanSummary } from '../result/index.js';
import type { LiveFigures } from '../scan/index.js';
import type { NamedFile, ScannedWith } from '../session/index.js';
import type { EventPicture, SkyFigures } from '../web/index.js';
import type { TrackLine } from '../web/page/event-view.js';

/** What a person chose in the form. */
export interface ScanChoices {
  /** Name of a reconstruction, or `auto`. */
  readonly recoAlgo: string;
  readonly recoSettings: RecoSettings;
  /** As on the command line: `['8:0', '64:12', '512:24']`. */
  readonly nsides: readonly string[];
  readonly iceModel: string;
  /** Predictive scanning threshold. */
  readonly threshold: number;
  readonly workers: number;
  readonly angularErrorFloorDeg: number;
}

/** To the worker. */
export type ToScan =
  /** A file was chosen; first of all, once. */
  | { readonly kind: 'open'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'scan'; readonly choices: ScanChoices }
  /** Ends the fits but keeps what has come; `go-on` runs the same scan again from there. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'go-on' }
  /** Files beyond those of a scan on the command line: everything that `export` writes. */
  | { readonly kind: 'export'; readonly flatNside: number | null };

/** An event that was read. */
export interface OpenedEvent {
  readonly name: string;
  readonly about: EventDescription;
  /** What a person should know about the file and where the detector comes from, one sentence each. */
  readonly notes: readonly string[];
  readonly picture: EventPicture;
  /** Where a simulated event really comes from. */
  readonly truth: { readonly raDeg: number; readonly decDeg: number } | null;
}

/** Pixels of one nside that have all their fits. */
export interface PixelBatch {
  readonly nside: number;
  /** RING numbers. */
  readonly pixel: Float64Array;
  /** NaN where the fit failed. */
  readonly llh: Float64Array;
}

/** What went wrong, as the command line tells it. */
export interface Refusal {
  /** A code of docs/errors.md, null for a defect of ours. */
  readonly code: string | null;
  readonly sentence: string;
  readonly hint: string;
}

/** From the worker. */
export type FromScan =
  | { readonly kind: 'opened'; readonly event: OpenedEvent }
  | { readonly kind: 'note'; readonly text: string }
  /** The reconstruction of the scan; why that one, where the scanner chose it. */
  | ({ readonly kind: 'chosen' } & ScannedWith)
  | { readonly kind: 'started'; readonly stem: string; readonly workers: number }
  | { readonly kind: 'figures'; readonly figures: LiveFigures; readonly isDone: boolean }
  | { readonly kind: 'pixels'; readonly batches: readonly PixelBatch[] }
  | { readonly kind: 'paused'; readonly kept: number }
  | {
      readonly kind: 'done';
      readonly summary: ScanSummary;
      /** The summary as the command line prints it. */
      readonly text: string;
      /** null where no fit has succeeded. */
      readonly figures: SkyFigures | null;
      /** Where the track of the best fit is. */
      readonly track: TrackLine | null;
      readonly files: readonly NamedFile[];
    }
  | { readonly kind: 'exported'; readonly files: readonly NamedFile[] }
  | { readonly kind: 'refused'; readonly during: ToScan['kind']; readonly refusal: Refusal };
