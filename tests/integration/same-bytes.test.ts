import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory, until } from '../support/command.js';
import { bytesOf, filesOf, journalOf, mapOf, type Scan, STEM, scan, simulatedEvent } from './support.js';

let event: string;
let undisturbed: Scan;

beforeAll(async () => {
  event = await simulatedEvent();
  undisturbed = await scan(event, ['--pictures']);
});

/** Files whose bytes must not depend on how the scan went. The summary has the wall time in it. */
const REPRODUCIBLE = ['.event.json.gz', '.multiorder.fits', '_1_2_4.json', '_1_2_4.npz'].map((end) => STEM + end);

const PICTURES = ['allsky.png', 'allsky.svg', 'zoom.png', 'zoom.svg'].map((end) => `${STEM}_1_2_4.${end}`);

function expectSameBytes(directory: string): void {
  for (const name of REPRODUCIBLE) expect(bytesOf(directory, name)).toBe(bytesOf(undisturbed.directory, name));
}

describe('a scan', () => {
  it('ends with its answer on standard output and these files', () => {
    expect(undisturbed).toMatchObject({ code: 0, signal: null });
    expect(undisturbed.stdout).toContain('run 1, event 7, track, simulated');
    expect(filesOf(undisturbed.directory)).toEqual(
      [...REPRODUCIBLE, ...PICTURES, `${STEM}.summary.json`, 'scan-manifest.json'].sort(),
    );
    const summary = JSON.parse(readFileSync(join(undisturbed.directory, `${STEM}.summary.json`), 'utf8'));
    expect(summary).toMatchObject({
      run_id: 1,
      event_id: 7,
      reco_algo: 'dummy',
      nsides: [1, 2, 4],
      n_failed_pixels: 0,
    });
    const manifest = JSON.parse(readFileSync(join(undisturbed.directory, 'scan-manifest.json'), 'utf8'));
    expect(manifest.progress.processing_stats.finished).toBe(true);
    expect(manifest.state).toBe('finished');
    const copy = readFileSync(join(undisturbed.directory, `${STEM}.event.json.gz`));
    expect(manifest.event_file).toEqual({
      name: `${STEM}.event.json.gz`,
      sha256: createHash('sha256').update(copy).digest('hex'),
    });
    const { metadata, maps } = mapOf(undisturbed.directory);
    expect(metadata).toMatchObject({ complete: true, isRealEvent: false });
    expect(maps[0]!.pixel).toHaveLength(12);
  });

  it('leaves its event beside its map; a scan of that gives the same map and the same event', async () => {
    const again = await scan(join(undisturbed.directory, `${STEM}.event.json.gz`));
    expect(again.code, again.stderr).toBe(0);
    expectSameBytes(again.directory);
  });

  it('leaves no event where that is not wanted, and the same map', async () => {
    const without = await scan(event, ['--no-event-copy']);
    expect(filesOf(without.directory).filter((name) => name.includes('event'))).toEqual([]);
    expect(JSON.parse(readFileSync(join(without.directory, 'scan-manifest.json'), 'utf8')).event_file).toBe(null);
    const npz = `${STEM}_1_2_4.npz`;
    expect(bytesOf(without.directory, npz)).toBe(bytesOf(undisturbed.directory, npz));
  });

  it.each(['1', '3'])('gives the same bytes with %s worker(s)', async (workers) => {
    const { code, directory } = await scan(event, ['--workers', workers, '--reco-option', 'delay_s=0']);
    expect(code).toBe(0);
    expectSameBytes(directory);
  });

  it('draws the same pictures, to the byte', async () => {
    const { directory } = await scan(event, ['--pictures', '--workers', '1']);
    for (const name of PICTURES) expect(bytesOf(directory, name)).toBe(bytesOf(undisturbed.directory, name));
    expect(readFileSync(join(directory, PICTURES[0]!)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('that is killed in the middle goes on with the same command and ends with the same bytes', async () => {
    const directory = temporaryDirectory();
    const slow = ['--reco-option', 'delay_s=0.03'];
    for (const kill of [1, 2]) {
      const size = journalOf(directory) === null ? 0 : statSync(journalOf(directory)!).size;
      const killed = await scan(event, slow, {
        directory,
        whileRunning: (child) => {
          const grown = (): boolean =>
            journalOf(directory) !== null && statSync(journalOf(directory)!).size > size + 1500;
          void until(grown).then(() => child.kill('SIGKILL'));
        },
      });
      expect(killed).toMatchObject({ code: null, signal: 'SIGKILL', stdout: '' });
      if (kill === 2) tearLastEntry(journalOf(directory)!);
    }
    const last = await scan(event, slow, { directory });
    expect(last.code).toBe(0);
    expect(last.stderr).toMatch(/Going on with \d+ results of an earlier scan/);
    expectSameBytes(directory);
    expect(filesOf(directory)).toEqual(filesOf(undisturbed.directory).filter((name) => !PICTURES.includes(name)));
  });

  it('that is over is not fitted again, unless it is told to start over', async () => {
    const directory = temporaryDirectory();
    const slow = ['--reco-option', 'delay_s=0.02', '--nsides', '1:0', '2:12'];
    await scan(event, slow, { directory });
    const again = await scan(event, slow, { directory });
    const fits = mapOf(directory, `${STEM}_1_2.npz`).maps.reduce((sum, { pixel }) => sum + pixel.length, 0);
    expect(again.stderr).toContain(`Going on with ${fits} results`);
    const fresh = await scan(event, [...slow, '--fresh'], { directory });
    expect(fresh.code).toBe(0);
    expect(fresh.stderr).not.toContain('Going on');
  });

  it('with other settings does not go on with the results of this one', async () => {
    const { directory } = await scan(event, ['--nsides', '1:0']);
    const other = await scan(event, ['--nsides', '1:0', '--reco-option', 'delay_s=0.001'], { directory });
    expect(other.stderr).not.toContain('Going on');
    expect(other.code).toBe(0);
  });

  it('refuses a journal that another scan is writing to', async () => {
    const directory = temporaryDirectory();
    const slow = ['--reco-option', 'delay_s=0.1', '--nsides', '1:0', '2:12'];
    let second: Scan | null = null;
    const first = await scan(event, slow, {
      directory,
      whileRunning: () => {
        void until(() => journalOf(directory) !== null).then(async () => {
          second = await scan(event, slow, { directory });
        });
      },
    });
    await until(() => second !== null);
    expect(first.code).toBe(0);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second!.stderr).toMatch(/error: Another scan \(process \d+\) is writing to the same journal\./);
  });
});

function tearLastEntry(path: string): void {
  const file = openSync(path, 'r+');
  ftruncateSync(file, statSync(path).size - 5);
  closeSync(file);
}
