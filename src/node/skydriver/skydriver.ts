/**
 * A scan that SkyDriver has asked for (specs/sky-and-scan.md section 12): the event from its manifest, waiting for
 * workers, reports while the scan goes on, the final result, and the kill switch.
 *
 * SkyDriver may fail at any time without hurting the scan: reports are lost, the next one says everything again. Only
 * the final result must arrive. It goes out after the result files are written.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScanError } from '../../config/index.js';
import {
  eventOfI3Event,
  eventOfManifest,
  type Manifest,
  progressBody,
  resultBody,
  runningWorkers,
  unwantedBecause,
} from '../../report/index.js';
import type { ScanResult } from '../../result/index.js';
import { listenTo, type ScanEvents, type ScanListener } from '../../scan/index.js';
import { ensureDirectory, readWholeFile, writeFiles } from '../files/files.js';
import { type AskSkydriver, CASUAL, type Manner, type SkydriverPlace, skydriver, URGENT } from './skydriver-http.js';

/** What a server is told about SkyDriver. */
export interface SkydriverOptions {
  readonly place: SkydriverPlace;
  /** Seconds between two looks at whether the scan is still wanted. */
  readonly killSwitchIntervalS: number;
  /** Whether nothing is sent before a worker runs: so under EWMS. */
  readonly waitsForWorkers: boolean;
  /** Seconds between two looks for workers. Default 30. */
  readonly workersIntervalS?: number;
  /** How patient the requests are that must succeed. Default: an hour. */
  readonly urgent?: Manner;
}

/** SkyDriver beside a scan that runs. */
export interface ScanForSkydriver {
  /** Is to hear the scan. */
  readonly listen: ScanListener;
  /** Why SkyDriver does not want the scan any more; null while it does. */
  readonly unwanted: string | null;
  /** Resolves when a worker runs, or the signal has aborted. */
  waitForWorkers(signal?: AbortSignal): Promise<void>;
  /** Reports the final result and the final progress. Throws where the result does not arrive. */
  finish(signal?: AbortSignal): Promise<void>;
  /** Ends everything that still goes on. */
  close(): void;
}

/**
 * The event of the scan, as a file in `cacheDir`: it is asked for once, so that a server which goes on needs nobody.
 * Returns its path.
 *
 * @throws ScanError skydriver/unreachable, skydriver/refused, skydriver/bad-answer; FileAccessError
 */
export async function eventOfSkydriver(
  { place, urgent = URGENT }: SkydriverOptions,
  cacheDir: string,
  note: (text: string) => void,
): Promise<string> {
  const path = join(cacheDir, `${encodeURIComponent(place.scanId)}.event.json`);
  if (await isThere(path)) return path;
  const ask = skydriver(place);
  const get = (what: 'manifest' | 'i3-event'): Promise<unknown> =>
    ask({ method: 'GET', what, manner: urgent, onRetry: (reason) => note(`Waiting for SkyDriver. ${reason}.`) });
  let text = eventOfManifest(await get('manifest'));
  if (text === null) text = eventOfI3Event(await get('i3-event'));
  if (text === undefined) {
    throw new ScanError(
      'skydriver/bad-answer',
      `SkyDriver at ${place.address} has no event for scan ${place.scanId}`,
      'Its manifest should have it under event_i3live_json_dict. See whether the event was deleted.',
    );
  }
  await ensureDirectory(cacheDir);
  await writeFiles([{ path, bytes: text }]);
  return path;
}

/**
 * Accompanies a scan.
 *
 * @param onUnwanted is called once, when SkyDriver does not want the scan any more
 */
export function scanForSkydriver(
  options: SkydriverOptions,
  note: (text: string) => void,
  onUnwanted: () => void,
): ScanForSkydriver {
  const { place, killSwitchIntervalS, urgent = URGENT } = options;
  const ask = skydriver(place);
  const closing = new AbortController();
  const reports = casualReports(ask, note);
  let unwanted: string | null = null;
  let finalResult: ScanResult | null = null;
  let latest: Manifest | null = null;
  void watchKillSwitch();

  return {
    listen: listenTo({
      'report:progress': ({ manifest }) => {
        latest = manifest;
        if (finalResult === null) reports.progress(manifest);
      },
      'report:result': (report) => {
        if (report.isFinal) finalResult = report.result;
        else reports.partial(report);
      },
    }),
    get unwanted() {
      return unwanted;
    },
    waitForWorkers,
    finish,
    close: () => closing.abort(),
  };

  async function waitForWorkers(signal?: AbortSignal): Promise<void> {
    const isEnding = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
    const failures = teller('Workers are still waited for', note);
    for (let asked = 0; !isEnding.aborted; asked++) {
      try {
        const answer = await ask({ method: 'GET', what: 'ewms/workforce', manner: CASUAL, signal: isEnding });
        failures.succeeded();
        if ((runningWorkers(answer) ?? 0) > 0) return;
        if (asked === 0) note('Waiting for the first worker to run.');
      } catch (error) {
        if (isEnding.aborted) return;
        failures.failed(error as Error);
      }
      await pause(options.workersIntervalS ?? 30, isEnding);
    }
  }

  async function finish(signal?: AbortSignal): Promise<void> {
    await reports.settled();
    if (finalResult === null) return;
    const onRetry = (reason: string): void => note(`The final result waits for SkyDriver. ${reason}.`);
    const body = resultBody(finalResult, true);
    try {
      await ask({ method: 'PUT', what: 'result', body, manner: urgent, signal, onRetry });
    } catch (error) {
      throw noResult(place, signal?.aborted ? 'it was stopped while it waited' : (error as Error).message, error);
    }
    if (latest === null) return;
    try {
      await ask({ method: 'PATCH', what: 'manifest', body: progressBody(latest), manner: urgent, signal });
    } catch (error) {
      const why = signal?.aborted ? 'It was stopped while it waited' : (error as Error).message;
      note(`SkyDriver has the result, but not the last progress report. ${why}.`);
    }
  }

  /** Goes on looking whatever happens to a single look. */
  async function watchKillSwitch(): Promise<void> {
    const failures = teller('Whether the scan is still wanted is not known', note);
    while (!closing.signal.aborted) {
      try {
        const answer = await ask({ method: 'GET', what: 'status', manner: CASUAL, signal: closing.signal });
        failures.succeeded();
        unwanted = unwantedBecause(answer);
        if (unwanted !== null) return onUnwanted();
      } catch (error) {
        if (closing.signal.aborted) return;
        failures.failed(error as Error);
      }
      await pause(killSwitchIntervalS, closing.signal);
    }
  }
}

function noResult({ scanId }: SkydriverPlace, why: string, cause: unknown): ScanError {
  return new ScanError(
    'skydriver/no-result',
    `Scan ${scanId} is finished, but SkyDriver does not have its result: ${why}`,
    'Nothing is lost: the same server command sends it again, without fitting anything.',
    { cause },
  );
}

/** Reports of a running scan: one request at a time, always the latest state, failures told and forgotten. */
function casualReports(
  ask: AskSkydriver,
  note: (text: string) => void,
): {
  progress(manifest: Manifest): void;
  partial(report: ScanEvents['report:result']): void;
  settled(): Promise<void>;
} {
  let waiting: { manifest?: Manifest; partial?: ScanEvents['report:result'] } = {};
  let sending: Promise<void> | null = null;
  const failures = teller('A report to SkyDriver is lost; the scan goes on', note);

  return {
    progress(manifest) {
      waiting.manifest = manifest;
      send();
    },
    partial(report) {
      waiting.partial = report;
      send();
    },
    async settled() {
      waiting = {};
      await sending;
    },
  };

  function send(): void {
    sending ??= sendWaiting();
  }

  async function sendWaiting(): Promise<void> {
    // What is reported together travels together, and `sending` is set before it is cleared.
    await null;
    while (waiting.manifest !== undefined || waiting.partial !== undefined) {
      const { manifest, partial } = waiting;
      waiting = {};
      try {
        if (partial !== undefined) {
          // The map as it is now: it may have grown while it waited.
          const { result } = partial;
          if (hasFit(result)) {
            await ask({ method: 'PUT', what: 'result', body: resultBody(result, false), manner: CASUAL });
          }
        }
        if (manifest !== undefined) {
          await ask({ method: 'PATCH', what: 'manifest', body: progressBody(manifest), manner: CASUAL });
        }
        failures.succeeded();
      } catch (error) {
        failures.failed(error as Error);
      }
    }
    sending = null;
  }
}

/** A map without a single likelihood is of no use to anybody. */
function hasFit({ maps }: ScanResult): boolean {
  return maps.some(({ llh }) => llh.some((value) => !Number.isNaN(value)));
}

/** Tells the first failure of a row and its end, not what lies between. */
function teller(what: string, note: (text: string) => void): { failed(error: Error): void; succeeded(): void } {
  let failed = 0;
  return {
    failed(error) {
      if (failed++ === 0) note(`${what}. ${error.message}.`);
    },
    succeeded() {
      if (failed > 0) note(`SkyDriver answers again (${failed} requests had failed).`);
      failed = 0;
    },
  };
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  // Timers cannot wait longer than 24 days. Nobody is kept waiting by a pause alone.
  await sleep(Math.min(seconds * 1000, 2 ** 31 - 1), undefined, { signal, ref: false }).catch(() => undefined);
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await readWholeFile(path, 'event')).length > 0;
  } catch {
    return false;
  }
}
