/** What a scan works with while it runs. */
import type { ServerEnd } from '../broker/index.js';
import type { ScanListener } from './events.js';
import type { Journal } from './journal.js';
import type { ReportingOptions } from './reporting.js';

/** The world of a scan. */
export interface ScanDeps {
  /** Closed when the scan ends, whichever way. */
  readonly server: ServerEnd;
  /** null: a scan that is stopped starts again from the beginning. */
  readonly journal: Journal | null;
  readonly listen?: ScanListener | null;
  /** Ends the scan early; its journal allows to go on later. */
  readonly signal?: AbortSignal;
  /** Epoch milliseconds. Default: the system's clock. */
  readonly clock?: () => number;
  readonly reporting?: ReportingOptions;
  /**
   * Results that the broker is asked for and that have not come, at most. Default 20,000. More than the workers hold is
   * of no use; raise it where more than some thousand workers take part.
   */
  readonly maxInFlight?: number;
  /** Is waited for before the first task is sent. Default: nothing is. Set it where workers come later. */
  readonly ready?: () => Promise<void>;
  /** Seconds without any result after which the scan fails. Default: never. Set it where workers may stay away. */
  readonly silenceLimitS?: number | null;
}
