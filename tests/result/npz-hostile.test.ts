import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { SkymapError } from '../../src/config/index.js';
import { fromJson, readNpz, toJson, writeNpz } from '../../src/result/index.js';
import { mapOf, metadata } from './support.js';

const result = {
  metadata,
  maps: [
    mapOf(8, [
      [0, 1],
      [5, Number.NaN],
    ]),
    mapOf(64, [[49151, 3]]),
  ],
};
const good = writeNpz(result);

/** Deterministic numbers in [0, 1) (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const index = (n: number): number => Math.floor(random() * n);
  let out = bytes.slice();
  for (let n = 1 + index(4); n > 0; n--) {
    const at = index(out.length);
    const kind = index(4);
    if (kind === 0) out[at] = index(256);
    else if (kind === 1) out[at] = out[at]! ^ (1 << index(8));
    else if (kind === 2) out = out.slice(0, at + 1);
    else out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(index(out.length))]);
  }
  return out;
}

/** A result, or an error of ours; anything else fails the test. */
function outcome(read: () => unknown): 'read' | 'refused' {
  try {
    read();
    return 'read';
  } catch (error) {
    if (error instanceof SkymapError) return 'refused';
    throw error;
  }
}

describe('damaged and hostile files', () => {
  test('of 2000 mutated archives, stored and deflated, each is read or refused with one clear error', () => {
    const random = randoms(20260801);
    const member = new Uint8Array(
      writeNpz({
        metadata: null,
        maps: [
          mapOf(8, [
            [0, 1],
            [5, 2],
          ]),
        ],
      }),
    );
    const npy = member.subarray(
      30 + 'nside-8.npy'.length,
      30 + 'nside-8.npy'.length + new DataView(member.buffer).getUint32(18, true),
    );
    const deflated = zipSync({ 'nside-8.npy': npy }, { level: 9 });
    expect(outcome(() => readNpz(deflated))).toBe('read');
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 2000; i++) {
      const bytes = mutate(i % 2 === 0 ? good : deflated, random);
      counts[outcome(() => readNpz(bytes))]++;
    }
    expect(counts.refused).toBeGreaterThan(1500);
  });

  test('the arrays inside are refused as cleanly where the checksum has been made right again', () => {
    const random = randoms(7);
    const header = writeNpz(result);
    const view = new DataView(header.buffer);
    const start = 30 + 'header.npy'.length;
    const npy = header.slice(start, start + view.getUint32(18, true));
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 1000; i++) {
      const bytes = zipSync({ 'header.npy': mutate(npy, random), 'nside-8.npy': mutate(npy, random) }, { level: 0 });
      counts[outcome(() => readNpz(bytes))]++;
    }
    expect(counts.refused).toBe(1000);
  });

  test('of 2000 mutated JSON texts, each is read or refused with one clear error', () => {
    const random = randoms(99);
    const bytes = new TextEncoder().encode(toJson(result));
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 2000; i++) {
      const text = new TextDecoder().decode(mutate(bytes, random));
      counts[outcome(() => fromJson(text))]++;
    }
    expect(counts.refused).toBeGreaterThan(500);
  });

  test('a small archive that inflates to much is refused before it does', () => {
    const bomb = zipSync({ 'nside-8.npy': new Uint8Array(8 << 20) }, { level: 9 });
    const view = new DataView(bomb.buffer);
    const directory = bomb.length - 22 - (46 + 'nside-8.npy'.length);
    expect(view.getUint32(directory, true)).toBe(0x02014b50);
    view.setUint32(directory + 24, 0xfffffff0, true);
    expect(() => readNpz(bomb)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/more than any result has/) }),
    );
    view.setUint32(directory + 24, 1 << 29, true);
    expect(() => readNpz(bomb)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/cannot inflate to the/) }),
    );
    view.setUint32(directory + 24, 1000, true);
    expect(() => readNpz(bomb)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/more than the 1000 bytes/) }),
    );
  });

  test('every cut of a good archive is refused', () => {
    for (let end = 0; end < good.length; end++) {
      expect(() => readNpz(good.subarray(0, end))).toThrow(expect.objectContaining({ code: 'result/bad-file' }));
    }
  });
});
