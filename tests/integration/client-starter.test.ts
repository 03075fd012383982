import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEvent } from '../../src/node/files/load-event.js';
import { travelling, writeStartupFile } from '../../src/node/files/startup-file.js';
import { htcondorWords } from '../support/batch-parsers.js';
import { type CommandResult, runCommand, temporaryDirectory } from '../support/command.js';
import { expectOneSentence } from './server-support.js';
import { simulatedEvent } from './support.js';

let startup: string;
let directory: string;
/** A directory with programs that keep what they are given. */
let bin: string;
const BROKER = { SKYSCAN_BROKER_ADDRESS: 'scanner:secret-1@host', SKYSCAN_BROKER_AUTH: 'secret-2' };

beforeAll(async () => {
  const event = await simulatedEvent();
  directory = temporaryDirectory();
  startup = join(directory, 'startup.json');
  const { openText } = await travelling(await loadEvent(event));
  const reco = { kind: 'builtin', name: 'dummy' } as const;
  const content = {
    scanId: '7-1:0-x',
    eventFile: event,
    eventText: openText,
    reco,
    settings: {},
    iceModel: 'spice_mie',
  };
  await writeStartupFile(startup, { ...content, preparation: '0123456789abcdef' });
  bin = temporaryDirectory();
  program('condor_submit', 'echo "Submitting job(s)..."; echo "3 job(s) submitted to cluster 12."');
  program('kubectl', 'echo "job.batch/x created"');
});

/** Puts a program there that keeps its arguments and its standard input beside it. */
function program(name: string, script: string): void {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$@" >"$0.args"\ncat >"$0.input"\n${script}\n`);
  chmodSync(path, 0o755);
}
const kept = (name: string): string => readFileSync(join(bin, name), 'utf8');

function starter(words: readonly string[], env: Readonly<Record<string, string>> = BROKER): Promise<CommandResult> {
  const path = { PATH: `${bin}:/usr/bin:/bin` };
  const args = ['client-starter', '--logs-directory', directory, ...words];
  return runCommand(args, { env: { ...path, ...env } });
}
const ours = (...words: string[]): string[] => ['--client-startup-json', startup, '--jobs', '3', ...words];

describe('client-starter', () => {
  it.each(['htcondor', 'slurm', 'kubernetes'])('prints what %s would get, and leaves nothing', async (engine) => {
    const before = readdirSync(directory);
    const { code, stdout, stderr } = await starter(
      ours(
        '--dryrun',
        '--engine',
        engine,
        '--memory',
        '3GB',
        '--image',
        'scanner:1',
        '--client-args-json',
        '{"debug": true}',
      ),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('--debug');
    expect(stdout).toMatch(/3072MB|3072M|3Gi/);
    expect(stdout + stderr).not.toMatch(/secret-\d/);
    expect(stderr).toMatch(/^Nothing was submitted\. It would be: (condor_submit|sbatch|kubectl apply) /);
    expect(readdirSync(directory)).toEqual(before);
  });

  it('hands a file to HTCondor', async () => {
    const started = await starter(
      ours('--schedd', 'sub-1', '--collector', 'pool', '--client-args', 'debug-directory:/d'),
    );
    expect(started).toMatchObject({ code: 0, stdout: '3 clients handed to htcondor: job 12\n' });
    const [pool, poolName, name, schedd, path] = kept('condor_submit.args').trim().split('\n');
    expect([pool, poolName, name, schedd]).toEqual(['-pool', 'pool', '-name', 'sub-1']);
    const text = readFileSync(path!, 'utf8');
    expect(text).toMatch(/^queue 3$/m);
    expect(text).toContain('--debug-directory /d');
    expect(text).toMatch(/^request_memory = 2048MB$/m);
    expect(started.stderr).toMatch(/Logs and the submit file are in \S+\. To end them early: condor_rm 12/);
  });

  it('hands a manifest to Kubernetes on standard input, and keeps it without secrets', async () => {
    const started = await starter(ours('--engine', 'kubernetes', '--image', 'scanner:1', '--namespace', 'sky'));
    expect(started.code).toBe(0);
    expect(kept('kubectl.args').trim().split('\n')).toEqual(['apply', '--namespace', 'sky', '--filename', '-']);
    expect(kept('kubectl.input')).toContain('secret-1');
    const name = /job (skyscan-\d{8}-\d{6})/.exec(started.stdout)![1]!;
    expect(readFileSync(join(directory, name, 'clients.json'), 'utf8')).not.toMatch(/secret-\d/);
  });

  /** Whoever runs the client has come as far as this: the file's event is prepared, and it is not as the file says. */
  const REACHED = /error: This client prepares the event for dummy differently than its server did\./;

  it('describes jobs that run the client in a directory with nothing but the start-up file', async () => {
    const { stdout } = await starter(ours('--dryrun'));
    const said = (name: string): string => new RegExp(`^${name} = (.*)$`, 'm').exec(stdout)![1]!;
    const machine = temporaryDirectory();
    copyFileSync(said('transfer_input_files'), join(machine, 'startup.json'));
    const words = htcondorWords(said('arguments').slice(1, -1).replaceAll('""', '"'));
    const job = spawnSync(said('executable'), words, { cwd: machine, env: BROKER, encoding: 'utf8' });
    expect(job.status).toBe(1);
    expect(job.stderr).toMatch(REACHED);
  });

  it('writes a script that runs the client', async () => {
    const script = join(temporaryDirectory(), 'script');
    writeFileSync(script, (await starter(ours('--dryrun', '--engine', 'slurm'))).stdout);
    const job = spawnSync('/bin/sh', [script], { cwd: dirname(script), env: BROKER, encoding: 'utf8' });
    expect(job.status).toBe(1);
    expect(job.stderr).toMatch(REACHED);
  });

  it('waits for the start-up file', async () => {
    const late = join(temporaryDirectory(), 'startup.json');
    const starting = starter(['--client-startup-json', late, '--jobs', '3', '--dryrun']);
    await sleep(600);
    writeFileSync(late, readFileSync(startup));
    expect((await starting).code).toBe(0);
  });

  it.each<[words: string, exitCode: number, sentence: RegExp, env?: Readonly<Record<string, string>>]>([
    ['--client-startup-json DIR/none --jobs 1 --wait 0.1', 2, /did not come within 0\.1 s\.\n.*--wait SECONDS/],
    [
      '--client-startup-json DIR/none --jobs 1',
      2,
      /did not come within 0\.2 s/,
      { ...BROKER, CLIENT_STARTER_WAIT_FOR_STARTUP_JSON: '0.2' },
    ],
    [
      '--client-startup-json FILE --jobs 1',
      2,
      /CLIENT_STARTER_WAIT_FOR_STARTUP_JSON is "soon", not a number/,
      { ...BROKER, CLIENT_STARTER_WAIT_FOR_STARTUP_JSON: 'soon' },
    ],
    ['--client-startup-json FILE --jobs 1', 2, /SKYSCAN_BROKER_ADDRESS is not set/, {}],
    ['--client-startup-json FILE', 2, /required option '--jobs <number>' not specified/],
    ['--client-startup-json FILE --jobs 0', 2, /'0' is invalid\. It must be a whole number from 1/],
    ['--client-startup-json FILE --jobs 1 --memory lots', 2, /'lots' is invalid\. It must be a size from 64MB/],
    ['--client-startup-json FILE --jobs 1 --memory 1B', 2, /'1B' is invalid/],
    ['--client-startup-json FILE --jobs 1 --engine pbs', 2, /'pbs' is invalid\. Allowed choices are htcondor, slurm/],
    ['--client-startup-json FILE --jobs 1 --engine kubernetes', 2, /Kubernetes needs an image to run/],
    [
      '--client-startup-json FILE --jobs 1 --client-args client-startup-json:x',
      2,
      /--client-startup-json may not be among the arguments for clients\.\n.*Every client of a starter/,
    ],
    [
      '--client-startup-json FILE --jobs 1 --client-args-json DIR/none',
      1,
      /file of --client-args-json .*does not exist/,
    ],
    ['--client-startup-json DIR/kubectl --jobs 1', 1, /start-up file .* is not JSON/],
    ['--client-startup-json FILE --jobs 1 --image a\nb', 2, /"a\\nb" has a line break/],
    [
      '--client-startup-json FILE --jobs 1 --engine slurm',
      1,
      /sbatch cannot be started on this machine \(ENOENT\)/,
      {
        ...BROKER,
        PATH: '/nowhere',
      },
    ],
  ])('refuses %j with exit code %i', async (words, exitCode, sentence, env = BROKER) => {
    const args = words.split(' ').map((word) => word.replace('DIR', bin).replace('FILE', startup));
    const result = await starter(args, env);
    expect(result.code).toBe(exitCode);
    expectOneSentence(result, sentence);
  });

  it('tells what a batch system says that does not want them', async () => {
    program('condor_submit', 'echo "ERROR: no such group" >&2; exit 1');
    const refused = await starter(ours());
    expect(refused.code).toBe(1);
    expectOneSentence(refused, /condor_submit did not take the clients \(exit code 1\): ERROR: no such group\./);
    expect(existsSync(join(bin, 'condor_submit.args'))).toBe(true);
  });
});
