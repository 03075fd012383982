import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildPulseMap,
  compareKeys,
  countDoms,
  countPulses,
  type DomPulses,
  emptyPulseMap,
  PULSE_FLAG,
  selectPulses,
  summarizePulses,
} from '../../src/event/index.js';

const dom = (string: number, om: number, times: number[], flags = 7): DomPulses => ({
  key: { string, om, pmt: 0 },
  timeNs: times,
  chargePe: times.map(() => 1.5),
  widthNs: times.map(() => 8),
  flags: times.map(() => flags),
});

describe('a pulse map', () => {
  const map = buildPulseMap([dom(1, 2, [10, 20, 30]), dom(1, 3, [15], 4), dom(2, 1, [5, 50])]);

  it('holds the pulses of each module between first[i] and first[i + 1]', () => {
    expect([...map.first]).toEqual([0, 3, 4, 6]);
    expect(countDoms(map)).toBe(3);
    expect(countPulses(map)).toBe(6);
  });

  it('is described by modules, pulses, charge, coincident pulses and its first and last time', () => {
    expect(summarizePulses(map)).toEqual({ n_dom: 3, n_pulse: 6, charge_pe: 9, n_hlc: 5, t_min_ns: 5, t_max_ns: 50 });
  });

  it('has no times when it is empty', () => {
    expect(summarizePulses(emptyPulseMap())).toEqual({
      n_dom: 0,
      n_pulse: 0,
      charge_pe: 0,
      n_hlc: 0,
      t_min_ns: null,
      t_max_ns: null,
    });
  });

  it('loses the modules that are left without a pulse', () => {
    const kept = selectPulses(map, Uint8Array.of(0, 1, 0, 0, 1, 1));
    expect([...kept.string]).toEqual([1, 2]);
    expect([...kept.om]).toEqual([2, 1]);
    expect([...kept.first]).toEqual([0, 1, 3]);
    expect([...kept.timeNs]).toEqual([20, 5, 50]);
  });

  it('keeps order and sums under any selection', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.record({ t: fc.nat(9999), hlc: fc.boolean(), keep: fc.boolean() }), { maxLength: 6 }), {
          maxLength: 12,
        }),
        (doms) => {
          const full = buildPulseMap(
            doms.map((pulses, i) => ({
              key: { string: i + 1, om: 1, pmt: 0 },
              timeNs: pulses.map((p) => p.t),
              chargePe: pulses.map(() => 1),
              widthNs: pulses.map(() => 1),
              flags: pulses.map((p) => (p.hlc ? PULSE_FLAG.LC : PULSE_FLAG.FADC)),
            })),
          );
          const flat = doms.flat();
          const kept = selectPulses(full, Uint8Array.from(flat.map((p) => Number(p.keep))));
          expect([...kept.timeNs]).toEqual(flat.filter((p) => p.keep).map((p) => p.t));
          expect(summarizePulses(kept).n_hlc).toBe(flat.filter((p) => p.keep && p.hlc).length);
          expect(countDoms(kept)).toBe(doms.filter((pulses) => pulses.some((p) => p.keep)).length);
          expect(kept.first[countDoms(kept)]).toBe(countPulses(kept));
        },
      ),
    );
  });
});

describe('module keys', () => {
  it('ascend by string, module and tube', () => {
    const keys = [
      { string: 2, om: 1, pmt: 0 },
      { string: 1, om: 2, pmt: 1 },
      { string: 1, om: 2, pmt: 0 },
    ];
    expect(keys.sort(compareKeys).map((k) => [k.string, k.om, k.pmt])).toEqual([
      [1, 2, 0],
      [1, 2, 1],
      [2, 1, 0],
    ]);
  });
});
