/**
 * Starts clients of a scan on a batch system, as a function: what the `client-starter` command does. Waits for the
 * start-up file, writes what the batch system reads, and hands it over.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ConfigError, ScanError } from '../../config/index.js';
import { ensureDirectory, readWholeFile, writeFiles } from '../files/files.js';
import { readStartupFile } from '../files/startup-file.js';
import { shellText } from '../shell-text.js';
import { type HtcondorPlace, htcondorSubmission } from './htcondor.js';
import { kubernetesSubmission } from './kubernetes.js';
import { slurmSubmission } from './slurm.js';
import type { ClientJobs, Submission, SubmitCommand } from './types.js';

/** The batch systems. */
export type BatchEngine = 'htcondor' | 'slurm' | 'kubernetes';

/** What a starter of clients is told. */
export interface ClientStarterOptions
  extends Pick<ClientJobs, 'jobs' | 'workers' | 'memoryMib' | 'clientArguments' | 'group' | 'settings'> {
  readonly engine: BatchEngine;
  readonly startupFile: string;
  /** Seconds to wait for the start-up file. */
  readonly waitS: number;
  /** Container image; null for this installation. */
  readonly image: string | null;
  /** Where a directory for logs and submit files is made. */
  readonly logsDirectory: string;
  readonly htcondor: HtcondorPlace;
  /** Namespace of Kubernetes, '' for the usual one. */
  readonly namespace: string;
  /** Environment of whoever submits. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The time of the name, local. */
  readonly now: Date;
  readonly isDryRun: boolean;
  readonly note: (text: string) => void;
}

/** Clients that were handed to a batch system, or would have been. */
export interface StartedClients {
  /** What the batch system reads, without secrets. */
  readonly text: string;
  /** The command that hands it over. */
  readonly command: string;
  /** null after a dry run. */
  readonly started: {
    readonly job: string;
    readonly stop: string;
    /** Where logs and the submit file are. */
    readonly directory: string;
  } | null;
}

/** What clients get where nobody says otherwise, as upstream's starter has it. Seconds. */
const DEFAULTS: Readonly<Record<string, string>> = {
  EWMS_PILOT_TASK_TIMEOUT: '1200',
  EWMS_PILOT_QUARANTINE_TIME: '1800',
};

/**
 * Throws a ConfigError for what a batch system cannot be told, or a start-up file that does not come; a ScanError
 * batch/refused or batch/no-command where the batch system does not take the clients.
 */
export async function startClients(options: ClientStarterOptions): Promise<StartedClients> {
  const { engine, env, isDryRun, note } = options;
  const startupFile = resolve(options.startupFile);
  await waitFor(startupFile, options.waitS, note);
  const { scanId } = await readStartupFile(startupFile);
  const name = `skyscan-${stampOf(options.now)}`;
  const logs = join(resolve(options.logsDirectory), name);
  const jobs: ClientJobs = {
    ...options,
    name,
    scanId,
    startupFile,
    logs,
    image: engine === 'kubernetes' ? options.image : imageOf(options.image),
    defaults: Object.fromEntries(Object.entries(DEFAULTS).filter(([key]) => !env[key])),
  };
  refuseControls(jobs);
  const submission = await submissionOf(jobs, options);
  const path = join(logs, submission.fileName);
  const command = submission.submit(path);
  const commandText = shellText([command.program, ...command.args]);
  if (isDryRun) return { text: submission.text, command: commandText, started: null };
  await ensureDirectory(logs);
  await writeFiles([{ path, bytes: submission.text }]);
  const job = submission.jobOf(await handOver(command));
  return { text: submission.text, command: commandText, started: { job, stop: submission.stop(job), directory: logs } };
}

async function submissionOf(jobs: ClientJobs, options: ClientStarterOptions): Promise<Submission> {
  const own = [process.execPath, fileURLToPath(new URL('../../../bin/skymap-scanner', import.meta.url))];
  switch (options.engine) {
    case 'htcondor':
      return htcondorSubmission(jobs, options.htcondor, own);
    case 'slurm':
      return slurmSubmission(jobs, own);
    case 'kubernetes': {
      const startup = await readWholeFile(jobs.startupFile, 'start-up file');
      return kubernetesSubmission(jobs, startup, options.env, options.namespace);
    }
  }
}

async function waitFor(path: string, limitS: number, note: (text: string) => void): Promise<void> {
  const endMs = performance.now() + limitS * 1000;
  if (!existsSync(path) && limitS > 0) note(`Waiting for ${path}.`);
  while (!existsSync(path)) {
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) {
      throw new ConfigError(
        'config/bad-value',
        `The start-up file ${path} did not come within ${limitS} s.`,
        'Start the server first; it writes the file when it has read the event. --wait SECONDS waits longer.',
      );
    }
    await sleep(Math.min(500, leftMs));
  }
}

/** An image that is a file is found from everywhere. */
function imageOf(image: string | null): string | null {
  return image !== null && existsSync(image) ? resolve(image) : image;
}

/** Line breaks would begin another setting of the batch system. */
function refuseControls({ startupFile, image, logs, clientArguments, group, settings }: ClientJobs): void {
  const texts = [startupFile, image ?? '', logs, group ?? '', ...clientArguments, ...settings.flat()];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const bad = texts.find((text) => /[\u0000-\u001f\u007f]/.test(text));
  if (bad === undefined) return;
  throw new ConfigError(
    'config/bad-value',
    `${JSON.stringify(bad)} has a line break or another control character, which no batch system can be told.`,
    'Give it another name, or leave it out.',
  );
}

async function handOver({ program, args, input }: SubmitCommand): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  // A program that ends without reading has said why.
  child.stdin.on('error', () => undefined).end(input ?? '');
  const ending = await new Promise<string | null>((done, fail) => {
    child.on('error', (error: NodeJS.ErrnoException) => fail(notThere(program, error)));
    child.on('close', (code, signal) => done(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
  if (ending === null) return output.out;
  const said = (output.err.trim() || output.out.trim()).replace(/\s+/g, ' ').slice(-500);
  throw new ScanError(
    'batch/refused',
    `${program} did not take the clients (${ending}): ${said || 'it said nothing'}`,
    'See --dryrun for what it was given; --batch-option NAME=VALUE adds what this site asks for.',
  );
}

function notThere(program: string, cause: NodeJS.ErrnoException): ScanError {
  return new ScanError(
    'batch/no-command',
    `${program} cannot be started on this machine (${cause.code ?? cause.message}).`,
    'Start the clients on a machine that submits jobs, choose another --engine, or see --dryrun.',
    { cause },
  );
}

/** `20240131-235959` */
function stampOf(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
