/**
 * An independent judge where there is one: the system's Python with astropy. Tests that need it call
 * `needsPython`, which prints why it skips them elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { describeUnless } from './needs.js';

const PYTHON = '/usr/bin/python3';

/** Runs a Python program; `input` goes to its standard input, what it prints comes back. */
export function python(program: string, input: string | Uint8Array = ''): string {
  return execFileSync(PYTHON, ['-W', 'ignore', '-c', program], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
}

/** A `describe` that runs where the system's Python has the modules, and says why where it has not. */
export function needsPython(title: string, modules: readonly string[], body: () => void): void {
  let reason = '';
  try {
    execFileSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    reason =
      String((error as { stderr?: Buffer }).stderr ?? error)
        .trim()
        .split('\n')
        .at(-1) ?? 'no Python';
  }
  describeUnless(reason === '' ? null : `needs ${PYTHON} with ${modules.join(', ')} (${reason})`, title, body);
}
