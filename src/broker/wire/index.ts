/**
 * Messages between servers and clients, as bytes: two forms (types.ts), one body (body.ts). Nothing in a message is ever
 * executed, sizes are bounded before memory is taken, and whatever is not a message of a scan is a MessageError: take it
 * off the queue, count it, go on.
 */
import { BrokerError, MessageError } from '../../config/index.js';
import type { RecoTask } from '../../reco/index.js';
import type { TaskOutcome } from '../types.js';
import { openBody, packBody } from './body.js';
import { OUTCOME_KEY, readOutcome, readTask, TASK_KEY, writeOutcome, writeTask } from './json-form.js';
import {
  FRAME_KEY,
  RESULT_KEY,
  readOutcomeMessage,
  readTaskMessage,
  writeOutcomeMessages,
  writeTaskMessages,
} from './mqclient-form.js';
import type { OutcomeMessage, TaskContext, TaskMessage, WireForm } from './types.js';
import { loadZstd } from './zstd.js';

export type { EventIdentity, OutcomeMessage, TaskContext, TaskMessage, WireForm } from './types.js';

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
    encodeTask: (task, form, context) =>
      form === 'json' ? [pack(writeTask(task, context))] : writeTaskMessages(task, context).map(pack),
    encodeOutcome: (outcome, { form, scanId }) =>
      form === 'json' ? [pack(writeOutcome(outcome, scanId))] : writeOutcomeMessages(outcome).map(pack),
    decodeTask: (body) =>
      decoded(() => {
        const data = openBody(body, zstd);
        if (TASK_KEY in data) return readTask(data[TASK_KEY]);
        if (FRAME_KEY in data) return readTaskMessage(data);
        throw new MessageError('The message is no task.');
      }),
    decodeOutcome: (body) =>
      decoded(() => {
        const data = openBody(body, zstd);
        if (OUTCOME_KEY in data) return readOutcome(data[OUTCOME_KEY]);
        if (RESULT_KEY in data) return readOutcomeMessage(data);
        throw new MessageError('The message is no outcome of a task.');
      }),
  };
}

/** Whatever a decoder objects to, the message is to blame. */
function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause;
    throw new MessageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
