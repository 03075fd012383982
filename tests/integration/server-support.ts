/** Servers and clients as processes on a real broker. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { decodeJournal } from '../../src/scan/index.js';
import { type CommandResult, runCommand, until } from '../support/command.js';
import { NSIDES, STEM } from './support.js';

/** A process of the command that can be waited for and killed. */
export interface Running {
  readonly done: Promise<CommandResult>;
  /** What it has printed so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  kill(signal: NodeJS.Signals): void;
}

/** Words, environment of a server or client. */
export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the event is a real one. Default false. */
  readonly isReal?: boolean;
  /** Seconds after which it is killed. Default 50. */
  readonly limitS?: number;
}

export function start(words: readonly string[], env: Readonly<Record<string, string>>, limitS = 50): Running {
  let output = { stdout: '', stderr: '' };
  let kill: Running['kill'] = () => undefined;
  const done = runCommand(words, {
    env,
    limitS,
    whileRunning: (child, heard) => {
      output = heard;
      kill = (signal) => child.kill(signal);
    },
  });
  return { done, output, kill: (signal) => kill(signal) };
}

export const startupOf = (directory: string): string => join(directory, 'startup.json');

/** A server whose files are all in one directory; the default is the reco `dummy`. */
export function server(
  event: string,
  directory: string,
  { args = [], env = {}, limitS, isReal = false }: StartOptions,
): Running {
  const files = ['--client-startup-json', startupOf(directory), '--cache-dir', join(directory, 'cache')];
  const words = [
    'server',
    ...files,
    '--output-dir',
    directory,
    '--event-file',
    event,
    isReal ? '--real-event' : '--simulated-event',
  ];
  if (!args.some((word) => word.startsWith('--reco-') && word !== '--reco-option')) words.push('--reco-algo', 'dummy');
  if (!args.includes('--nsides')) words.push('--nsides', ...NSIDES);
  return start([...words, '--no-pictures', ...args], env, limitS);
}

/** A client of the server of that directory, as soon as there is a start-up file; one worker. */
export async function client(directory: string, { args = [], env = {}, limitS }: StartOptions): Promise<Running> {
  await until(() => existsSync(startupOf(directory)));
  return start(['client', '--client-startup-json', startupOf(directory), '--workers', '1', ...args], env, limitS);
}

/** Waits until the journal holds so many results. */
export async function results(directory: string, count: number): Promise<void> {
  await until(() => journaled(directory) >= count);
}

function journaled(directory: string): number {
  const folder = join(directory, 'cache', STEM);
  const name = existsSync(folder) ? readdirSync(folder).find((entry) => entry.endsWith('.journal')) : undefined;
  return name === undefined ? 0 : (decodeJournal(readFileSync(join(folder, name)))?.outcomes.length ?? 0);
}

/** What went wrong is one sentence, with no trace of how it happened inside, and no password. */
export function expectOneSentence({ stderr, stdout }: CommandResult, sentence: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stdout).toBe('');
  expect(stderr.match(/error: /g)).toHaveLength(1);
  expect(stderr).not.toMatch(/^ {4}at |internal error|node:|secret/m);
}
