/** Cleaning and vertex search on real events: every figure that the reference files quote. */
import { beforeAll, expect, it } from 'vitest';
import type { Detector } from '../../src/detector/index.js';
import { type PulseMap, selectPulses, summarizePulses } from '../../src/event/index.js';
import {
  bothMasks,
  cleanMuonPulses,
  findVertex,
  hlcMask,
  outsideDeepCoreMask,
  seededRadiusTimeMask,
  slcMask,
  splitByLocalCoincidence,
  timeWindowMask,
} from '../../src/prepare/index.js';
import { needsShared, sharedJson } from '../support/shared.js';
import { builtinIc86, type Decoded, EVENTS, readDecoded, STARTUP_SPLINEMPE } from './decoded.js';

let detector: Detector;
beforeAll(async () => {
  detector = await builtinIc86();
});

const P = 'SplitUncleanedInIcePulses';

/** The figures of a map under the names of the reference files. */
function figures(map: PulseMap): Record<string, unknown> {
  const s = summarizePulses(map);
  const { n_dom, n_pulse, charge_pe: charge, n_hlc, t_min_ns: t_min, t_max_ns: t_max } = s;
  return { n_dom, n_pulse, charge, n_hlc, t_min, t_max };
}

for (const name of EVENTS) {
  const files = [`data/events/${name}.decoded.json`, `data/events/${name}.checks.json`];
  needsShared(`${name}`, files, () => {
    let event: Decoded;
    let checks: any;
    let pulses: PulseMap;
    beforeAll(() => {
      event = readDecoded(files[0]!);
      checks = sharedJson(files[1]!);
      pulses = event.pulses(checks.base_pulses);
    });

    it('splits into pulses with and without local coincidence as the reference does', () => {
      expect(figures(pulses)).toEqual(checks.all);
      expect(figures(selectPulses(pulses, hlcMask(pulses)))).toEqual(checks.hlc);
      expect(figures(selectPulses(pulses, slcMask(pulses)))).toEqual(checks.slc);
      expect(figures(splitByLocalCoincidence(pulses).slc)).toEqual(checks.slc);
    });

    it('is cleaned to exactly the pulses of the reference, step by step', () => {
      const cleaned = cleanMuonPulses(pulses, detector);
      expect(figures(cleaned.radiusTime)).toEqual(checks.seeded_rt);
      expect(figures(cleaned.cleaned)).toEqual(checks.time_window_6000);
      expect(figures(cleaned.outsideDeepCore)).toEqual(checks.time_window_6000_without_deepcore);
    });

    it('has its 250 PE vertex where the reference has it, to the last bit', () => {
      const vertex = findVertex(splitByLocalCoincidence(pulses).hlc, detector, [250, 5])!;
      expect([vertex.x, vertex.y, vertex.z]).toEqual(checks.veto_vertex_250pe.position);
      expect(vertex.timeNs).toBe(checks.veto_vertex_250pe.time);
    });

    it('holds outside DeepCore the charge that IceCube calls homogenized', () => {
      const outside = selectPulses(pulses, outsideDeepCoreMask(pulses, detector));
      expect(summarizePulses(outside).charge_pe).toBe(checks.homogenized_qtot);
    });

    it('gives the figures that the alert message quotes', () => {
      const summary = event.value('AlertShortFollowupMsg');
      if (summary === null) return;
      const { outsideDeepCore } = cleanMuonPulses(pulses, detector);
      const { n_dom, n_pulse, charge_pe } = summarizePulses(outsideDeepCore);
      expect([n_dom, n_pulse, Math.round(charge_pe * 1e5) / 1e5]).toEqual([summary.nch, summary.npulses, summary.qtot]);
    });
  });
}

needsShared("upstream's stored selections of run 136662", [STARTUP_SPLINEMPE], () => {
  it('are reproduced pulse for pulse', () => {
    const stored = readDecoded(STARTUP_SPLINEMPE);
    const pulses = stored.pulses(P);
    const cleaned = cleanMuonPulses(pulses, detector);
    const split = splitByLocalCoincidence(pulses);
    expect(split.hlc).toEqual(stored.pulses(`${P}HLC`));
    expect(split.slc).toEqual(stored.pulses(`${P}SLC`));
    expect(cleaned.radiusTime).toEqual(stored.pulses('SplitRTCleanedInIcePulses'));
    expect(cleaned.cleaned).toEqual(stored.pulses('CleanedMuonPulses'));
    expect(cleaned.outsideDeepCore).toEqual(stored.pulses('CleanedMuonPulsesIC'));
  });

  it('come out the same from masks chained on the event map', () => {
    const stored = readDecoded(STARTUP_SPLINEMPE);
    const pulses = stored.pulses(P);
    const radiusTime = seededRadiusTimeMask(pulses, detector);
    const chained = bothMasks(radiusTime, outsideDeepCoreMask(pulses, detector));
    const map = selectPulses(pulses, chained);
    expect(selectPulses(map, timeWindowMask(map))).toEqual(stored.pulses('CleanedMuonPulsesIC'));
  });
});
