/**
 * Files, with errors that a user understands. What is written appears under its name whole or not at all: temporary
 * name beside it, fsync, rename; on any failure (a full disk too) the temporary file is removed.
 */
import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileAccessError } from '../../config/index.js';

/** A file to be written. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array | string;
}

const CHUNK = 1 << 20;

/**
 * The bytes of a file, of a pipe too.
 *
 * @param what what the file should be, for messages: 'event file'
 * @param limit refuses more bytes than this, by calling `tooLarge` for the error
 * @throws FileAccessError file/not-found, file/not-readable
 */
export async function readWholeFile(
  path: string,
  what: string,
  limit: number = Number.POSITIVE_INFINITY,
  tooLarge: () => Error = () => new FileAccessError('file/not-readable', `The ${what} ${path} is too large.`),
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
      let size = stat.isFile() ? Math.max(stat.size, 1) : CHUNK;
      for (;;) {
        if (total > limit || (stat.isFile() && stat.size > limit)) throw tooLarge();
        const { bytesRead, buffer } = await file.read(new Uint8Array(size), 0, size, null);
        if (bytesRead === 0) break;
        chunks.push(buffer.subarray(0, bytesRead));
        total += bytesRead;
        size = CHUNK;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readError(error, path, what);
  }
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Names in a directory, sorted. */
export async function listDirectory(path: string, what: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    throw readError(error, path, what);
  }
}

/** Makes a directory and its parents. Throws FileAccessError file/not-writable. */
export async function ensureDirectory(path: string): Promise<void> {
  try {
    await makeDirectories(resolve(path));
  } catch (error) {
    throw writeError(error, path, 'directory');
  }
}

/**
 * As mkdir with `recursive`, which runs for ever below directories that take no others and say ENOENT (/proc, automounts)
 * and says ENOENT itself on read-only file systems.
 */
async function makeDirectories(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (await isDirectory(path)) return;
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || (await isDirectory(parent))) throw error;
    await makeDirectories(parent);
    await makeDirectories(path);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Throws FileAccessError file/not-writable unless a file can be made in the directory: better before a long scan than
 * after it.
 */
export async function probeWritable(directory: string): Promise<void> {
  const probe = temporaryName(join(directory, 'probe'));
  try {
    await (await open(probe, 'wx')).close();
    await unlink(probe);
  } catch (error) {
    throw writeError(error, directory, 'directory');
  }
}

/** Makes a file that is to grow, and its directory, where they are missing. Throws FileAccessError file/not-writable. */
export async function ensureFile(path: string): Promise<void> {
  await ensureDirectory(dirname(path));
  try {
    await (await open(path, 'a')).close();
  } catch (error) {
    throw writeError(error, path, 'file');
  }
}

/** Writes files, each whole or not at all; where one cannot be written (a full disk) none of them is new. */
export async function writeFiles(files: readonly NewFile[]): Promise<void> {
  const written: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const { path, bytes } of files) {
      const temporary = temporaryName(path);
      written.push({ from: temporary, to: path });
      try {
        const file = await open(temporary, 'w');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        throw writeError(error, path, 'file');
      }
    }
    for (const { from, to } of written) {
      await rename(from, to).catch((error) => {
        throw writeError(error, to, 'file');
      });
    }
  } catch (error) {
    await Promise.all(written.map(({ from }) => removeFile(from)));
    throw error;
  }
}

/** Removes a file that may be there. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}

/** Removes what killed processes left half written: temporary files for names that begin with one of `prefixes`. */
export async function removeLeftovers(directory: string, prefixes: readonly string[]): Promise<void> {
  for (const name of await listDirectory(directory, 'directory')) {
    const [, wanted, pid] = TEMPORARY.exec(name) ?? [];
    if (wanted === undefined || !prefixes.some((prefix) => wanted.startsWith(prefix))) continue;
    if (Number(pid) !== process.pid && !isAlive(Number(pid))) await removeFile(join(directory, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** What went wrong with reading, as an error for users; errors of other kinds come back unchanged. */
export function readError(error: unknown, path: string, what: string): unknown {
  switch (codeOf(error)) {
    case null:
      return error;
    case 'ENOENT':
      return new FileAccessError('file/not-found', `The ${what} ${path} does not exist.`, 'Check the path.');
    case 'EISDIR':
      return new FileAccessError(
        'file/not-readable',
        `${path} is a directory, not a file.`,
        `Give the ${what} itself.`,
      );
    case 'ENOTDIR':
      return new FileAccessError(
        'file/not-readable',
        `${path} is not a directory, or a part of the path is a file.`,
        'Check the path.',
      );
    case 'EACCES':
    case 'EPERM':
      return new FileAccessError(
        'file/not-readable',
        `The ${what} ${path} may not be read: permission denied.`,
        'Get the right to read it, or a copy that is yours.',
      );
    default:
      return new FileAccessError(
        'file/not-readable',
        `The ${what} ${path} cannot be read (${codeOf(error)}).`,
        'The disk or the network may have a problem; try again, or with a copy elsewhere.',
      );
  }
}

/** What went wrong with writing, as an error for users; errors of other kinds come back unchanged. */
export function writeError(error: unknown, path: string, what: string): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  const why: Readonly<Record<string, string>> = {
    ENOSPC: 'no space is left on the device',
    EDQUOT: 'the disk quota is used up',
    EFBIG: 'it would be larger than files may be here',
    EROFS: 'the file system is read-only',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOTDIR: 'a part of the path is a file, not a directory',
    EEXIST: 'a file of that name is in the way',
    ENOENT: what === 'directory' ? 'directories cannot be made there' : 'its directory does not exist',
    EISDIR: 'it is a directory',
  };
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new FileAccessError(
    'file/not-writable',
    `The ${what} ${path} cannot be written: ${why[code] ?? code}.`,
    isFull ? 'Make room and give the same command again, or choose another place.' : 'Choose another place.',
  );
}

/** `ENOENT` and the like of a system error, null for every other error. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error instanceof FileAccessError) return null;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}

/** Name of the file to be, and the process that was writing it. */
const TEMPORARY = /^\.(.+)\.(\d+)\.tmp$/;

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
}
