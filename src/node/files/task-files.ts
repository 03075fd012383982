/**
 * Single tasks as files: what `reco` reads and writes under ewms-pilot (specs/sky-and-scan.md section 11), and what a
 * client keeps in its debug directory. A file holds the data of one message, our own or upstream's.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientEnd, Delivery, TaskOutcome } from '../../broker/index.js';
import type { RemoteClientEnd, RemoteDelivery } from '../../broker/remote-types.js';
import {
  type MessageData,
  readTaskData,
  type TaskMessage,
  writeOutcomeData,
  writeTaskData,
} from '../../broker/wire/index.js';
import { FileFormatError, MessageError } from '../../config/index.js';
import { parseJsonBytes } from '../../event/index.js';
import { readWholeFile, writeFiles } from './files.js';

const LIMIT = 16 * 1024 * 1024;

/**
 * Reads an in-file.
 *
 * @throws FileAccessError; FileFormatError scan/bad-task-file; BrokerError broker/other-version
 */
export async function readTaskFile(path: string): Promise<TaskMessage> {
  const bytes = await readWholeFile(path, 'in-file', LIMIT);
  try {
    const data = parseJsonBytes(bytes, path) as MessageData;
    if (typeof data !== 'object' || data === null) throw new MessageError('It is no JSON object.');
    return readTaskData(data);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'broker/other-version') throw error;
    throw new FileFormatError(
      'scan/bad-task-file',
      `The in-file ${path} holds no task. ${(error as Error).message}`,
      'It is the data of one message from a server of the scanner: JSON with skymap_scanner_task or pframe_pkl_b64.',
      { cause: error },
    );
  }
}

/** Refuses an out-file that is there: it may be a result that somebody has not fetched yet. */
export function refuseExisting(path: string): void {
  if (!existsSync(path)) return;
  throw new FileFormatError(
    'scan/bad-task-file',
    `The out-file ${path} exists already.`,
    'Give a path at which there is nothing yet.',
  );
}

/** Writes an out-file, whole or not at all. */
export async function writeOutcomeFile(path: string, outcome: TaskOutcome, task: TaskMessage): Promise<void> {
  const [text] = writeOutcomeData(outcome, task);
  await writeFiles([{ path, bytes: `${text}\n` }]);
}

/** A client's end that leaves every task and every outcome as a file; `reco --infile` fits such a task again. */
export function keepingTaskFiles(
  end: RemoteClientEnd,
  directory: string,
  warn: (text: string) => void,
): ClientEnd & Pick<RemoteClientEnd, 'close'> {
  return {
    async *deliveries(prefetch): AsyncGenerator<Delivery> {
      for await (const delivery of end.deliveries(prefetch)) yield kept(delivery);
    },
    close: () => end.close(),
  };

  function kept(delivery: RemoteDelivery): Delivery {
    const { task, message } = delivery;
    const stem = join(directory, stemOf(task));
    const given = write(`${stem}.in.json`, () => writeTaskText({ ...message, task }));
    return {
      ...delivery,
      async finish(outcome) {
        await given;
        await write(`${stem}.out.json`, () => writeOutcomeData(outcome, message).join('\n'));
        await delivery.finish(outcome);
      },
    };
  }

  /** Debugging must not end what is debugged. */
  async function write(path: string, text: () => string): Promise<void> {
    try {
      await writeFiles([{ path, bytes: `${text()}\n` }]);
    } catch (error) {
      warn(`A debug file was not written. ${(error as Error).message}`);
    }
  }
}

/** Our own form, whatever the task came in: upstream's carries nothing more that a fit needs. */
function writeTaskText({ task, ...context }: TaskMessage): string {
  return writeTaskData(task, 'json', context)[0]!;
}

function stemOf({ nside, pixel, variations }: TaskMessage['task']): string {
  const which = variations.map(({ variation }) => variation).join('_');
  return `nside${String(nside).padStart(6, '0')}_pix${String(pixel).padStart(12, '0')}_var${which}`;
}
