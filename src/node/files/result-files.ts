/**
 * The files of a scan in its output directory. While it runs: `scan-manifest.json` and partial maps, the latest state
 * only, one write at a time. When it is over: everything at once, and the partial maps go.
 */
import { join } from 'node:path';
import type { Manifest } from '../../report/index.js';
import { type EventId, eventStem, readNpz, resultFileStem, type ScanResult } from '../../result/index.js';
import { mapFiles } from '../../session/index.js';
import { type NewFile, readWholeFile, removeFile, removeLeftovers, writeFiles } from './files.js';

/** Files of a scan, as it goes. Errors of partial files are told, those of final ones thrown. */
export interface ResultFiles {
  manifest(manifest: Manifest): void;
  partial(result: ScanResult): void;
  /** Writes the last manifest, the whole map and what comes with it; returns the paths. */
  finish(result: ScanResult, others: readonly NewFile[]): Promise<string[]>;
  /** Waits for what is being written. */
  settle(): Promise<void>;
}

export const MANIFEST_NAME = 'scan-manifest.json';

/** The files of one scan of one event. */
export function resultFiles(directory: string, event: EventId, warn: (text: string) => void): ResultFiles {
  let waiting: { manifest?: Manifest; partial?: ScanResult } = {};
  let latest: Manifest | null = null;
  let writing: Promise<void> | null = null;
  let hasWarned = false;

  return {
    manifest(manifest) {
      latest = manifest;
      waiting.manifest = manifest;
      write();
    },
    partial(result) {
      // A map without a single likelihood is of no use to anybody.
      if (!result.maps.some(({ llh }) => llh.some((value) => !Number.isNaN(value)))) return;
      waiting.partial = result;
      write();
    },
    async finish(result, others) {
      waiting = {};
      await writing;
      const files = [...inDirectory(result), ...others];
      if (latest !== null) files.push(manifestFile(latest));
      await writeFiles(files);
      await removePartials(result);
      await removeLeftovers(directory, [eventStem(event), MANIFEST_NAME]);
      return files.map(({ path }) => path);
    },
    async settle() {
      await writing;
    },
  };

  function write(): void {
    writing ??= writeWaiting().finally(() => {
      writing = null;
    });
  }

  async function writeWaiting(): Promise<void> {
    while (waiting.manifest !== undefined || waiting.partial !== undefined) {
      const { manifest, partial } = waiting;
      waiting = {};
      try {
        if (manifest !== undefined) await writeFiles([manifestFile(manifest)]);
        if (partial !== undefined && !(await isComplete(mapPath(partial, 'npz'))))
          await writeFiles(inDirectory(partial));
      } catch (error) {
        if (!hasWarned) warn(`A file of the running scan was not written. ${(error as Error).message}`);
        hasWarned = true;
      }
    }
  }

  function manifestFile(manifest: Manifest): NewFile {
    return { path: join(directory, MANIFEST_NAME), bytes: `${JSON.stringify(manifest, null, 4)}\n` };
  }

  function mapPath(result: ScanResult, extension: string): string {
    const nsides = result.maps.map(({ nside }) => nside);
    return join(directory, `${resultFileStem(event, nsides)}.${extension}`);
  }

  function inDirectory(result: ScanResult): NewFile[] {
    return mapFiles(result).map(({ name, bytes }) => ({ path: join(directory, name), bytes }));
  }

  /** Maps of fewer nsides that a running scan left; a map that an earlier scan completed stays. */
  async function removePartials(result: ScanResult): Promise<void> {
    for (let n = 1; n < result.maps.length; n++) {
      const partial = { ...result, maps: result.maps.slice(0, n) };
      if (await isComplete(mapPath(partial, 'npz'))) continue;
      await removeFile(mapPath(partial, 'npz'));
      await removeFile(mapPath(partial, 'json'));
    }
  }
}

/** Whether there is a map of a scan that was over: partial ones never replace it. */
async function isComplete(path: string): Promise<boolean> {
  try {
    return readNpz(await readWholeFile(path, 'result')).metadata?.complete === true;
  } catch {
    return false;
  }
}
