/** Running the shell scripts of resources/ with programs of ours in place of docker and the scanner. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../support/command.js';

export const RESOURCES: string = fileURLToPath(new URL('../../resources/', import.meta.url));
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What the program of that name was given, word by word; null where it was not run. */
  given(program: string): string[] | null;
  /** Its environment, and its process number as PID. */
  environmentOf(program: string): Record<string, string>;
  readonly pid: number;
}

/** Programs that keep their arguments and environment. */
const KEEPER = `#!/bin/bash
printf '%s\\0' "$@" >"$0.args"
{ env -0; printf 'PID=%s\\0' "$$"; } >"$0.env"
`;

/** Runs a script; `programs` are found first. */
export function runScript(
  script: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; cwd?: string; programs?: readonly string[] } = {},
): Ran {
  const bin = temporaryDirectory();
  for (const name of options.programs ?? []) {
    writeFileSync(join(bin, name), KEEPER);
    chmodSync(join(bin, name), 0o755);
  }
  const { status, stdout, stderr, pid } = spawnSync(join(RESOURCES, script), args, {
    encoding: 'utf8',
    cwd: options.cwd ?? bin,
    env: { PATH: `${bin}:/usr/bin:/bin`, ...options.env },
    timeout: 20_000,
  });
  const kept = (file: string): string[] | null => {
    try {
      return readFileSync(join(bin, file), 'utf8').split('\0').slice(0, -1);
    } catch {
      return null;
    }
  };
  return {
    code: status,
    stdout,
    stderr,
    pid,
    given: (program) => kept(`${program}.args`),
    environmentOf: (program) =>
      Object.fromEntries(
        (kept(`${program}.env`) ?? []).map((entry) => [
          entry.slice(0, entry.indexOf('=')),
          entry.slice(entry.indexOf('=') + 1),
        ]),
      ),
  };
}
