/**
 * The journal of a scan on disk: results are in the file before the scan uses them, so that kill -9 loses none, and on
 * the disk within a second, so that a power cut loses few. One file per scan: its name holds the fingerprint, scans with
 * other settings lie beside it.
 */
import { closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskOutcome } from '../broker/index.js';
import {
  checkFingerprint,
  decodeJournal,
  encodeJournalEntry,
  encodeJournalHeader,
  type Journal,
  type ScanFingerprint,
} from '../scan/index.js';
import { writeError } from './files.js';
import { fingerprint as digest } from './fingerprint.js';
import { takeLock } from './lock.js';

/** A journal that is open and locked. */
export interface DiskJournal extends Journal {
  readonly path: string;
  /** Results (fits, failed ones too) that it holds. */
  readonly results: number;
  close(): void;
}

export interface DiskJournalOptions {
  /** An existing directory. */
  readonly directory: string;
  /** Begins the file's name, for people: 'pandel_mpe_8_64_512'. */
  readonly name: string;
  readonly fingerprint: ScanFingerprint;
  /** Forget what is there. */
  readonly isFresh: boolean;
}

const SYNC_INTERVAL_MS = 1000;

/**
 * Opens the journal of a scan, a new one where there is none. A torn last entry is cut off.
 *
 * @throws FileAccessError; ScanError scan/locked while another process has it open
 */
export function openJournal({ directory, name, fingerprint, isFresh }: DiskJournalOptions): DiskJournal {
  const path = join(directory, `${name}_${digest(fingerprint)}.journal`);
  const unlock = takeLock(`${path}.lock`);
  let file: number;
  let outcomes: readonly TaskOutcome[];
  try {
    ({ file, outcomes } = openFile(path, fingerprint, isFresh));
  } catch (error) {
    unlock();
    throw writeError(error, path, 'journal');
  }
  let results = outcomes.reduce((sum, outcome) => sum + resultCount(outcome), 0);
  let isDirty = false;
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
    },
    close() {
      clearInterval(timer);
      try {
        fdatasyncSync(file);
      } catch {
        // Nothing that a scan which is over could do about it.
      } finally {
        closeSync(file);
        unlock();
      }
    },
  };
}

function openFile(
  path: string,
  fingerprint: ScanFingerprint,
  isFresh: boolean,
): { file: number; outcomes: readonly TaskOutcome[] } {
  const file = openSync(path, 'a+');
  try {
    const bytes = isFresh ? new Uint8Array(0) : readFileSync(path);
    const found = decodeJournal(bytes);
    if (found === null) {
      ftruncateSync(file, 0);
      writeAll(file, encodeJournalHeader(fingerprint));
      return { file, outcomes: [] };
    }
    checkFingerprint(found.fingerprint, fingerprint);
    ftruncateSync(file, found.goodBytes);
    return { file, outcomes: found.outcomes };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** A write may be cut short, by a full disk for one: the rest is tried until it fails for a reason. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function resultCount(outcome: TaskOutcome): number {
  return outcome.status === 'done' ? outcome.results.length : outcome.variations.length;
}
