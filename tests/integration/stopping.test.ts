import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand, temporaryDirectory, until } from '../support/command.js';
import { bytesOf, filesOf, journalOf, type Scan, STEM, scan, simulatedEvent, writeModule } from './support.js';

let event: string;
let undisturbed: Scan;

beforeAll(async () => {
  event = await simulatedEvent();
  undisturbed = await scan(event);
});

/** A scan that would take long, and gets signals once it has some results. */
async function stopped(directory: string, signals: readonly NodeJS.Signals[], args: readonly string[]) {
  let signalledMs = 0;
  const ended = await scan(event, args, {
    directory,
    whileRunning: (child) => {
      const hasResults = (): boolean => journalOf(directory) !== null && statSync(journalOf(directory)!).size > 2000;
      void until(hasResults).then(() => {
        signalledMs = performance.now();
        for (const signal of signals) child.kill(signal);
      });
    },
  });
  return { ...ended, stoppedAfterS: (performance.now() - signalledMs) / 1000 };
}

describe('Ctrl-C', () => {
  it('stops a scan within a second or so, says how to go on, and the same command does', async () => {
    const directory = temporaryDirectory();
    const slow = ['--reco-option', 'delay_s=0.02'];
    const first = await stopped(directory, ['SIGINT'], slow);
    expect(first).toMatchObject({ code: 130, signal: null, stdout: '' });
    // A loaded machine is slow: the promise is a second on a free one.
    expect(first.stoppedAfterS).toBeLessThan(5);
    expect(first.stderr).toMatch(
      /Stopped\. \d+ results are kept in .*\.journal\. To go on:\n {2}.*skymap-scanner scan --event-file/,
    );
    expect(first.stderr).not.toMatch(/ at .*\.js:\d+/);
    const second = await scan(event, slow, { directory });
    expect(second.code).toBe(0);
    expect(bytesOf(directory, `${STEM}_1_2_4.npz`)).toBe(bytesOf(undisturbed.directory, `${STEM}_1_2_4.npz`));
    expect(filesOf(directory)).toEqual(filesOf(undisturbed.directory));
  });

  it('leaves the map so far with its event, and nobody takes it for that of a finished scan', async () => {
    const directory = temporaryDirectory();
    const partial = join(directory, `${STEM}_1_2.npz`);
    const ended = await scan(event, ['--reco-option', 'delay_s=0.05'], {
      directory,
      env: { SKYSCAN_RESULT_INTERVAL_SEC: '0.05', SKYSCAN_PROGRESS_INTERVAL_SEC: '0.05' },
      whileRunning: (child) => void until(() => existsSync(partial)).then(() => child.kill('SIGINT')),
    });
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain(`The map so far stays: ${STEM}_1_2.npz, ${STEM}_1_2.json. It is not finished.`);
    expect(filesOf(directory)).toContain(`${STEM}.event.json.gz`);
    expect(filesOf(directory)).not.toContain(`${STEM}.summary.json`);
    const manifest = JSON.parse(readFileSync(join(directory, 'scan-manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ state: 'stopped', event_file: { name: `${STEM}.event.json.gz` } });
    expect((await runCommand(['area', partial])).stderr).toContain('the map of a scan that was not over yet');
  });

  it('does so while every worker is in an endless loop, and on SIGTERM', async () => {
    const directory = temporaryDirectory();
    let signalledMs = 0;
    const ended = await scan(event, ['--reco-module', writeModule('for (;;) {}')], {
      directory,
      whileRunning: (child, output) => {
        void until(() => output.stderr.includes('Scanning')).then(async () => {
          await new Promise((resolve) => setTimeout(resolve, 1000));
          signalledMs = performance.now();
          child.kill('SIGTERM');
        });
      },
    });
    expect(ended.code).toBe(130);
    expect((performance.now() - signalledMs) / 1000).toBeLessThan(5);
  });

  it('twice ends it at once', async () => {
    const ended = await stopped(temporaryDirectory(), ['SIGINT', 'SIGINT'], ['--reco-option', 'delay_s=0.1']);
    expect(ended.code).toBe(130);
  });

  it('leaves no process of a reco command behind', async () => {
    const marker = `skymap-marker-${process.pid}`;
    const program = `let id = -1; require('readline').createInterface({ input: process.stdin }).on('line', () => setTimeout(() => ++id && console.log(JSON.stringify({ id, llh: 1 })), 50))`;
    const command = `${process.execPath} -e "${program}" ${marker}`;
    const ended = await stopped(temporaryDirectory(), ['SIGINT'], ['--reco-command', command]);
    expect(ended.code).toBe(130);
    expect(processesWith(marker)).toBe(0);
  });
});

function processesWith(marker: string): number {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(marker) && !line.includes('skymap-scanner')).length;
}
