/** What is written down of the events of a scan, a broker and a client: level, sentence and figures of each. */
import type { BrokerEvents, BrokerListener } from '../../broker/remote-types.js';
import { type ClientListener, listenToClient } from '../../client/index.js';
import type { RecoTask } from '../../reco/index.js';
import { listenTo, type ScanEvents, type ScanListener, type ScanOutcome } from '../../scan/index.js';
import type { Log, LogEntry } from './log.js';

/** So many pixels that cannot be fitted are told one by one; all of them only at level DEBUG. */
const TOLD_FAILURES = 5;

/** Writes down a scan. `tellsFailures`: also the pixels that were given up, where no client of this process does. */
export function scanLog(log: Log, { tellsFailures }: { readonly tellsFailures: boolean }): ScanListener {
  const failure = failureLog(log, 'scan', 'task:failed');
  const write = (entry: Omit<LogEntry, 'source'>): void => log.write({ source: 'scan', ...entry });
  return listenTo({
    'scan:started': ({ nsides, variations, replayed }) =>
      write({ level: 'INFO', event: 'scan:started', text: null, data: { nsides, variations, replayed } }),
    'threshold:reached': (data) => write({ level: 'DEBUG', event: 'threshold:reached', text: null, data: { ...data } }),
    'round:chosen': (round) => {
      if (!log.hears('DEBUG', 'scan')) return;
      write({ level: 'DEBUG', event: 'round:chosen', text: roundText(round), data: roundData(round) });
    },
    'restarts:chosen': ({ minimum, pixels, fits }) => {
      const text = `${pixels} pixels are fitted once more from their neighbours, ${fits} fits (minimum ${minimum.llh})`;
      write({ level: 'DEBUG', event: 'restarts:chosen', text, data: { minimum, pixels, fits } });
    },
    'task:sent': ({ tasks }) => {
      write({ level: 'DEBUG', event: 'task:sent', text: null, data: { tasks: tasks.length } });
    },
    'task:done': ({ outcome, isReplay }) => {
      if (isReplay || !log.hears('DEBUG', 'scan')) return;
      const { nside, pixel, runtimeS, results } = outcome;
      const data = { nside, pixel, variations: results.map(({ variation }) => variation), runtime_s: runtimeS };
      write({ level: 'DEBUG', event: 'task:done', text: null, data });
    },
    'task:failed': ({ outcome, isReplay }) => {
      if (isReplay || !tellsFailures) return;
      const { nside, pixel, reasons } = outcome;
      failure(`Given up: nside ${nside} pixel ${pixel}: ${reasons.at(-1)}`, { nside, pixel, reasons });
    },
    'result:ignored': ({ why, nside, pixel, variation }) => {
      const what = why === 'duplicate' ? 'came again' : 'was not asked for';
      const text = `A result ${what} and was ignored: nside ${nside} pixel ${pixel} variation ${variation}.`;
      write({ level: 'DEBUG', event: 'result:ignored', text, data: { why, nside, pixel, variation } });
    },
    'report:progress': ({ manifest }) => {
      if (!log.hears('INFO', 'scan')) return;
      const { summary, tallies, processing_stats } = manifest.progress;
      const { recos, pixels } = tallies.overall;
      const data = {
        recos_done: recos.done,
        recos_sent: recos.generated,
        pixels_done: pixels.done,
        ...(processing_stats.predictions === undefined ? {} : { predictions: processing_stats.predictions }),
      };
      // People see the progress elsewhere.
      write({ level: 'INFO', event: 'report:progress', text: null, data: { summary, ...data } });
    },
    'report:result': ({ isFinal }) =>
      write({ level: 'DEBUG', event: 'report:result', text: null, data: { is_final: isFinal } }),
    'scan:interrupted': ({ outcome }) =>
      write({ level: 'INFO', event: 'scan:interrupted', text: null, data: figuresOf(outcome) }),
    'scan:done': ({ outcome }) =>
      write({
        level: 'INFO',
        event: 'scan:done',
        text: null,
        data: { ...figuresOf(outcome), warnings: outcome.warnings },
      }),
  });
}

/** How often dropped messages are told: the first, the second, the fourth ... */
const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/** Writes down what happens between us and the broker. */
export function brokerLog(log: Log): BrokerListener {
  let clients: number | null = null;
  const entries: {
    readonly [K in keyof BrokerEvents]: (event: BrokerEvents[K]) => Pick<LogEntry, 'level' | 'text'>;
  } = {
    'broker:waiting': ({ reason }) => ({ level: 'WARNING', text: `Waiting for the broker. ${reason}` }),
    'broker:connected': ({ where, isAgain }) =>
      isAgain
        ? { level: 'WARNING', text: `The broker at ${where} is back.` }
        : { level: 'DEBUG', text: `Connected to the broker at ${where}.` },
    'broker:lost': ({ reason }) => ({
      level: 'WARNING',
      text: `The connection to the broker is lost; trying again. ${reason}`,
    }),
    'broker:blocked': ({ where, reason }) => ({
      level: 'WARNING',
      text: `The broker at ${where} takes no messages for now: ${reason}.`,
    }),
    'broker:unblocked': ({ where }) => ({ level: 'WARNING', text: `The broker at ${where} takes messages again.` }),
    'message:dropped': ({ queue, reason, count }) => ({
      level: isPowerOfTwo(count) ? 'WARNING' : 'DEBUG',
      text: `A message was taken off ${queue} (${count} so far). ${reason}`,
    }),
    'broker:queues': (seen) => {
      const isNews = clients !== seen.clients;
      clients = seen.clients;
      const text = seen.clients === 0 ? 'No client is connected.' : `${counted(seen.clients, 'client')} connected.`;
      return isNews ? { level: 'INFO', text } : { level: 'DEBUG', text: null };
    },
    'task:sent-again': ({ tasks, why }) => ({ level: 'WARNING', text: `${tasks} tasks are sent again: ${why}.` }),
  };
  return (name, event) => {
    const entry = (entries[name] as ((event: unknown) => Pick<LogEntry, 'level' | 'text'>) | undefined)?.(event);
    if (entry !== undefined) log.write({ source: 'broker', event: name, data: { ...(event as object) }, ...entry });
  };
}

/** Writes down what goes wrong with fits, and states. `who`: 'Workers', 'Client'. */
export function clientLog(log: Log, who: string): ClientListener {
  const failure = failureLog(log, 'client', 'task:given-up');
  const write = (entry: Omit<LogEntry, 'source'>): void => log.write({ source: 'client', ...entry });
  const where = ({ nside, pixel }: RecoTask): string => `nside ${nside} pixel ${pixel}`;
  return listenToClient({
    'client:state': ({ state, from }) => {
      write({ level: 'DEBUG', event: 'client:state', text: `${who}: ${from} -> ${state}`, data: { state, from } });
    },
    'task:fitted': ({ task, runtimeS }) => {
      const { nside, pixel } = task;
      write({ level: 'DEBUG', event: 'task:fitted', text: null, data: { nside, pixel, runtime_s: runtimeS } });
    },
    'task:retry': ({ task, attempt, reason }) => {
      const { nside, pixel } = task;
      const text = `Try ${attempt} of ${where(task)} failed: ${reason}`;
      write({ level: 'DEBUG', event: 'task:retry', text, data: { nside, pixel, attempt, reason } });
    },
    'task:given-up': ({ task, reasons }) => {
      const { nside, pixel } = task;
      const text = `Given up: ${where(task)} after ${reasons.length} tries: ${reasons.at(-1)}`;
      failure(text, { nside, pixel, reasons });
    },
  });
}

/** The first failures are told to everybody, further ones to those who debug. */
function failureLog(log: Log, source: LogEntry['source'], event: string): (text: string, data: object) => void {
  let told = 0;
  return (text, data) => {
    told++;
    log.write({ level: told <= TOLD_FAILURES ? 'WARNING' : 'DEBUG', source, event, text, data: { ...data } });
    if (told !== TOLD_FAILURES) return;
    const rest = 'Further pixels that cannot be fitted are only counted (--debug tells all).';
    log.write({ level: 'WARNING', source, event: '', text: rest });
  };
}

function figuresOf({ statistics }: ScanOutcome): Record<string, unknown> {
  const { wallS, workerS, ...counts } = statistics;
  return { ...counts, wall_s: wallS, worker_s: workerS };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Which pixels a round sends, and around which. */
function roundText({ round, sent, minimum }: ScanEvents['round:chosen']): string {
  const pixels = sent.map(({ nside, pixels }) => `${pixels.length} pixels of nside ${nside}`).join(', ');
  const around = minimum === null ? '' : ` around nside ${minimum.nside} pixel ${minimum.pixel} (llh ${minimum.llh})`;
  return `Round ${round}: ${pixels || 'nothing more to send'}${around}`;
}

function roundData({ round, collected, sent, minimum }: ScanEvents['round:chosen']): Record<string, unknown> {
  const pixels = Object.fromEntries(sent.map(({ nside, pixels }) => [nside, pixels.length]));
  return { round, collected, sent_pixels: pixels, minimum };
}
