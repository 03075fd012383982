/**
 * The built command line, as a user runs it. `npm test` builds first; a test that runs alone builds where a source file
 * is newer than the build.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(root, 'dist/cli/main.js');
export const COMMAND: string = join(root, 'bin/skymap-scanner');

/** Builds unless the build is newer than every source file. One test file builds, the others wait for it. */
export function ensureBuilt(): void {
  if (isBuilt()) return;
  const lock = join(tmpdir(), `skymap-build-${process.getuid?.() ?? 0}.lock`);
  for (let tries = 0; tries < 600; tries++) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (isBuilt()) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    if (!isBuilt()) {
      spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
      spawnSync(process.execPath, ['scripts/bundle-pages.mjs'], { cwd: root, stdio: 'inherit' });
    }
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isBuilt(): boolean {
  const built = statSync(MAIN, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  return sources.every((entry) => !entry.isFile() || statSync(join(entry.parentPath, entry.name)).mtimeMs <= built);
}

const directories: string[] = [];
/** Commands that run. A test that fails may leave one; it ends with the test process. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** An empty directory that goes when the test process ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'skymap-'));
  directories.push(directory);
  return directory;
}

export interface CommandResult {
  /** Exit code, null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command: ['prlimit', '--fsize=1000']. */
  readonly before?: readonly string[];
  /** Called with the running process, for signals. */
  readonly whileRunning?: (child: ChildProcess, output: { stdout: string; stderr: string }) => void;
  /** Kills the command after that many seconds. Default 110: machines may be slow. */
  readonly limitS?: number;
}

/** Runs the command and waits for its end. No SKYSCAN_ variable of the test's own environment reaches it. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...words] = [...(options.before ?? []), process.execPath, COMMAND, ...args] as [string, ...string[]];
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^_?(SKYSCAN|EWMS)_/.test(name)));
  const startedMs = performance.now();
  const child = spawn(program, words, {
    cwd: options.cwd ?? root,
    env: { ...own, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  const hear = (name: 'stdout' | 'stderr') =>
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  hear('stdout');
  hear('stderr');
  const limit = setTimeout(() => child.kill('SIGKILL'), (options.limitS ?? 110) * 1000);
  options.whileRunning?.(child, output);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ code, signal, ...output, seconds: (performance.now() - startedMs) / 1000 });
    });
  });
}

/** Waits until something is so, asking every 20 ms. */
export async function until(isSo: () => boolean, limitS = 30): Promise<void> {
  const endMs = performance.now() + limitS * 1000;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`it did not happen within ${limitS} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
