/**
 * Debian's Firefox for tests, through WebDriver BiDi, which it speaks by itself (playwright drives only a Firefox of its
 * own). Not in the default set of packages: tests that need it are skipped, with a reason, where it is not installed.
 * `SKYMAP_TEST_FIREFOX=/path/to/firefox` names another one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import WebSocket from 'ws';
import { temporaryDirectory } from './command.js';
import { describeUnless } from './needs.js';

const VARIABLE = 'SKYMAP_TEST_FIREFOX';
const READY_LIMIT_MS = 60_000;

/** One page in a Firefox of its own. */
export interface FirefoxPage {
  /** Errors and warnings of the console. */
  readonly complaints: string[];
  /** Opens an address; `before` (the text of a function) runs in the page before its own scripts. */
  open(url: string, before?: string): Promise<void>;
  /** The value of an expression in the page; a promise is waited for. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A `describe` that runs where Firefox is installed, and says why where it is not. */
export function needsFirefox(title: string, body: () => void): void {
  const missing = `needs Firefox (apt-get install firefox-esr, or ${VARIABLE}=/path/to/firefox)`;
  describeUnless(firefoxPath() === null ? missing : null, title, body);
}

function firefoxPath(): string | null {
  const named = process.env[VARIABLE];
  const directories = (process.env.PATH ?? '').split(delimiter);
  const paths =
    named === undefined ? directories.flatMap((at) => [join(at, 'firefox-esr'), join(at, 'firefox')]) : [named];
  return paths.find(canRun) ?? null;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a Firefox without a window, with a profile and a home of its own. */
export async function startFirefox(): Promise<FirefoxPage> {
  const home = temporaryDirectory();
  const child = spawn(
    firefoxPath()!,
    ['--headless', '--no-remote', '--profile', home, '--remote-debugging-port', '0'],
    {
      env: { ...process.env, HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const stop = (): boolean => child.kill('SIGKILL');
  process.once('exit', stop);
  const socket = new WebSocket(`${await addressOf(child)}/session`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));

  const complaints: string[] = [];
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.method === 'log.entryAdded' && ['error', 'warn'].includes(message.params.level)) {
      complaints.push(`${message.params.level}: ${message.params.text}`);
    }
    const caller = waiting.get(message.id);
    if (caller === undefined) return;
    waiting.delete(message.id);
    if (message.type === 'error') caller.reject(new Error(`${message.error}: ${message.message}`));
    else caller.resolve(message.result as never);
  });
  const call = <T = any>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
  await call('session.new', { capabilities: {} });
  await call('session.subscribe', { events: ['log.entryAdded'] });
  const { contexts } = await call('browsingContext.getTree');
  const { context } = contexts[0];

  return {
    complaints,
    async open(url, before) {
      if (before !== undefined) await call('script.addPreloadScript', { functionDeclaration: before });
      await call('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async evaluate(expression) {
      const answer = await call('script.evaluate', { expression, target: { context }, awaitPromise: true });
      if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
      return answer.result.value;
    },
    async close() {
      socket.close();
      process.off('exit', stop);
      const gone = new Promise((resolve) => child.once('close', resolve));
      stop();
      await gone;
    },
  };
}

/** Where it listens: it says so on standard error. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr!.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(text);
      if (found !== null) resolve(found[1]!);
    });
    child.stdout!.resume();
    child.once('close', (code) => reject(new Error(`Firefox ended with code ${code}: ${text}`)));
    setTimeout(() => reject(new Error(`Firefox was not ready in time: ${text}`)), READY_LIMIT_MS).unref();
  });
}
