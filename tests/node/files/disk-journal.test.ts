import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TaskOutcome } from '../../../src/broker/index.js';
import { type DiskJournalOptions, openJournal } from '../../../src/node/files/disk-journal.js';
import { result } from '../../client/tasks.js';
import { temporaryDirectory } from '../../support/command.js';

const fingerprint = { run: '1', event: '2' };

function open(directory: string, options: Partial<DiskJournalOptions> = {}) {
  return openJournal({ directory, name: 'dummy_1_2', fingerprint, ...options });
}

function outcome(pixel: number): TaskOutcome {
  return { nside: 8, pixel, runtimeS: 0.5, status: 'done', results: [result(pixel, 0), result(pixel, 1)] };
}

const failed: TaskOutcome = { nside: 8, pixel: 9, runtimeS: 3, status: 'failed', variations: [0], reasons: ['a', 'b'] };

describe('a journal on disk', () => {
  it('gives back what was appended, in order, and counts results', async () => {
    const directory = temporaryDirectory();
    const first = open(directory);
    expect(await first.replay()).toEqual([]);
    await first.append(outcome(3));
    await first.append(failed);
    expect(first.results).toBe(3);
    first.close();
    const second = open(directory);
    expect(await second.replay()).toEqual([outcome(3), failed]);
    expect(second.results).toBe(3);
    second.close();
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('is on disk before append returns: whoever is killed then loses nothing', async () => {
    const journal = open(temporaryDirectory());
    await journal.append(outcome(1));
    const before = statSync(journal.path).size;
    await journal.append(outcome(2));
    expect(statSync(journal.path).size).toBeGreaterThan(before);
    journal.close();
  });

  it('cuts off a torn last entry, at whatever byte it was torn, and goes on behind the good ones', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await journal.append(outcome(1));
    const good = readFileSync(journal.path);
    await journal.append(outcome(2));
    const whole = readFileSync(journal.path);
    journal.close();
    for (let size = good.length; size < whole.length; size += 7) {
      writeFileSync(journal.path, whole.subarray(0, size));
      const torn = open(directory);
      expect(await torn.replay()).toEqual([outcome(1)]);
      expect(torn.droppedBytes).toBe(size - good.length);
      await torn.append(outcome(5));
      torn.close();
      const mended = open(directory);
      expect(await mended.replay()).toEqual([outcome(1), outcome(5)]);
      expect(mended.droppedBytes).toBe(0);
      mended.close();
    }
  });

  it('starts anew where even its header is torn', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    journal.close();
    writeFileSync(journal.path, readFileSync(journal.path).subarray(0, 11));
    const again = open(directory);
    expect(await again.replay()).toEqual([]);
    expect(again.droppedBytes).toBe(11);
    await again.append(outcome(1));
    again.close();
    const third = open(directory);
    expect(await third.replay()).toEqual([outcome(1)]);
    third.close();
  });

  it('forgets what it held when it is asked to', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await journal.append(outcome(1));
    journal.close();
    const fresh = open(directory, { isFresh: true });
    expect(await fresh.replay()).toEqual([]);
    fresh.close();
  });

  it('forgets failures that are to be tried again, and only those', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    for (const entry of [outcome(1), failed, outcome(2)]) await journal.append(entry);
    journal.close();
    const retry = open(directory, { retryFailed: true });
    expect(await retry.replay()).toEqual([outcome(1), outcome(2)]);
    await retry.append(outcome(9));
    retry.close();
    const after = open(directory);
    expect(await after.replay()).toEqual([outcome(1), outcome(2), outcome(9)]);
    after.close();
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('is gone when it is discarded', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await journal.append(failed);
    journal.discard();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('lies beside the journal of a scan with other settings', async () => {
    const directory = temporaryDirectory();
    const one = open(directory);
    await one.append(outcome(1));
    const other = open(directory, { fingerprint: { ...fingerprint, threshold: '0.5' } });
    expect(await other.replay()).toEqual([]);
    expect(other.path).not.toBe(one.path);
    one.close();
    other.close();
  });

  it('is held by one scan at a time, and a file that is no journal is refused and left alone', () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    expect(() => open(directory)).toThrow('is writing to the same journal');
    journal.close();
    writeFileSync(journal.path, 'my diary');
    expect(() => open(directory)).toThrow('not written by this scanner');
    expect(readFileSync(journal.path, 'utf8')).toBe('my diary');
    expect(readdirSync(directory)).toHaveLength(1);
    appendFileSync(journal.path, '.');
  });

  it('says in a sentence that it cannot be written', async () => {
    const journal = openJournal({ directory: temporaryDirectory(), name: 'x', fingerprint, isFresh: false });
    journal.close();
    // The file is closed: the next write fails like any other.
    expect(() => journal.append(outcome(1))).toThrow(/The journal .* cannot be written/);
  });
});
