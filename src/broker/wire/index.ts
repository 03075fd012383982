/**
 * Messages between servers and clients, as bytes: two forms (types.ts), one body (body.ts). Nothing in a message is ever
 * executed, sizes are bounded before memory is taken, and whatever is not a message of a scan is a MessageError: take it
 * off the queue, count it, go on.
 */
import type { RecoTask } from '../../reco/index.js';
import type { TaskOutcome } from '../types.js';
import { openBody, packBody } from './body.js';
import { decoded, readOutcomeData, readTaskData, writeOutcomeData, writeTaskData } from './data.js';
import type { OutcomeMessage, TaskContext, TaskMessage, WireForm } from './types.js';
import { loadZstd } from './zstd.js';

export { type MessageData, readOutcomeData, readTaskData, writeOutcomeData, writeTaskData } from './data.js';
export type { OutcomeMessage, TaskContext, TaskMessage, WireForm } from './types.js';

/** Encodes and decodes messages. */
export interface Wire {
  /** Bodies of the messages of a task: one, or in upstream's form one a variation. */
  encodeTask(task: RecoTask, form: WireForm, context: TaskContext): Uint8Array[];
  /** Bodies of the messages of an outcome, in the form of its task. */
  encodeOutcome(outcome: TaskOutcome, task: Pick<TaskMessage, 'form' | 'scanId'>): Uint8Array[];
  /** Throws a MessageError, or a BrokerError 'broker/other-version'. */
  decodeTask(body: Uint8Array): TaskMessage;
  /** Throws a MessageError, or a BrokerError 'broker/other-version'. */
  decodeOutcome(body: Uint8Array): OutcomeMessage;
}

/** The wire format, once its compressor is loaded. */
export async function loadWire(): Promise<Wire> {
  const zstd = await loadZstd();
  const pack = (data: string): Uint8Array => packBody(data, zstd);
  return {
    encodeTask: (task, form, context) => writeTaskData(task, form, context).map(pack),
    encodeOutcome: (outcome, task) => writeOutcomeData(outcome, task).map(pack),
    decodeTask: (body) => readTaskData(decoded(() => openBody(body, zstd))),
    decodeOutcome: (body) => readOutcomeData(decoded(() => openBody(body, zstd))),
  };
}
