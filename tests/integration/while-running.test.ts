import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory, until } from '../support/command.js';
import { needsShared, sharedPath } from '../support/shared.js';
import { filesOf, mapOf, STEM, scan, simulatedEvent } from './support.js';

let event: string;
beforeAll(async () => {
  event = await simulatedEvent();
});

const OFTEN = { SKYSCAN_RESULT_INTERVAL_SEC: '0.05', SKYSCAN_PROGRESS_INTERVAL_SEC: '0.05' };

describe('a running scan', () => {
  it('keeps a partial map and a manifest up to date, and removes the partial map when it is over', async () => {
    const directory = temporaryDirectory();
    const at = (name: string) => join(directory, name);
    const seen: unknown[] = [];
    const { code } = await scan(event, ['--reco-option', 'delay_s=0.02'], {
      directory,
      env: OFTEN,
      whileRunning: () => {
        void until(() => existsSync(at(`${STEM}_1.npz`)))
          .then(() => until(() => existsSync(at(`${STEM}_1_2.npz`))))
          .then(() => {
            seen.push(mapOf(directory, `${STEM}_1_2.npz`).metadata!.complete);
            seen.push(existsSync(at(`${STEM}.event.json.gz`)));
            const { progress, state } = JSON.parse(readFileSync(at('scan-manifest.json'), 'utf8'));
            seen.push(progress.end, state);
          });
      },
    });
    expect(code).toBe(0);
    expect(seen).toEqual([false, true, null, 'running']);
    expect(filesOf(directory).filter((name) => name.endsWith('.npz'))).toEqual([`${STEM}_1_2_4.npz`]);
  });

  it('never puts a partial map in the place of one that an earlier scan completed', async () => {
    const { directory } = await scan(event, ['--nsides', '1:0']);
    const before = readFileSync(join(directory, `${STEM}_1.npz`));
    const { code } = await scan(event, ['--reco-option', 'delay_s=0.01'], { directory, env: OFTEN });
    expect(code).toBe(0);
    expect(readFileSync(join(directory, `${STEM}_1.npz`)).equals(before)).toBe(true);
    expect(filesOf(directory)).toContain(`${STEM}_1.json`);
  });

  it('cleans up what a killed scan left half written', async () => {
    const directory = temporaryDirectory();
    const left = ['.scan-manifest.json.4194304.tmp', `.${STEM}_1.npz.4194304.tmp`, '.mine.4194304.tmp'];
    for (const name of left) writeFileSync(join(directory, name), 'half');
    await scan(event, ['--nsides', '1:0'], { directory });
    expect(filesOf(directory).filter((name) => name.endsWith('.tmp'))).toEqual(['.mine.4194304.tmp']);
  });
});

describe('what a scan prints', () => {
  it('is the answer on standard output, everything else on standard error, nothing there with --quiet', async () => {
    const loud = await scan(event, ['--nsides', '1:0'], { env: { SKYSCAN_RESULTS: '1' } });
    expect(loud.stderr).toContain('SKYSCAN_RESULTS is unknown and has no effect; did you mean SKYSCAN_');
    expect(loud.stderr).toMatch(/Scanning .* with dummy, 2 workers\./);
    expect(loud.stderr).not.toContain(String.fromCharCode(27));
    const quiet = await scan(event, ['--nsides', '1:0', '--quiet']);
    expect(quiet.stderr).toBe('');
    expect(quiet.stdout.replace(/took .*/, '')).toBe(loud.stdout.replace(/took .*/, ''));
    const silent = await scan(event, ['--nsides', '1:0'], { env: { SKYSCAN_LOG: 'WARNING' } });
    expect(silent.stderr).toBe('');
  });

  it('may go nowhere: a reader that closes its pipe early does not end the scan', async () => {
    const { directory } = await scan(event, ['--nsides', '1:0', '--debug'], {
      before: ['sh', '-c', '"$@" 2>&1 | head -n 1', 'sh'],
    });
    expect(filesOf(directory)).toContain(`${STEM}.summary.json`);
  });

  it('is the summary as JSON with --json, the same as in the file', async () => {
    const { directory, stdout } = await scan(event, ['--nsides', '1:0', '--json', '--simulated-event']);
    const file = readFileSync(join(directory, `${STEM}.summary.json`), 'utf8');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(file));
    expect(JSON.parse(stdout)).toMatchObject({ is_real_event: false, run_id: 1 });
  });

  it('tells tries, rounds and states of workers with --debug', async () => {
    const { stderr } = await scan(event, ['--nsides', '1:0', '--debug']);
    expect(stderr).toContain('Workers: starting -> waiting');
    expect(stderr).toContain('Round 1: 12 pixels of nside 1');
  });
});

const ALERT = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
needsShared('a real alert', [ALERT], () => {
  it('is a real event of its run; the user is told that the baseline is not at hand', async () => {
    const { code, directory, stderr } = await scan(sharedPath(ALERT), ['--nsides', '1:0', '2:12', '--real-event']);
    expect(code).toBe(0);
    expect(stderr.match(/baseline_gcd_135417\.i3, which is not at hand/g)).toHaveLength(1);
    const { metadata } = mapOf(directory, 'run00136662.evt000035405932.neutrino_1_2.npz');
    expect(metadata).toMatchObject({ runId: 136662, eventId: 35405932, isRealEvent: true, complete: true });
  });
});
