/** The memory of a scan that outlives its process. */
import type { TaskOutcome } from '../broker/index.js';

/** Where accepted outcomes are kept, in order of arrival. Format on disk: journal-format.ts. */
export interface Journal {
  /** What an earlier life of this scan has kept, oldest first. */
  replay(): Promise<readonly TaskOutcome[]>;
  /** Keeps an outcome, called before the scan uses it: only what is new and belongs to it. A rejection ends the scan. */
  append(outcome: TaskOutcome): void | Promise<void>;
}
