/** Objects in encodings that today's alerts do not have: older classes, overflow words, objects met again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventFormatError } from '../../src/config/index.js';
import { type ArchiveReader, openArchive } from '../../src/event/icetray/archive-reader.js';
import { type ArchiveWriter, tracked, writeArchive } from '../../src/event/icetray/archive-writer.js';
import { decodeObject } from '../../src/event/icetray/classes.js';
import { applyMask, bitText, maskOf } from '../../src/event/icetray/pulse-objects.js';
import { buildPulseMap, type PulseMap, selectPulses } from '../../src/event/index.js';
import { utcTime } from '../../src/event/time.js';
import { type Loose, pulses as rows } from './as-reference.js';

const untracked = (name: string, version = 0) => ({ name, version, isTracked: false });

/** The value of an object of `type` whose contents `write` writes. */
function decoded(type: string, version: number, write: (archive: ArchiveWriter) => void): Loose {
  return decodeObject({ key: 'X', type, blob: writeArchive(tracked(type, version), write) }, 'x')?.value;
}
const failing = (type: string, version: number, write: (archive: ArchiveWriter) => void) => (): unknown =>
  decoded(type, version, write);
const badObject = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'event/bad-object', message: expect.stringMatching(message) });

describe('an archive', () => {
  const worked = (hex: string): Uint8Array =>
    Uint8Array.from(hex.match(/[0-9a-f]{2}/g)!, (byte) => Number.parseInt(byte, 16));

  it('is read as the worked example of the specification', () => {
    const blob = worked('00010200 05000000 4933496e74 0100 00000000 010001000000 04000000');
    expect(decodeObject({ key: 'X', type: 'I3PODHolder<int>', blob }, 'x')).toEqual({ className: 'I3Int', value: 4 });
  });

  it('is written as the worked example of the specification', () => {
    const blob = writeArchive(tracked('I3Int', 0), (archive) => {
      archive.base();
      archive.i32(4);
    });
    expect(blob).toEqual(worked('00010200 05000000 4933496e74 0100 00000000 010001000000 04000000'));
  });

  it('of an unknown class stays bytes', () => {
    expect(
      decodeObject({ key: 'X', type: '?', blob: writeArchive(tracked('I3Whatever', 3), () => {}) }, 'x'),
    ).toBeNull();
  });

  it('of a null pointer is refused', () => {
    expect(() => decodeObject({ key: 'X', type: '?', blob: Uint8Array.of(0, 1, 0xff, 0xff) }, 'x')).toThrow(
      badObject(/^x, object "X" is a null pointer\.$/),
    );
  });

  const reader = (write: (archive: ArchiveWriter) => void): ArchiveReader =>
    openArchive(writeArchive(untracked('T'), write), { code: 'event/bad-object', where: 'x' }).archive;

  it('gives an object met again as the object it was', () => {
    const archive = reader((writer) => {
      writer.object(tracked('A', 1), () => writer.i32(7));
      writer.u32(0); // the same object once more
      writer.object(tracked('A', 1), () => writer.i32(8));
    });
    archive.object('T', 0, () => {
      const read = (): object => archive.object('A', 1, () => ({ n: archive.i32() }));
      const [first, again, other] = [read(), read(), read()];
      expect(again).toBe(first);
      expect([first, other]).toEqual([{ n: 7 }, { n: 8 }]);
    });
  });

  it('may not refer to an object of another class, to one that is not finished, or to one that never was', () => {
    const cases: ((writer: ArchiveWriter) => void)[] = [
      (writer) => {
        writer.object(tracked('B', 0), () => {});
        writer.u8(1);
        writer.u8(0);
        writer.u32(0);
      },
      (writer) => {
        writer.object(tracked('B', 0), () => {});
        writer.u8(1);
        writer.u8(0);
        writer.u32(5);
      },
    ];
    for (const write of cases) {
      const archive = reader(write);
      archive.object('T', 0, () => {
        archive.object('B', 0, () => 1);
        expect(() => archive.object('A', 0, () => 2)).toThrow(EventFormatError);
      });
    }
    const nested = reader((writer) => {
      writer.u8(1);
      writer.u8(0);
      writer.u32(0);
      writer.u32(0);
    });
    nested.object('T', 0, () => {
      const read = (): number => nested.object('A', 0, read);
      expect(read).toThrow(/refers to object 0 as a A/);
    });
  });
});

describe('pulses of older classes', () => {
  const series = (version: number, write: (archive: ArchiveWriter) => void) => (archive: ArchiveWriter) => {
    archive.base();
    archive.map('OMKey vector<I3RecoPulse>', [0], () => {
      archive.object(tracked('OMKey', 1), () => {
        archive.base();
        archive.i32(5);
        archive.u32(6);
        archive.u8(0);
      });
      archive.list('vector<I3RecoPulse>', [0, 1], () =>
        archive.object(untracked('I3RecoPulse', version), () => write(archive)),
      );
    });
  };

  it.each<[number, (archive: ArchiveWriter) => void, number[]]>([
    [
      3,
      (a) => {
        a.f64(1.5);
        a.f32(2.5);
        a.f32(8);
        a.u8(7);
      },
      [1.5, 2.5, 8, 7],
    ],
    [
      2,
      (a) => {
        a.f32(1.5);
        a.f32(2.5);
        a.f32(8);
        a.u8(7);
      },
      [1.5, 2.5, 8, 7],
    ],
    [
      1,
      (a) => {
        a.f64(1.5);
        a.i32(1);
        a.f64(0.1);
        a.f64(8);
        a.i32(10);
      },
      [1.5, Math.fround(0.1), 8, 5],
    ],
    [
      0,
      (a) => {
        a.f64(1.5);
        a.i32(1);
        a.f64(2.5);
        a.f64(8);
      },
      [1.5, 2.5, 8, 0],
    ],
  ])('version %i', (version, write, pulse) => {
    expect(rows(decoded('I3RecoPulseSeriesMap', 0, series(version, write)))).toEqual([[5, 6, 0, [pulse, pulse]]]);
  });

  it('of modules out of order are refused', () => {
    const write = (archive: ArchiveWriter): void => {
      archive.base();
      archive.map('OMKey vector<I3RecoPulse>', [2, 1], (om) => {
        archive.object(tracked('OMKey', 2), () => {
          archive.i32(1);
          archive.u32(om);
          archive.u8(0);
        });
        archive.list('vector<I3RecoPulse>', [], () => {});
      });
    };
    expect(failing('I3RecoPulseSeriesMap', 0, write)).toThrow(badObject(/has modules out of order/));
  });
});

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

describe('a mask', () => {
  const map: PulseMap = buildPulseMap(
    [1, 2, 3].map((om) => ({
      key: { string: 1, om, pmt: 0 },
      timeNs: Array.from({ length: om * 4 }, (_, i) => i),
      chargePe: Array(om * 4).fill(1),
      widthNs: Array(om * 4).fill(1),
      flags: Array(om * 4).fill(7),
    })),
  );
  const fail = (what: string): Error => new Error(what);

  it('made from a choice of pulses gives exactly these back', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), (choice) => {
        const keep = Uint8Array.from(choice, Number);
        expect(applyMask(maskOf(map, 'map', keep), map, fail)).toEqual(selectPulses(map, keep));
      }),
    );
  });

  it('has no entry for a module without a chosen pulse', () => {
    const keep = new Uint8Array(24);
    keep[5] = 1;
    const mask = maskOf(map, 'map', keep);
    expect(bitText(mask.doms)).toBe('010');
    expect(mask.pulses.map(bitText)).toEqual(['01000000']);
  });

  it('drops a module whose pulse mask has no bit, whatever its length', () => {
    const mask = maskOf(map, 'map', new Uint8Array(24).fill(1));
    const [first, , third] = mask.pulses;
    const empty = { length: 0, bytes: new Uint8Array(0) };
    expect(applyMask({ ...mask, pulses: [first!, empty, third!] }, map, fail).om).toEqual(Int32Array.of(1, 3));
  });

  it('of 64 set bits without pulse masks stands for an empty map, as old writers left it', () => {
    const empty = buildPulseMap([]);
    const doms = { length: 64, bytes: new Uint8Array(8).fill(255) };
    expect(applyMask({ source: 'map', doms, pulses: [] }, empty, fail)).toEqual(empty);
  });

  it('that does not fit is refused', () => {
    const mask = maskOf(map, 'map', new Uint8Array(24).fill(1));
    expect(() => applyMask({ ...mask, pulses: mask.pulses.slice(1) }, map, fail)).toThrow(
      /pulses of a module that has/,
    );
    expect(() => applyMask({ ...mask, pulses: mask.pulses.slice(0, 2) }, map, fail)).toThrow(/too few pulse masks/);
    expect(() => applyMask({ ...mask, pulses: [...mask.pulses, mask.pulses[0]!] }, map, fail)).toThrow(
      /1 pulse masks too many/,
    );
    expect(() => applyMask({ ...mask, doms: mask.pulses[0]! }, map, fail)).toThrow(
      'is a mask for 4 modules of "map", which has 3',
    );
  });
});

describe('time', () => {
  const tenths = (seconds: number): bigint => BigInt(seconds) * 10_000_000_000n;

  it('counts leap seconds', () => {
    // 2016 ended with one: its last day has 86401 seconds.
    const lastDay = 365 * 86400;
    expect(utcTime({ year: 2016, tenthNs: tenths(lastDay + 86399) })?.iso).toBe('2016-12-31T23:59:59.0000000000Z');
    const leap = utcTime({ year: 2016, tenthNs: tenths(lastDay + 86400) + 5_000_000_000n });
    expect(leap?.iso).toBe('2016-12-31T23:59:60.5000000000Z');
    // 2015 had one at the end of June.
    expect(utcTime({ year: 2015, tenthNs: tenths(181 * 86400) })?.iso).toBe('2015-06-30T23:59:60.0000000000Z');
    expect(utcTime({ year: 2015, tenthNs: tenths(181 * 86400 + 1) })?.iso).toBe('2015-07-01T00:00:00.0000000000Z');
    expect(utcTime({ year: 2017, tenthNs: tenths(181 * 86400) })?.iso).toBe('2017-07-01T00:00:00.0000000000Z');
  });

  it('is a modified Julian day that never goes back', () => {
    const lastDay = 365 * 86400;
    const seconds = [lastDay + 86398, lastDay + 86399, lastDay + 86400];
    const days = seconds.map((second) => utcTime({ year: 2016, tenthNs: tenths(second) })!.mjd);
    expect(days[0]).toBeLessThan(days[1]!);
    expect(days[1]).toBeLessThanOrEqual(days[2]!);
    expect(utcTime({ year: 2017, tenthNs: 0n })!.mjd).toBe(57754);
  });

  it('outside of its year, or in a year without events, is none', () => {
    expect(utcTime({ year: 2017, tenthNs: tenths(365 * 86400) })).toBeNull();
    expect(utcTime({ year: 2016, tenthNs: tenths(366 * 86400 + 1) })).toBeNull();
    expect(utcTime({ year: 2017, tenthNs: -1n })).toBeNull();
    expect(utcTime({ year: 9999, tenthNs: 0n })).toBeNull();
    expect(utcTime({ year: 0, tenthNs: 0n })).toBeNull();
    expect(utcTime({ year: 2017, tenthNs: 1n << 62n })).toBeNull();
  });
});
