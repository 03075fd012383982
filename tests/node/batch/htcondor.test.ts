import { describe, expect, it } from 'vitest';
import { htcondorSubmission } from '../../../src/node/batch/htcondor.js';
import { htcondorJobs, htcondorWords, needsHtcondor } from '../../support/batch-parsers.js';
import { ARGUMENTS, clientJobs } from './jobs.js';

const HERE = { collector: '', schedd: '' };
const OWN = ['/opt/node 20/bin/node', '/opt/skymap-scanner/bin/skymap-scanner'];
const text = (...[other]: Parameters<typeof clientJobs>) => htcondorSubmission(clientJobs(other), HERE, OWN).text;

/** Commands of submit descriptions that we use. */
const KNOWN = new Set(
  `batch_name executable transfer_executable arguments getenv environment should_transfer_files when_to_transfer_output
   transfer_input_files transfer_output_files request_cpus request_memory kill_sig notification output error log
   accounting_group +SingularityImage requirements`.split(/\s+/),
);

describe('a submit description', () => {
  it.each([{}, { image: '/cvmfs/scanner.sif' }, { group: '1_week.me', settings: [['requirements', 'x']] as const }])(
    'has one known setting a line, each once, and asks for the jobs at its end: %j',
    (other) => {
      const lines = text(other).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.pop()).toBe('queue 3');
      const names = lines.map((line) => /^(\S+) = \S/.exec(line)?.[1] ?? line);
      expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it('is submitted here, or to another queue of another pool', () => {
    expect(htcondorSubmission(clientJobs(), HERE, OWN).submit('/x/c.sub')).toEqual({
      program: 'condor_submit',
      args: ['/x/c.sub'],
    });
    const there = htcondorSubmission(clientJobs(), { collector: 'pool', schedd: 'sub-1' }, OWN);
    expect(there.submit('/x/c.sub').args).toEqual(['-pool', 'pool', '-name', 'sub-1', '/x/c.sub']);
    expect(there.jobOf('Submitting job(s)...\n3 job(s) submitted to cluster 4711.\n')).toBe('4711');
    expect(there.stop('4711')).toBe('condor_rm 4711');
  });

  it('is refused for a path that HTCondor cannot copy', () => {
    expect(() => text({ startupFile: '/data/a,b.json' })).toThrow(/comma in its path/);
  });
});

needsHtcondor("a submit description, read by HTCondor's own parser", () => {
  const ENV = {
    SKYSCAN_BROKER_ADDRESS: 'host',
    SKYSCAN_BROKER_AUTH: `p'w "x" $1`,
    EWMS_PILOT_PREFETCH: '1',
    SKYSCAN_SKYDRIVER_AUTH: 'not for clients',
    SKYSCAN_EWMS_JSON: 'not for clients',
    OTHER: 'no',
  };

  it('makes jobs that run exactly the client, with the variables of whoever submits', () => {
    const jobs = htcondorJobs(text(), ENV);
    expect(jobs).toHaveLength(3);
    for (const [number, job] of jobs.entries()) {
      expect(job).toMatchObject({
        Cmd: OWN[0],
        TransferExecutable: 'False',
        RequestMemory: '2048',
        RequestCpus: '2',
        TransferInput: '/data/my scan/startup.json',
        TransferOutput: '',
        ShouldTransferFiles: 'YES',
        KillSig: 'SIGTERM',
        JobNotification: '0',
        JobBatchName: 'skymap-scanner 7-1:0-1700000000-abcdef',
        Out: `/data/logs of 100%/skyscan/client.${number}.out`,
        Err: `/data/logs of 100%/skyscan/client.${number}.err`,
        UserLog: '/data/logs of 100%/skyscan/htcondor.log',
      });
      const client = ['client', '--client-startup-json', './startup.json', '--workers', '2'];
      expect(htcondorWords(job.Arguments!)).toEqual([OWN[1], ...client, ...ARGUMENTS]);
      expect(htcondorWords(job.Environment!).sort()).toEqual([
        'EWMS_PILOT_PREFETCH=1',
        'EWMS_PILOT_TASK_TIMEOUT=1200',
        'SKYSCAN_BROKER_ADDRESS=host',
        `SKYSCAN_BROKER_AUTH=p'w "x" $1`,
      ]);
    }
  });

  it('makes jobs that run in an image, with what the site asks for', () => {
    const settings = [['requirements', 'HAS_CVMFS_icecube_opensciencegrid_org']] as const;
    const [job] = htcondorJobs(text({ image: '/cvmfs/my "new" $image.sif', group: '1_week.me', settings }), ENV);
    expect(job).toMatchObject({ Cmd: '/usr/bin/env', SingularityImage: '/cvmfs/my "new" $image.sif' });
    expect(job!.AcctGroup).toBe('1_week.me');
    expect(job!.Requirements).toContain('HAS_CVMFS_icecube_opensciencegrid_org');
    expect(htcondorWords(job!.Arguments!).slice(0, 2)).toEqual(['skymap-scanner', 'client']);
  });
});
