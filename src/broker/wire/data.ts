/**
 * The data of messages as JSON, without the body around it: what ewms-pilot writes into in-files and reads from
 * out-files (specs/sky-and-scan.md section 11).
 */
import { BrokerError, MessageError } from '../../config/index.js';
import type { RecoTask } from '../../reco/index.js';
import type { TaskOutcome } from '../types.js';
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

/** An object out of JSON. */
export type MessageData = Readonly<Record<string, unknown>>;

/** JSON texts of the messages of a task: one, or in upstream's form one a variation. */
export function writeTaskData(task: RecoTask, form: WireForm, context: TaskContext): string[] {
  return form === 'json' ? [writeTask(task, context)] : writeTaskMessages(task, context);
}

/** JSON texts of the messages of an outcome, in the form of its task. */
export function writeOutcomeData(
  outcome: TaskOutcome,
  { form, scanId }: Pick<TaskMessage, 'form' | 'scanId'>,
): string[] {
  return form === 'json' ? [writeOutcome(outcome, scanId)] : writeOutcomeMessages(outcome);
}

/** The task in a message's data. Throws a MessageError, or a BrokerError 'broker/other-version'. */
export function readTaskData(data: MessageData): TaskMessage {
  return decoded(() => {
    if (TASK_KEY in data) return readTask(data[TASK_KEY]);
    if (FRAME_KEY in data) return readTaskMessage(data);
    throw new MessageError('The message is no task.');
  });
}

/** The outcome in a message's data. Throws as {@link readTaskData} does. */
export function readOutcomeData(data: MessageData): OutcomeMessage {
  return decoded(() => {
    if (OUTCOME_KEY in data) return readOutcome(data[OUTCOME_KEY]);
    if (RESULT_KEY in data) return readOutcomeMessage(data);
    throw new MessageError('The message is no outcome of a task.');
  });
}

/** Whatever a decoder objects to, the message is to blame. */
export function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause;
    throw new MessageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
