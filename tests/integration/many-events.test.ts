import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RESOURCES } from '../resources/scripts.js';
import { COMMAND, temporaryDirectory, until } from '../support/command.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { bytesOf, type Scan, STEM, scan, simulatedEvent } from './support.js';

let event: string;
let rabbit: Rabbitmq;
let undisturbed: Scan;
const NPZ = `${STEM}_1_2.npz`;
const SERVER = ['--reco-algo', 'dummy', '--nsides', '1:0', '2:12', '--simulated-event', '--no-pictures'];

/** Runs a launch script; `during` may disturb it. */
async function launch(script: string, args: readonly string[], during?: (end: () => void) => Promise<void>) {
  const child = spawn(join(RESOURCES, 'launch_scripts', script), args, {
    env: { PATH: process.env.PATH, SKYMAP_SCANNER: COMMAND, SKYSCAN_BROKER_ADDRESS: rabbit.address },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await during?.(() => child.kill('SIGTERM'));
  return { code: await ended, ...output };
}

needsRabbitmq('launch scripts', () => {
  beforeAll(async () => {
    event = await simulatedEvent();
    [rabbit, undisturbed] = await Promise.all([startRabbitmq(), scan(event, ['--nsides', '1:0', '2:12'])]);
  }, 90_000);
  afterAll(() => rabbit?.dispose());

  it('scan every event of a directory, and say which could not be', async () => {
    const [events, output] = [join(temporaryDirectory(), 'the events'), join(temporaryDirectory(), 'out')];
    mkdirSync(events);
    for (const name of ['a.json', 'b c.json']) copyFileSync(event, join(events, name));
    writeFileSync(join(events, 'broken.json'), '{}');
    const ran = await launch('many-events.sh', [events, output, '2', '1', ...SERVER]);
    expect(ran.code).toBe(1);
    expect(ran.stdout.split('\n').sort()).toEqual(['', 'a.json: done', 'b c.json: done']);
    expect(ran.stderr).toMatch(/^broken\.json: failed \(exit code 1\); see \S+\/broken\.json\/server\.log\n$/);
    for (const name of ['a.json', 'b c.json']) {
      expect(bytesOf(join(output, name), NPZ)).toBe(bytesOf(undisturbed.directory, NPZ));
      expect(readFileSync(join(output, name, 'summary.txt'), 'utf8')).toContain('run 1, event 7, track');
    }
    const again = await launch('many-events.sh', [events, output, '2', '1', ...SERVER]);
    expect(again.stdout).toBe('a.json: done already\nb c.json: done already\n');
    expect(rabbit.ctl('list_queues', 'name', '--quiet', '--no-table-headers').trim()).toBe('');
  });

  it('stop at SIGTERM with everything that they started, and go on', async () => {
    const [events, output] = [temporaryDirectory(), temporaryDirectory()];
    copyFileSync(event, join(events, 'a.json'));
    const stopped = await launch('many-events.sh', [events, output, '1', '0', ...SERVER], async (end) => {
      await until(() => existsSync(join(output, 'a.json/startup.json')));
      end();
    });
    expect(stopped.code).toBe(130);
    expect(readFileSync(join(output, 'a.json/server.log'), 'utf8')).toContain('Stopped. 0 results are kept');
    expect(existsSync(join(output, 'a.json/done'))).toBe(false);
    expect((await launch('many-events.sh', [events, output, '1', '2', ...SERVER])).code).toBe(0);
    expect(bytesOf(join(output, 'a.json'), NPZ)).toBe(bytesOf(undisturbed.directory, NPZ));
  });

  it('scan one event with clients beside the server', async () => {
    const output = temporaryDirectory();
    const ran = await launch('local-scan.sh', ['2', output, '--event-file', event, ...SERVER]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('run 1, event 7, track') });
    expect(bytesOf(output, NPZ)).toBe(bytesOf(undisturbed.directory, NPZ));
    expect(readFileSync(join(output, 'client-2.log'), 'utf8')).toMatch(/tasks were fitted here/);
  });

  it('say how they are used', async () => {
    for (const script of ['many-events.sh', 'local-scan.sh']) {
      expect(await launch(script, [])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage: /) });
    }
    expect(await launch('local-scan.sh', ['none', 'x', '--help'])).toMatchObject({ code: 2 });
    expect(await launch('many-events.sh', ['/nowhere', 'x', '1', '1', '--help'])).toMatchObject({ code: 2 });
  });
});
