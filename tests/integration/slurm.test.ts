import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandResult, runCommand, temporaryDirectory, until } from '../support/command.js';
import { describeUnless } from '../support/needs.js';
import { type Rabbitmq, rabbitmqMissing, startRabbitmq } from '../support/rabbitmq.js';
import { type Slurm, slurmMissing, startSlurm } from '../support/slurm.js';
import { results, server, startupOf } from './server-support.js';
import { bytesOf, type Scan, STEM, scan, simulatedEvent, writeModule } from './support.js';

let event: string;
let rabbit: Rabbitmq;
let slurm: Slurm;
let undisturbed: Scan;
/** Fits of finer pixels last until the file GATE is there, where that is set. */
let gated: string[];

const REPRODUCIBLE = ['.event.json.gz', '.multiorder.fits', '_1_2_4.json', '_1_2_4.npz'].map((end) => STEM + end);

function expectSameBytes(directory: string): void {
  for (const name of REPRODUCIBLE) expect(bytesOf(directory, name)).toBe(bytesOf(undisturbed.directory, name));
}

const broker = () => ({ SKYSCAN_BROKER_ADDRESS: rabbit.address });

/** Clients of the server of that directory as jobs of Slurm. */
function starter(directory: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
  const words = ['client-starter', '--engine', 'slurm', '--client-startup-json', startupOf(directory)];
  const logs = ['--logs-directory', join(directory, 'logs of clients')];
  return runCommand([...words, ...logs, ...args], { env: { ...slurm.env, ...broker(), ...env } });
}

const jobOf = ({ stdout }: CommandResult): string => /: job (\d+)/.exec(stdout)![1]!;

/** Standard error of the clients. */
function logsOf(directory: string): string[] {
  const logs = join(directory, 'logs of clients');
  const [name] = readdirSync(logs);
  const folder = join(logs, name!);
  const names = readdirSync(folder).filter((file) => file.endsWith('.err'));
  return names.map((file) => readFileSync(join(folder, file), 'utf8'));
}

const isOver = (job: string): boolean => slurm.states(job).every((state) => !/PENDING|RUNNING|COMPLETING/.test(state));

describeUnless(slurmMissing() ?? rabbitmqMissing(), 'clients as an array job of Slurm', () => {
  beforeAll(async () => {
    event = await simulatedEvent();
    const reco = writeModule(
      'while (nside > 1 && process.env.GATE && !existsSync(process.env.GATE)) Atomics.wait(clock, 0, 0, 20);',
      { top: "import { existsSync } from 'node:fs'; const clock = new Int32Array(new SharedArrayBuffer(4));" },
    );
    gated = ['--reco-module', reco];
    [rabbit, slurm, undisturbed] = await Promise.all([startRabbitmq(), startSlurm(), scan(event, gated)]);
  }, 90_000);
  afterAll(async () => {
    await slurm?.dispose();
    await rabbit?.dispose();
  });

  it('fit a whole scan, with the bytes of one on one machine, and end with it', async () => {
    const directory = temporaryDirectory();
    // The starter waits for the server.
    const starting = starter(directory, ['--jobs', '2', '--memory', '500MB']);
    const serving = server(event, directory, { args: gated, env: broker() });
    const started = await starting;
    expect(started).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 clients handed to slurm: job \d+\n$/) });
    expect(await serving.done).toMatchObject({ code: 0 });
    expectSameBytes(directory);
    await until(() => isOver(jobOf(started)));
    expect(slurm.states(jobOf(started))).toEqual(['COMPLETED', 'COMPLETED']);
    let fitted = 0;
    for (const log of logsOf(directory)) fitted += Number(/(\d+) tasks were fitted here, 0 given up/.exec(log)?.[1]);
    expect(fitted).toBeGreaterThan(12);
  });

  it('give their tasks back when they are cancelled, or killed, and others finish', async () => {
    const directory = temporaryDirectory();
    const gate = join(directory, 'gate');
    const serving = server(event, directory, { args: gated, env: broker() });
    const args = ['--jobs', '2', '--memory', '500MB', '--client-args', 'grace:1'];
    const started = await starter(directory, args, { GATE: gate });
    await results(directory, 12);
    const job = jobOf(started);
    slurm.run('scancel', `${job}_1`);
    slurm.run('scancel', '--signal=KILL', '--full', `${job}_2`);
    await until(() => isOver(job));
    expect(slurm.states(job).sort()).toEqual([
      expect.stringMatching(/^CANCELLED/),
      expect.stringMatching(/^(CANCELLED|FAILED)/),
    ]);
    // SIGTERM has arrived at the client itself: no shell stands before it.
    expect(logsOf(directory).join('')).toContain('Stopping: fits that end within 1 s are sent, other tasks go back');
    expect(existsSync(gate)).toBe(false);
    rmSync(join(directory, 'logs of clients'), { recursive: true });
    expect((await starter(directory, ['--jobs', '1', '--workers', '2'])).code).toBe(0);
    expect(await serving.done).toMatchObject({ code: 0 });
    expectSameBytes(directory);
  });

  it('are refused in the words of Slurm where the site does not have what they ask for', async () => {
    const directory = temporaryDirectory();
    const serving = server(event, directory, { env: broker() });
    await until(() => existsSync(startupOf(directory)));
    // What a dry run prints is what Slurm takes.
    const { stdout } = await starter(directory, ['--jobs', '2', '--dryrun', '--batch-option', 'time=10']);
    writeFileSync(join(directory, 'clients.sbatch'), stdout);
    slurm.run('sbatch', '--test-only', join(directory, 'clients.sbatch'));
    const refused = await starter(directory, ['--jobs', '1', '--memory', '4TB']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /error: sbatch did not take the clients \(exit code 1\): .*not available\.\n.*--batch-option/,
    );
    const nowhere = await starter(directory, ['--jobs', '1', '--batch-option', 'partition=moon']);
    expect(nowhere.stderr).toMatch(/invalid partition specified: moon/);
    serving.kill('SIGTERM');
    await serving.done;
  });
});
