/**
 * Clients as an array job of Slurm: a script whose shell becomes the client (`exec`), so that `scancel` and the end of
 * the time arrive there. Slurm hands over the environment of whoever submits, passwords too: the script holds none.
 */
import { dirname } from 'node:path';
import { shellText } from '../shell-text.js';
import type { ClientJobs, Submission } from './types.js';

/** @param ownCommand words that run this installation */
export function slurmSubmission(jobs: ClientJobs, ownCommand: readonly string[]): Submission {
  const log = (end: string): string => quotedOption(`${jobs.logs.replaceAll('%', '%%')}/client.%A_%a.${end}`);
  const options: (readonly [name: string, value: string])[] = [
    ['job-name', jobs.name],
    ['comment', quotedOption(`skymap-scanner ${jobs.scanId}`)],
    ['array', `1-${jobs.jobs}`],
    ['ntasks', '1'],
    ['cpus-per-task', String(jobs.workers)],
    ['mem', `${jobs.memoryMib}M`],
    ['export', 'ALL'],
    ['output', log('out')],
    ['error', log('err')],
    ...(jobs.group === null ? [] : [['account', jobs.group] as const]),
    ...jobs.settings.map(([name, value]) => [name, quotedOption(value)] as const),
  ];
  const client = ['client', '--client-startup-json', jobs.startupFile, '--workers', String(jobs.workers)];
  const words = [...client, ...jobs.clientArguments];
  const lines = [
    '#!/bin/sh',
    ...options.map(([name, value]) => (value === '' ? `#SBATCH --${name}` : `#SBATCH --${name}=${value}`)),
    '',
    ...Object.entries(jobs.defaults).map(([name, value]) => `export ${name}="\${${name}:-${value}}"`),
    'unset SKYSCAN_SKYDRIVER_AUTH SKYSCAN_EWMS_JSON',
    ...run(jobs, words, ownCommand),
  ];
  return {
    fileName: 'clients.sbatch',
    text: `${lines.join('\n')}\n`,
    // Said here again: SBATCH_EXPORT would count for more than the script.
    submit: (path) => ({ program: 'sbatch', args: ['--parsable', '--export=ALL', path] }),
    // `--parsable`: the number, and in a federation `;cluster`.
    jobOf: (printed) => printed.trim().split(';')[0]!,
    stop: (job) => `scancel ${job}`,
  };
}

function run({ image, startupFile }: ClientJobs, words: readonly string[], ownCommand: readonly string[]): string[] {
  if (image === null) return [`exec ${shellText([...ownCommand, ...words])}`];
  const place = dirname(startupFile);
  const inside = shellText(['exec', '--bind', `${place}:${place}:ro`, image, 'skymap-scanner', ...words]);
  return [
    'if ! runner=$(command -v apptainer || command -v singularity); then',
    '  echo "error: neither apptainer nor singularity is installed on $(hostname)." >&2',
    '  exit 1',
    'fi',
    `exec "$runner" ${inside}`,
  ];
}

/** A value of an option in a `#SBATCH` line. */
function quotedOption(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
