/**
 * Clients as jobs of HTCondor: a submit description (specs/sky-and-scan.md section 14, `client_starter.py`). No shell
 * stands between HTCondor and the client, so that signals arrive; passwords travel by `getenv` and are not in the file.
 */
import { basename } from 'node:path';
import { ConfigError } from '../../config/index.js';
import type { ClientJobs, Submission } from './types.js';

/** Where the job's queue is; '' for that of this machine. */
export interface HtcondorPlace {
  readonly collector: string;
  readonly schedd: string;
}

/** @param ownCommand words that run this installation */
export function htcondorSubmission(
  jobs: ClientJobs,
  { collector, schedd }: HtcondorPlace,
  ownCommand: readonly string[],
): Submission {
  if (jobs.startupFile.includes(',')) {
    throw new ConfigError(
      'config/bad-value',
      `HTCondor cannot copy a file with a comma in its path: ${jobs.startupFile}.`,
      'Have the server write the start-up file elsewhere.',
    );
  }
  const [program, ...words] = jobs.image === null ? ownCommand : ['skymap-scanner'];
  const startup = `./${basename(jobs.startupFile)}`;
  const args = [...words, 'client', '--client-startup-json', startup, '--workers', String(jobs.workers)];
  const log = (end: string): string => `${literal(jobs.logs)}/${end}`;
  const settings: [name: string, value: string][] = [
    ['batch_name', literal(`skymap-scanner ${jobs.scanId}`)],
    // In an image the program is found along PATH.
    ['executable', jobs.image === null ? literal(program!) : '/usr/bin/env'],
    ['transfer_executable', 'false'],
    ['arguments', quoted([...(jobs.image === null ? [] : [program!]), ...args, ...jobs.clientArguments])],
    ...(jobs.image === null ? [] : ([['+SingularityImage', classAdText(jobs.image)]] as [string, string][])),
    ['getenv', 'SKYSCAN_*, EWMS_*, !SKYSCAN_SKYDRIVER_*, !SKYSCAN_EWMS_JSON'],
    ['environment', quoted(Object.entries(jobs.defaults).map(([name, value]) => `${name}=${value}`))],
    ['should_transfer_files', 'YES'],
    ['when_to_transfer_output', 'ON_EXIT'],
    ['transfer_input_files', literal(jobs.startupFile)],
    ['transfer_output_files', '""'],
    ['request_cpus', String(jobs.workers)],
    ['request_memory', `${jobs.memoryMib}MB`],
    ['kill_sig', 'SIGTERM'],
    ['notification', 'Never'],
    ['output', log('client.$(ProcId).out')],
    ['error', log('client.$(ProcId).err')],
    ['log', log('htcondor.log')],
    ...(jobs.group === null ? [] : ([['accounting_group', literal(jobs.group)]] as [string, string][])),
  ];
  const lines = [...settings, ...jobs.settings].map(([name, value]) => `${name} = ${value}`);
  return {
    fileName: 'clients.sub',
    text: `${lines.join('\n')}\nqueue ${jobs.jobs}\n`,
    submit: (path) => ({
      program: 'condor_submit',
      args: [...(collector === '' ? [] : ['-pool', collector]), ...(schedd === '' ? [] : ['-name', schedd]), path],
    }),
    jobOf: (printed) => /cluster (\d+)/.exec(printed)?.[1] ?? printed.trim(),
    stop: (job) => `condor_rm ${job}`,
  };
}

/** Words in HTCondor's "new" syntax: all in double quotes, words with blanks or quotes in single ones. */
function quoted(words: readonly string[]): string {
  const one = (word: string): string => (/^[^\s']+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`);
  return `"${literal(words.map(one).join(' ')).replaceAll('"', '""')}"`;
}

/** A text of an attribute of a job. */
function classAdText(text: string): string {
  return `"${literal(text).replace(/["\\]/g, '\\$&')}"`;
}

/** HTCondor would replace $(NAME). */
function literal(text: string): string {
  return text.replaceAll('$', () => '$(DOLLAR)');
}
