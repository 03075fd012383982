/**
 * A temporary directory of the run's own, removed with all that tests leave in it: a test process that is killed, or that
 * ends while a child still writes, cannot clean up behind itself. Short, because paths of sockets end at 108 bytes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function ownTemporaryDirectory(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'sky-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
}
