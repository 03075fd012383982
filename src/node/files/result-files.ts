/**
 * The files of a scan in its output directory. While it runs: the event, `scan-manifest.json` and partial maps, the latest
 * state only, one write at a time. When it is over: everything at once, and the partial maps go.
 */
import { basename, join } from 'node:path';
import type { Manifest } from '../../report/index.js';
import { type EventId, eventStem, readNpz, resultFileStem, type ScanResult } from '../../result/index.js';
import {
  type EventCopy,
  MANIFEST_NAME,
  manifestFile,
  mapFiles,
  type NamedFile,
  type ScannedWith,
  type ScanState,
} from '../../session/index.js';
import { type NewFile, readWholeFile, removeFile, removeLeftovers, writeFiles } from './files.js';

/** Files of a scan, as it goes. Errors of partial files are told, those of final ones thrown. */
export interface ResultFiles {
  manifest(manifest: Manifest, state: ScanState): void;
  partial(result: ScanResult): void;
  /** Writes the last manifest, the whole map and what comes with it; returns the paths. */
  finish(result: ScanResult, others: readonly NewFile[]): Promise<string[]>;
  /** Waits for what is being written; returns the names of partial maps that are there and will stay. */
  settle(): Promise<readonly string[]>;
}

/** The files of one scan of one event. `copy`: the event that shall lie beside its map. */
export function resultFiles(
  directory: string,
  event: EventId,
  reco: ScannedWith,
  copy: EventCopy | null,
  warn: (text: string) => void,
): ResultFiles {
  let waiting: { manifest?: { content: Manifest; state: ScanState }; partial?: ScanResult } = {};
  let latest: Manifest | null = null;
  let isCopied = false;
  let partials: readonly NewFile[] = [];
  let writing: Promise<void> | null = null;
  let hasWarned = false;

  return {
    manifest(manifest, state) {
      latest = manifest;
      waiting.manifest = { content: manifest, state };
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
      const files = [...inDirectory(mapFiles(result)), ...others];
      if (copy !== null) files.push(...inDirectory([copy]));
      if (latest !== null) files.push(...inDirectory([manifestFile(latest, 'finished', reco, copy)]));
      await writeFiles(files);
      await removePartials(result);
      await removeLeftovers(directory, [eventStem(event), MANIFEST_NAME]);
      return files.map(({ path }) => path);
    },
    async settle() {
      await writing;
      return partials.map(({ path }) => basename(path));
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
      if (partial !== undefined) await attempt(() => writePartial(partial));
      if (manifest !== undefined) {
        const beside = isCopied ? copy : null;
        await attempt(() => writeFiles(inDirectory([manifestFile(manifest.content, manifest.state, reco, beside)])));
      }
    }
  }

  async function writePartial(partial: ScanResult): Promise<void> {
    if (await isComplete(mapPath(partial, 'npz'))) return;
    const files = inDirectory(mapFiles(partial));
    await writeFiles(files);
    partials = files;
    // Beside a map, and only there: a scan that comes to nothing leaves nothing of its event.
    if (copy !== null && !isCopied) await writeFiles(inDirectory([copy]));
    isCopied = true;
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!hasWarned) warn(`A file of the running scan was not written. ${(error as Error).message}`);
      hasWarned = true;
    }
  }

  function mapPath(result: ScanResult, extension: string): string {
    const nsides = result.maps.map(({ nside }) => nside);
    return join(directory, `${resultFileStem(event, nsides)}.${extension}`);
  }

  function inDirectory(files: readonly NamedFile[]): NewFile[] {
    return files.map(({ name, bytes }) => ({ path: join(directory, name), bytes }));
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
