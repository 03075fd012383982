/** What a person is told of a running scan: workers, brokers, tasks that fail. */
import type { ClientEvents, RecoTask } from '../index.js';
import type { BrokerEvents, BrokerListener } from '../node/index.js';

/** Two ears: everybody's, and that of those who debug. */
export interface Tell {
  /** Tells a person, unless --quiet. */
  readonly note: (text: string) => void;
  /** Tells a person with --debug. */
  readonly detail: (text: string) => void;
}

/** So many failures are told one by one; all of them only with --debug. */
const TOLD_FAILURES = 5;

/** Tells the first failures to everybody, and all to those who debug. */
export function failureTeller({ note, detail }: Tell): (text: string) => void {
  let told = 0;
  return (text) => {
    if (++told <= TOLD_FAILURES) note(text);
    else detail(text);
    if (told === TOLD_FAILURES) note('Further pixels that cannot be fitted are only counted (--debug tells all).');
  };
}

type ClientHandlers = { readonly [K in keyof ClientEvents]?: (event: ClientEvents[K]) => void };

/** Tells what goes wrong with fits, and states. `who`: 'Workers', 'Client'. */
export function workerHandlers(tell: Tell, who: string): ClientHandlers {
  const { detail } = tell;
  const tellFailure = failureTeller(tell);
  const where = ({ nside, pixel }: RecoTask): string => `nside ${nside} pixel ${pixel}`;
  return {
    'client:state': ({ state, from }) => detail(`${who}: ${from} -> ${state}`),
    'task:retry': ({ task, attempt, reason }) => detail(`Try ${attempt} of ${where(task)} failed: ${reason}`),
    'task:given-up': ({ task, reasons }) =>
      tellFailure(`Given up: ${where(task)} after ${reasons.length} tries: ${reasons.at(-1)}`),
  };
}

/** How often dropped messages are told: the first, the second, the fourth ... */
const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/** Tells what happens between us and the broker. */
export function brokerTeller({ note, detail }: Tell): BrokerListener {
  const texts: { readonly [K in keyof BrokerEvents]: (event: BrokerEvents[K]) => void } = {
    'broker:queues': () => undefined,
    'broker:waiting': ({ reason }) => note(`Waiting for the broker. ${reason}`),
    'broker:connected': ({ where, isAgain }) => {
      if (isAgain) note(`The broker at ${where} is back.`);
      else detail(`Connected to the broker at ${where}.`);
    },
    'broker:lost': ({ reason }) => note(`The connection to the broker is lost; trying again. ${reason}`),
    'broker:blocked': ({ where, reason }) => note(`The broker at ${where} takes no messages for now: ${reason}.`),
    'broker:unblocked': ({ where }) => note(`The broker at ${where} takes messages again.`),
    'message:dropped': ({ queue, reason, count }) => {
      const text = `A message was taken off ${queue} (${count} so far). ${reason}`;
      if (isPowerOfTwo(count)) note(text);
      else detail(text);
    },
    'task:sent-again': ({ tasks, why }) => note(`${tasks} tasks are sent again: ${why}.`),
  };
  return (name, event) => texts[name](event);
}
