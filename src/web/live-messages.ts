/** What the live page is told: events of a stream (server-sent events), each with a line of text. */
import type { LiveFigures } from '../scan/index.js';

/** How a scan stands; `unfinished`: it is not known why there is only a part of its map. */
export type LiveState = 'starting' | 'running' | 'done' | 'stopped' | 'failed' | 'unfinished';

/** What is shown: event `about`, at first and when it changes. */
export interface LiveAbout {
  readonly title: string;
  readonly detail: string;
  readonly nsides: readonly number[];
  /** Sigma of the blur of the published map, degrees. */
  readonly angularErrorFloorDeg: number;
  /** Whether `event.json` has the event to be drawn. */
  readonly hasEvent: boolean;
  /** Whether the scan can be stopped from the page; `token`: after giving the token once more. */
  readonly stop: 'no' | 'yes' | 'token';
  /** To be sent back with what changes something. */
  readonly proof: string;
  /** Files to be had, name and address relative to the page. */
  readonly files: readonly { readonly name: string; readonly href: string }[];
}

/** Who fits. */
export interface LiveWorkers {
  /** `2 workers, running`, `3 clients`. */
  readonly text: string;
  /** Tries that failed and were made again. */
  readonly retries: number;
  /** Anything that is wrong with the broker; ''. */
  readonly trouble: string;
}

/** Where a scan stands: event `progress`, about once a second while anything changes. */
export interface LiveProgress {
  readonly state: LiveState;
  readonly elapsedS: number | null;
  readonly figures: LiveFigures | null;
  /** The fit of the best pixel, for the track; null without a place. */
  readonly vertex: { readonly x: number; readonly y: number; readonly z: number; readonly timeNs: number } | null;
  readonly workers: LiveWorkers | null;
  /** What a person should know at the end: why it failed, how to go on. */
  readonly note: string;
}

/** A pixel that was given up: event `failure`. */
export interface LiveFailure {
  readonly nside: number;
  readonly pixel: number;
  readonly reason: string;
}

/** One event of the stream. `pixels` carries base64 of `packPixels`; its id says how far the map then is. */
export interface LiveEvent {
  readonly event: 'about' | 'reset' | 'pixels' | 'progress' | 'failure';
  readonly id?: string;
  readonly data: string;
}
