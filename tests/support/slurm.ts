/**
 * A real Slurm of one node for tests (specs/test-environment.md section 2): Debian's programs, run as whoever we are, in
 * a directory and on ports of their own. Everything goes when the test process ends.
 *
 * `slurmMissing` says what is missing where there is none.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

/** A running Slurm. */
export interface Slurm {
  /** What its commands need. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of its commands and returns what it prints. */
  run(program: string, ...args: string[]): string;
  /** States of the tasks of a job: `RUNNING`, `COMPLETED`, `FAILED 3:0` ... */
  states(job: string): string[];
  /** Ends everything and removes the directory. */
  dispose(): Promise<void>;
}

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel', 'sinfo'];
const PLACES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const READY_LIMIT_S = 60;

/** What is missing for a Slurm, as a sentence that says how to get it; null where nothing is. */
export function slurmMissing(): string | null {
  const missing = PROGRAMS.filter((program) => programPath(program) === null);
  return missing.length === 0 ? null : `needs ${missing.join(', ')} (apt-get install slurm-wlm munge)`;
}

function programPath(program: string): string | null {
  const folders = [...PLACES, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, program)).find(existsSync) ?? null;
}

export async function startSlurm(): Promise<Slurm> {
  const missing = slurmMissing();
  if (missing !== null) throw new Error(missing);
  // Short: paths of sockets end at 108 bytes. Munge wants a directory that nobody else may write to.
  const directory = mkdtempSync(join(tmpdir(), 'skyslurm-'));
  chmodSync(directory, 0o755);
  const at = (name: string): string => join(directory, name);
  for (const name of ['munge', 'run', 'log', 'state', 'spool']) mkdirSync(at(name), { mode: 0o755 });
  writeFileSync(at('munge/key'), randomBytes(128), { mode: 0o400 });
  const [controller, node] = [await freePort(), await freePort()];
  writeFileSync(at('slurm.conf'), configuration(directory, controller, node));
  // Needed although nothing uses control groups.
  writeFileSync(at('cgroup.conf'), 'CgroupPlugin=cgroup/v1\nCgroupMountpoint=/nonexistent\n');

  const own = Object.entries(process.env).filter(([name]) => !/^(SLURM|SBATCH|SCANCEL|SQUEUE)_/.test(name));
  const env = { ...Object.fromEntries(own), SLURM_CONF: at('slurm.conf') } as Record<string, string>;
  const children = new Set<ChildProcess>();
  let output = '';
  const run = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(programPath(program)!, args, { env, stdio: ['ignore', 'pipe', 'pipe'], cwd: directory });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4000);
      });
    }
    child.once('close', () => children.delete(child));
    return child;
  };
  const command = (program: string, ...args: string[]): string =>
    execFileSync(programPath(program)!, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const killAll = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', killAll);

  async function dispose(): Promise<void> {
    // A step outlives the daemons: jobs first, then who runs them, then who knows who is who.
    try {
      command('scancel', '--user', userInfo().username);
      await ready(() => command('squeue', '--noheader').trim() === '', 10).catch(() => undefined);
    } catch {
      // It was not up.
    }
    for (const child of [...children].reverse()) {
      child.kill('SIGTERM');
      await ended(child, 5);
    }
    process.off('exit', killAll);
    killAll();
  }

  try {
    const munge = ['key', 'log', 'pid', 'seed'].map((name) => `--${name}-file=${at(`munge/${name}`)}`);
    const root = process.getuid?.() === 0 ? ['--force'] : [];
    run('munged', ['--foreground', `--socket=${at('munge/socket')}`, ...munge, ...root]);
    await ready(() => existsSync(at('munge/socket')), READY_LIMIT_S);
    run('slurmctld', ['-D', '-i']);
    run('slurmd', ['-D']);
    await ready(() => command('sinfo', '--noheader', '--format=%T').trim() === 'idle', READY_LIMIT_S);
  } catch (error) {
    const logs = ['log/slurmctld.log', 'log/slurmd.log'].map((name) =>
      existsSync(at(name)) ? readFileSync(at(name), 'utf8').slice(-1500) : '',
    );
    await dispose();
    throw new Error(`Slurm did not start: ${(error as Error).message}\n${output}\n${logs.join('\n')}`);
  }
  return {
    env,
    run: command,
    states: (job) =>
      command('scontrol', '--oneliner', 'show', 'job', job)
        .trim()
        .split('\n')
        .map((line) => {
          const state = /JobState=(\S+)/.exec(line)?.[1] ?? '';
          const code = /ExitCode=(\S+)/.exec(line)?.[1] ?? '';
          return code === '0:0' ? state : `${state} ${code}`;
        }),
    dispose,
  };
}

function configuration(directory: string, controller: number, node: number): string {
  const host = hostname().split('.')[0]!;
  const user = userInfo().username;
  return `ClusterName=skytest
SlurmctldHost=${host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=${directory}/munge/socket
CredType=cred/munge
SlurmUser=${user}
SlurmdUser=${user}
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmctldPidFile=${directory}/run/slurmctld.pid
SlurmdPidFile=${directory}/run/slurmd.pid
SlurmctldLogFile=${directory}/log/slurmctld.log
SlurmdLogFile=${directory}/log/slurmd.log
StateSaveLocation=${directory}/state
SlurmdSpoolDir=${directory}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=3
NodeName=${host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=60 State=UP
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(isReady: () => boolean, limitS: number): Promise<void> {
  const endMs = performance.now() + limitS * 1000;
  for (;;) {
    try {
      if (isReady()) return;
    } catch {
      // Not yet.
    }
    if (performance.now() > endMs) throw new Error(`not ready within ${limitS} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function ended(child: ChildProcess, limitS: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await Promise.race([
    new Promise((resolve) => child.once('close', resolve)),
    new Promise((resolve) => setTimeout(resolve, limitS * 1000)),
  ]);
}
