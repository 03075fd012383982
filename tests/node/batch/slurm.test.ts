import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slurmSubmission } from '../../../src/node/batch/slurm.js';
import { temporaryDirectory } from '../../support/command.js';
import { ARGUMENTS, clientJobs } from './jobs.js';

/** A program that prints its arguments and some variables, one a line, and its process number. */
const TELLER = `#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done
echo "TASK_TIMEOUT=$EWMS_PILOT_TASK_TIMEOUT AUTH=$SKYSCAN_SKYDRIVER_AUTH PID=$$"
`;

function program(directory: string, name: string): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  writeFileSync(path, TELLER);
  chmodSync(path, 0o755);
  return path;
}

/** Runs a script as Slurm does; gives the lines, and the process that it was started as. */
function run(text: string, env: Readonly<Record<string, string>> = {}): string[] {
  const path = join(temporaryDirectory(), 'script');
  writeFileSync(path, text);
  const outer = 'echo "PID=$$"; exec /bin/sh "$0"';
  const output = execFileSync('/bin/sh', ['-c', outer, path], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ...env },
  });
  return output.trimEnd().split('\n');
}

const CLIENT = ['client', '--client-startup-json', '/data/my scan/startup.json', '--workers', '2', ...ARGUMENTS];

describe('a script for Slurm', () => {
  it('becomes the client, so that signals arrive, with every word as it was', () => {
    const own = program(join(temporaryDirectory(), "it's here"), 'node');
    const { text } = slurmSubmission(clientJobs(), [own, '/bin/skymap-scanner']);
    const [pid, ...lines] = run(text, { SKYSCAN_SKYDRIVER_AUTH: 'no' });
    expect(lines).toEqual(['/bin/skymap-scanner', ...CLIENT, `TASK_TIMEOUT=1200 AUTH= ${pid}`]);
    expect(run(text, { EWMS_PILOT_TASK_TIMEOUT: '5' }).at(-1)).toContain('TASK_TIMEOUT=5 ');
  });

  it('runs an image with whichever program there is, or says that there is none', () => {
    const bin = temporaryDirectory();
    program(bin, 'singularity');
    const { text } = slurmSubmission(clientJobs({ image: '/cvmfs/my image.sif' }), ['unused']);
    const [pid, ...lines] = run(text, { PATH: `${bin}:/usr/bin:/bin` });
    const bind = ['exec', '--bind', '/data/my scan:/data/my scan:ro', '/cvmfs/my image.sif', 'skymap-scanner'];
    expect(lines).toEqual([...bind, ...CLIENT, `TASK_TIMEOUT=1200 AUTH= ${pid}`]);
    const none = join(temporaryDirectory(), 'script');
    writeFileSync(none, text);
    expect(() => execFileSync('/bin/sh', [none], { env: { PATH: '/usr/bin:/bin' }, stdio: 'pipe' })).toThrow(
      /neither apptainer nor singularity/,
    );
  });

  it('asks for what a client needs, and for what the site wants', () => {
    const settings = [
      ['time', '04:00:00'],
      ['exclusive', ''],
      ['constraint', 'a b'],
    ] as const;
    const { text, submit, jobOf, stop } = slurmSubmission(clientJobs({ group: 'icecube', settings }), ['x']);
    const options = text.split('\n').flatMap((line) => (line.startsWith('#SBATCH ') ? [line.slice(8)] : []));
    expect(options).toEqual([
      '--job-name=skyscan-20240101-120000',
      '--comment="skymap-scanner 7-1:0-1700000000-abcdef"',
      '--array=1-3',
      '--ntasks=1',
      '--cpus-per-task=2',
      '--mem=2048M',
      '--export=ALL',
      '--output="/data/logs of 100%%/skyscan/client.%A_%a.out"',
      '--error="/data/logs of 100%%/skyscan/client.%A_%a.err"',
      '--account=icecube',
      '--time=04:00:00',
      '--exclusive',
      '--constraint="a b"',
    ]);
    expect(submit('/x/y').args).toEqual(['--parsable', '--export=ALL', '/x/y']);
    expect([jobOf('12\n'), jobOf('12;cluster\n'), stop('12')]).toEqual(['12', '12', 'scancel 12']);
  });
});
