/**
 * The journal of a scan on disk: results are in the file before the scan uses them, so that kill -9 loses none, and on
 * the disk within a second, so that a power cut loses few. One file per scan: its name holds the fingerprint, scans with
 * other settings lie beside it.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TaskOutcome } from '../../broker/index.js';
import {
  checkFingerprint,
  decodeJournal,
  encodeJournalEntry,
  encodeJournalHeader,
  type Journal,
  type ScanFingerprint,
} from '../../scan/index.js';
import { writeError } from './files.js';
import { fingerprint as digest } from './fingerprint.js';
import { takeLock } from './lock.js';

/** A journal that is open and locked. */
export interface DiskJournal extends Journal {
  readonly path: string;
  /** Results (fits, failed ones too) that it holds, and how many tasks of it were fitted. */
  readonly results: number;
  readonly fittedTasks: number;
  /** Bytes at its end that were no whole entries when it was opened: they are cut off, their fits are made again. */
  readonly droppedBytes: number;
  close(): void;
  /** Closes it and removes the file. */
  discard(): void;
}

export interface DiskJournalOptions {
  /** An existing directory. */
  readonly directory: string;
  /** Begins the file's name, for people: 'pandel_mpe_8_64_512'. */
  readonly name: string;
  readonly fingerprint: ScanFingerprint;
  /** Forget what is there. Default false. */
  readonly isFresh?: boolean;
  /** Forget fits that were given up, so that they are tried again. Default false. */
  readonly retryFailed?: boolean;
}

const SYNC_INTERVAL_MS = 1000;

/**
 * Opens the journal of a scan, a new one where there is none. A torn or damaged end is cut off, and counted.
 *
 * @throws FileAccessError; ScanError scan/locked while another process has it open
 */
export function openJournal(options: DiskJournalOptions): DiskJournal {
  const { directory, name, fingerprint } = options;
  const path = join(directory, `${name}_${digest(fingerprint)}.journal`);
  const unlock = takeLock(`${path}.lock`);
  let opened: OpenFile;
  try {
    opened = openFile(path, options);
  } catch (error) {
    unlock();
    throw writeError(error, path, 'journal');
  }
  const { file, outcomes, droppedBytes } = opened;
  let results = outcomes.reduce((sum, outcome) => sum + resultCount(outcome), 0);
  let fittedTasks = outcomes.filter(({ status }) => status === 'done').length;
  let isDirty = false;
  let isClosed = false;
  const timer = setInterval(() => {
    if (!isDirty) return;
    isDirty = false;
    // An error shows at the next append or at the close.
    fdatasync(file, () => undefined);
  }, SYNC_INTERVAL_MS);
  timer.unref();

  return {
    path,
    get results() {
      return results;
    },
    get fittedTasks() {
      return fittedTasks;
    },
    droppedBytes,
    async replay() {
      return outcomes;
    },
    append(outcome) {
      try {
        writeAll(file, encodeJournalEntry(outcome));
      } catch (error) {
        throw writeError(error, path, 'journal');
      }
      isDirty = true;
      results += resultCount(outcome);
      if (outcome.status === 'done') fittedTasks++;
    },
    close,
    discard() {
      unlinkSync(path);
      close();
    },
  };

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    clearInterval(timer);
    try {
      fdatasyncSync(file);
    } catch {
      // Nothing that a scan which is over could do about it.
    } finally {
      closeSync(file);
      unlock();
    }
  }
}

interface OpenFile {
  readonly file: number;
  readonly outcomes: readonly TaskOutcome[];
  readonly droppedBytes: number;
}

function openFile(path: string, { fingerprint, isFresh = false, retryFailed = false }: DiskJournalOptions): OpenFile {
  const file = openSync(path, 'a+');
  try {
    const bytes = isFresh ? new Uint8Array(0) : readFileSync(path);
    const found = decodeJournal(bytes);
    const droppedBytes = bytes.length - (found?.goodBytes ?? 0);
    if (found === null) {
      ftruncateSync(file, 0);
      writeAll(file, encodeJournalHeader(fingerprint));
      return { file, outcomes: [], droppedBytes };
    }
    checkFingerprint(found.fingerprint, fingerprint);
    const outcomes = found.outcomes.filter(({ status }) => status === 'done');
    if (retryFailed && outcomes.length < found.outcomes.length) {
      const anew = rewritten(path, fingerprint, outcomes);
      closeSync(file);
      return { file: anew, outcomes, droppedBytes };
    }
    ftruncateSync(file, found.goodBytes);
    return { file, outcomes: found.outcomes, droppedBytes };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Puts a journal of these outcomes in the place of the one that is there. */
function rewritten(path: string, fingerprint: ScanFingerprint, outcomes: readonly TaskOutcome[]): number {
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w');
  writeAll(file, encodeJournalHeader(fingerprint));
  for (const outcome of outcomes) writeAll(file, encodeJournalEntry(outcome));
  fdatasyncSync(file);
  renameSync(temporary, path);
  return file;
}

/** A write may be cut short, by a full disk for one: the rest is tried until it fails for a reason. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function resultCount(outcome: TaskOutcome): number {
  return outcome.status === 'done' ? outcome.results.length : outcome.variations.length;
}
