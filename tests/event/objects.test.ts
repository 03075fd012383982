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
import { badObject, decoded, failing, untracked } from './archives.js';
import { pulses as rows } from './as-reference.js';

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
