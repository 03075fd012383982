import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadIc86 } from '../../../src/detector/index.js';
import { type FullGcd, writeFullGcd } from '../../../src/event/index.js';
import { loadEvent } from '../../../src/node/files/load-event.js';
import { readResource } from '../../../src/node/files/resources.js';
import { temporaryDirectory } from '../../support/command.js';
import { needsShared, sharedPath } from '../../support/shared.js';

/** IC86 with one module moved, as a baseline GCD file. */
async function movedGcd(): Promise<Uint8Array> {
  const detector = await loadIc86(readResource);
  const geometry: FullGcd['geometry'] = [...detector.string.keys()].map((i) => {
    const [string, om] = [detector.string[i]!, detector.om[i]!];
    return {
      string,
      om,
      pmt: 0,
      x: detector.x[i]!,
      y: detector.y[i]!,
      z: detector.z[i]! + (i === 0 ? 7 : 0),
      omType: 20,
    };
  });
  return writeFullGcd({ geometry, calibration: null, status: null });
}

const ALERT = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
const BASELINE = 'baseline_gcd_135417.i3';

needsShared('loading an alert', [ALERT], () => {
  const path = sharedPath(ALERT);

  it('without its baseline says in one line that the built-in detector takes its place', async () => {
    for (const gcdDir of [null, temporaryDirectory()]) {
      const { event, detector, notes } = await loadEvent(path, { gcdDir });
      expect(event.header.eventId).toBe(35405932);
      expect(detector.name).toBe('IC86');
      expect(notes.filter((note) => note.includes(`${BASELINE}, which is not at hand`))).toHaveLength(1);
    }
  });

  it.each([BASELINE, `${BASELINE}.gz`])('takes its baseline %s from the GCD directory', async (name) => {
    const gcdDir = temporaryDirectory();
    const gcd = await movedGcd();
    writeFileSync(join(gcdDir, name), name.endsWith('.gz') ? gzipSync(gcd) : gcd);
    writeFileSync(join(gcdDir, 'baseline_gcd_999999.i3'), 'not looked at');
    const { detector, notes } = await loadEvent(path, { gcdDir });
    const builtin = await loadIc86(readResource);
    expect(detector.z[0]! - builtin.z[0]!).toBe(7);
    expect(notes.join(' ')).toContain(`baseline ${name}`);
    expect(notes.join(' ')).not.toContain('not at hand');
  });

  it('refuses a baseline that is damaged, by its name', async () => {
    const gcdDir = temporaryDirectory();
    writeFileSync(join(gcdDir, BASELINE), (await movedGcd()).subarray(0, 10_000));
    await expect(loadEvent(path, { gcdDir })).rejects.toThrow(BASELINE);
    await expect(loadEvent(path, { gcdDir })).rejects.toMatchObject({ code: 'detector/bad-gcd' });
  });
});

describe('loading an event', () => {
  it('says what a path is that leads to no event', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'sub'));
    await expect(loadEvent(join(directory, 'sub'))).rejects.toThrow('is a directory');
    await expect(loadEvent(join(directory, 'no'))).rejects.toThrow('does not exist');
    await expect(loadEvent('/dev/zero')).rejects.toThrow('has more than 256 MiB');
    writeFileSync(join(directory, 'empty'), '');
    await expect(loadEvent(join(directory, 'empty'))).rejects.toThrow('empty is empty');
  });
});
