/**
 * A lock that names its holder, so that two scans never write to one journal: a symbolic link whose target is the text
 * `PID START@HOST` (made in one step, so it is never there half, on network file systems too). A lock whose process is
 * gone (kill -9, a reboot) is taken over; one of another machine is not, since nothing is known about its processes.
 */
import { readFileSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { ScanError } from '../../config/index.js';
import { codeOf, writeError } from './files.js';

interface Holder {
  readonly pid: number;
  /** Start of the process in clock ticks since the boot, '' where the system does not say: pids are used again. */
  readonly start: string;
  readonly host: string;
}

/** Takes the lock and returns how to let it go. Throws ScanError scan/locked while another process holds it. */
export function takeLock(path: string): () => void {
  const own = `${process.pid} ${startOf(process.pid)}@${hostname()}`;
  try {
    while (!linked(own, path)) clearStale(path);
  } catch (error) {
    throw writeError(error, path, 'lock');
  }
  return () => {
    if (targetOf(path) === own) remove(path);
  };
}

/** Makes the lock unless it is there: of many who try, one succeeds. */
function linked(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock away. */
function clearStale(path: string): void {
  const holder = holderOf(path);
  if (holder !== null && isAlive(holder)) {
    const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
    throw new ScanError(
      'scan/locked',
      `Another scan (process ${holder.pid}${where}) is writing to the same journal.`,
      `Wait for it, or give this one another --cache-dir. If there is no such process any more, remove ${path}.`,
    );
  }
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  // Somebody quicker may have put a living lock there between the look and the rename: it is put back.
  const moved = holderOf(aside);
  if (moved !== null && isAlive(moved)) linked(targetOf(aside)!, path);
  remove(aside);
}

function holderOf(path: string): Holder | null {
  const [, pid, start, host] = /^(\d+) (\d*)@(.*)$/.exec(targetOf(path) ?? '') ?? [];
  return host === undefined ? null : { pid: Number(pid), start: start!, host };
}

function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function isAlive({ pid, start, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return start === '' || now === '' || start === now;
}

/** Field 22 of /proc/PID/stat; the command name before it may hold anything, a closing bracket too. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
