/** Pulses as I3SuperDST packs them, in encodings that today's alerts do not have. */
import { describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/event/icetray/archive-writer.js';
import { badObject, decoded, failing, untracked } from './archives.js';
import { type Loose, pulses as rows } from './as-reference.js';

describe('I3SuperDST', () => {
  interface Parts {
    readonly stamps: readonly number[];
    readonly headers: readonly number[];
    /** In-ice SLC, in-ice HLC, IceTop SLC, IceTop HLC. */
    readonly widths?: readonly (readonly number[])[];
    readonly extra?: readonly number[];
  }
  const STOP = 0x8000;
  const HLC = 0x4000;
  const header = (string: number, om: number, slop = 0): number => (slop << 13) | (string << 6) | (om - 1);

  const write =
    ({ stamps, headers, widths = [[0x10], [], [], []], extra = [] }: Parts) =>
    (archive: ArchiveWriter): void => {
      const sizes = (n: number): void =>
        archive.object(untracked('SizeCodec'), () => {
          if (n < 247) archive.u8(n);
          else {
            archive.u8(0xfd);
            archive.u16(n);
          }
        });
      const vector = (type: string, values: readonly number[], put: (value: number) => void): void =>
        archive.object(untracked(`CompactVector<${type}>`), () => {
          sizes(values.length);
          for (const value of values) put(value);
        });
      archive.base();
      vector('stamp', stamps, (word) => archive.u16(word));
      vector('header', headers, (word) => archive.u16(word));
      for (const list of [...widths, extra]) vector('byte', list, (byte) => archive.u8(byte));
    };
  const pulsesOf = (parts: Parts): unknown => rows(decoded('I3SuperDST', 1, write(parts)).pulses);

  it('counts from -512 ns, from readout to readout, and from pulse to pulse inside', () => {
    expect(
      pulsesOf({
        stamps: [600 & 255, STOP | 40, 100 | STOP],
        headers: [header(1, 1, 600 >> 8), header(2, 2)],
        widths: [[0x33], [], [], []],
      }),
    ).toEqual([
      // 600 - 512; 40 later. The second readout counts from the start of the first.
      [
        1,
        1,
        0,
        [
          [88, Math.fround(0.025), 8, 4],
          [128, Math.fround(0.025), 8, 4],
        ],
      ],
      [2, 2, 0, [[188, Math.fround(0.025), 8, 4]]],
    ]);
  });

  it('reads the worked example: a saturated time code of a first stamp goes on in the next word', () => {
    expect(pulsesOf({ stamps: [0x98ff, 0x1235], headers: [header(46, 46, 7)] })).toEqual([
      [46, 46, 0, [[6196, Math.fround(1.225), 1, 4]]],
    ]);
  });

  it('adds overflow words up to and with the first that is not 65535, times before charges', () => {
    const word = 255 | (63 << 8) | STOP | HLC;
    const [[, , , [[time, charge, , flags]]]] = pulsesOf({
      stamps: [word, 65535, 65535, 3, 65535, 7],
      headers: [header(1, 1, 7)],
      widths: [[], [0x10], [], []],
    }) as Loose;
    expect(time).toBe(2047 + 2 * 65535 + 3 - 512);
    expect(charge).toBe(Math.fround((63 + 65535 + 7) * 0.05 + 0.025));
    expect(flags).toBe(7);
  });

  it('takes the charges of IceTop from the extra bytes, on their logarithmic scale', () => {
    const [[, om, , [[, charge]]]] = pulsesOf({
      stamps: [10 | (5 << 8) | STOP],
      headers: [header(3, 62)],
      widths: [[], [], [0x14], []],
      extra: [0x80],
    }) as Loose;
    expect(om).toBe(62);
    expect(charge).toBe(Math.fround(10 ** (((5 + (0x80 << 6)) * 9) / 16383 - 2)));
  });

  it('reads run lengths of widths digit by digit, and runs of length zero as nothing', () => {
    const stamps = Array.from({ length: 17 }, (_, i) => (i === 16 ? STOP : 0) | 20);
    const doms = pulsesOf({ stamps, headers: [header(1, 1)], widths: [[0x05, 0x13, 0x13], [], [], []] }) as Loose;
    expect(doms[0][3].map((pulse: number[]) => pulse[2])).toEqual(Array(17).fill(8));
  });

  it('makes pulses of a module disjoint, and shares the width of two of equal time', () => {
    const parts = (times: readonly number[]): Parts => ({
      stamps: times.map((time, i) => time | (i === times.length - 1 ? STOP : 0)),
      headers: [header(1, 1)],
      // One run of width 8 ns.
      widths: [[(times.length << 4) | 3], [], [], []],
    });
    const widths = (times: readonly number[]): number[][] => {
      const doms = pulsesOf(parts(times)) as Loose;
      return doms[0][3].map(([time, , width]: number[]) => [time! + 512, width]);
    };
    expect(widths([10, 3, 100])).toEqual([
      [10, 3],
      [13, 8],
      [113, 8],
    ]);
    expect(widths([10, 0])).toEqual([
      [10, 4],
      [14, 4],
    ]);
    expect(widths([10, 5, 0])).toEqual([
      [10, 2.5],
      [12.5, 2.5],
      [15, 8],
    ]);
    expect(widths([10, 0, 5])).toEqual([
      [10, 2.5],
      [12.5, 2.5],
      [15, 8],
    ]);
  });

  it.each<[string, Parts, RegExp]>([
    [
      'too few stamps',
      { stamps: [5], headers: [header(1, 1)], widths: [[0x10], [], [], []] },
      /has too few (stamps|pulse widths)/,
    ],
    ['too many stamps', { stamps: [STOP, STOP], headers: [header(1, 1)] }, /has 1 stamps too many/],
    [
      'an overflow that does not end',
      { stamps: [255 | STOP, 65535], headers: [header(1, 1, 7)] },
      /has too few stamps/,
    ],
    ['too few widths', { stamps: [STOP, STOP], headers: [header(1, 1), header(1, 2)] }, /has too few pulse widths/],
    [
      'too many widths',
      { stamps: [STOP], headers: [header(1, 1)], widths: [[0x20], [], [], []] },
      /has too many pulse widths/,
    ],
    [
      'too few charges',
      { stamps: [STOP], headers: [header(1, 61)], widths: [[], [], [0x10], []] },
      /has too few charge bytes/,
    ],
    ['too many charges', { stamps: [STOP], headers: [header(1, 1)], extra: [1] }, /has 1 charge bytes too many/],
  ])('is refused with %s', (_, parts, message) => {
    expect(failing('I3SuperDST', 1, write(parts))).toThrow(badObject(message));
  });

  it('of 2010 has coarser steps and at most one overflow word, with the stop bit', () => {
    const words = [255 | (63 << 8) | HLC, 10, 7 | STOP, 20 | (2 << 8) | STOP];
    const { pulses, nReadouts, nStamps } = decoded('I3SuperDST', 0, (archive) => {
      archive.base();
      archive.u16(words.length);
      for (const word of words) archive.u16(word);
      archive.u16(header(1, 1, 7));
      archive.u16(header(1, 2));
    });
    expect([nReadouts, nStamps]).toEqual([2, 2]);
    const start = (2047 + 10) * 4 - 512;
    expect(rows(pulses)).toEqual([
      [1, 1, 0, [[start, Math.fround((63 + 7) * 0.15), 4, 7]]],
      [1, 2, 0, [[start + 80, Math.fround(2 * 0.15), 4, 4]]],
    ]);
  });
});
