import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readOutcomeData, type WireForm, writeTaskData } from '../../src/broker/wire/index.js';
import { loadEvent } from '../../src/node/files/load-event.js';
import { preparationOf, travelling, writeStartupFile } from '../../src/node/files/startup-file.js';
import { openReco, type RecoChoice } from '../../src/node/fits/reco-source.js';
import { prepareEvent } from '../../src/node/prepare-event.js';
import type { RecoTask } from '../../src/reco/index.js';
import { type CommandOptions, type CommandResult, runCommand, temporaryDirectory, until } from '../support/command.js';
import { simulatedEvent, writeModule } from './support.js';

let event: string;
beforeAll(async () => {
  event = await simulatedEvent();
});

const SCAN = 'a-scan';
const seed = { x: 1, y: 2, z: 3, timeNs: 10_000, energyGev: Number.NaN };
const task: RecoTask = {
  nside: 8,
  pixel: 77,
  zenith: 1.2,
  azimuth: 3.4,
  variations: [{ variation: 0, seeds: [seed] }],
};
const IDENTITY = {
  runId: 1,
  subRunId: 0,
  eventId: 7,
  state: 20,
  start: { year: 2024, tenthNs: 5n },
  end: { year: 2024, tenthNs: 9n },
};

/** A start-up file as a server of that reco writes it. */
async function startup(reco: RecoChoice): Promise<string> {
  const path = join(temporaryDirectory(), 'startup.json');
  const source = await openReco(reco);
  const loaded = await travelling(await loadEvent(event));
  const { prepared } = await prepareEvent(source.reco, { ...loaded, settings: {} });
  const preparation = preparationOf(source, prepared);
  const content = {
    scanId: SCAN,
    eventFile: event,
    eventText: loaded.openText,
    reco,
    settings: {},
    iceModel: 'spice_mie',
  };
  await writeStartupFile(path, { ...content, preparation });
  return path;
}

interface Fitted extends CommandResult {
  readonly outFile: string;
}

async function runTask(
  reco: RecoChoice,
  options: CommandOptions & { form?: WireForm; scanId?: string; recoAlgo?: string } = {},
): Promise<Fitted> {
  const startupFile = await startup(reco);
  const directory = temporaryDirectory();
  const [inFile, outFile] = [join(directory, 'in.json'), join(directory, 'out.json')];
  const recoAlgo =
    options.recoAlgo ?? (reco.kind === 'builtin' ? reco.name : reco.kind === 'module' ? 'mine' : 'command');
  const context = { scanId: options.scanId ?? SCAN, recoAlgo, formatVersion: '', event: IDENTITY };
  writeFileSync(inFile, writeTaskData(task, options.form ?? 'json', context)[0]!);
  const words = ['reco', '--infile', inFile, '--outfile', outFile, '--client-startup-json', startupFile];
  return { outFile, ...(await runCommand(words, options)) };
}

const dummy: RecoChoice = { kind: 'builtin', name: 'dummy' };
const module = (body: string): RecoChoice => ({ kind: 'module', path: writeModule(body) });

function expectFailed({ code, stderr, stdout, outFile }: Fitted, sentence: RegExp): void {
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(sentence);
  expect(stderr.match(/error: /g)).toHaveLength(1);
  expect(existsSync(outFile)).toBe(false);
}

describe('a single task', () => {
  it.each<WireForm>(['json', 'mqclient'])('in the form %s is answered in its own form', async (form) => {
    const { code, stdout, stderr, outFile } = await runTask(dummy, { form });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    const { outcome, form: answered } = readOutcomeData(JSON.parse(readFileSync(outFile, 'utf8')));
    expect(answered).toBe(form);
    const source = await openReco(dummy);
    const { prepared } = await prepareEvent(source.reco, { ...(await loadEvent(event)), settings: {} });
    const results = await (await source.reco.createFit(prepared))(task);
    expect(outcome).toMatchObject({ status: 'done', nside: 8, pixel: 77, results });
  });

  it('that fails leaves no out-file, and says why', async () => {
    expectFailed(await runTask(module('throw new Error("no light");')), /fit of nside 8 pixel 77 failed: no light\./);
  });

  it('that takes too long is ended', async () => {
    const env = { EWMS_PILOT_TASK_TIMEOUT: '0.3' };
    expectFailed(await runTask(module('for (;;);'), { env }), /pixel 77 failed: no answer within 0\.3 s\./);
  });

  it('of another scan, or for another reconstruction, is refused', async () => {
    expectFailed(await runTask(dummy, { scanId: 'another' }), /is a task of another for dummy, the start-up file/);
    expectFailed(await runTask(dummy, { recoAlgo: 'pandel_mpe' }), /is a task of a-scan for pandel_mpe/);
  });

  it('dies at once at SIGTERM, whatever the fit is doing', async () => {
    const marker = join(temporaryDirectory(), 'fitting');
    const busy = module(`mark(${JSON.stringify(marker)}, ''); for (;;);`);
    const path = (busy as { path: string }).path;
    writeFileSync(path, `import { writeFileSync as mark } from 'node:fs';\n${readFileSync(path, 'utf8')}`);
    let killedMs = 0;
    const { code, signal, outFile } = await runTask(busy, {
      whileRunning: (child) => {
        void until(() => existsSync(marker)).then(() => {
          killedMs = performance.now();
          child.kill('SIGTERM');
        });
      },
    });
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(performance.now() - killedMs).toBeLessThan(3000);
    expect(existsSync(outFile)).toBe(false);
  });

  it('ends with SIGTERM the program that fits it, too', async () => {
    const marker = join(temporaryDirectory(), 'pid');
    const command = `echo $$ > ${marker}; exec sleep 600`;
    const { signal } = await runTask(
      { kind: 'command', command, name: 'command' },
      { whileRunning: (child) => void until(() => pidIn(marker) > 0).then(() => child.kill('SIGTERM')) },
    );
    expect(signal).toBe('SIGTERM');
    await until(() => !existsSync(`/proc/${pidIn(marker)}`), 3);
  });
});

function pidIn(path: string): number {
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
}
