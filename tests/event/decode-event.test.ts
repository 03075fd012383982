/** One way in for every kind of event file: what comes out of each, against reference figures and against each other. */
import { beforeAll, expect, it } from 'vitest';
import { type Detector, detectorForEvent, loadIc86 } from '../../src/detector/index.js';
import { concatBytes } from '../../src/event/bytes.js';
import {
  alertDocument,
  type DecodedEvent,
  decodeEvent,
  describeEvent,
  type Frame,
  selectPulses,
  summarizePulses,
  writeFrame,
} from '../../src/event/index.js';
import { readDocument, readMessage } from '../../src/event/message.js';
import { cleanMuonPulses, hlcMask, slcMask } from '../../src/prepare/index.js';
import { readResource } from '../prepare/decoded.js';
import { needsShared, sharedBytes, sharedJson } from '../support/shared.js';
import type { Loose } from './as-reference.js';

const BRONZE = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
const HESE_2016 = 'data/events/hese_event_01.json';
const HESE_2017 = 'data/events/event_HESE_2017-11-28.json';
const OTHERS = ['run00135292-evt000056063172', 'run00136055-evt000000348073', 'run00136504-evt000001833389'].map(
  (stem) => `data/events/${stem}.pkl`,
);
const ALL = [HESE_2016, HESE_2017, ...OTHERS, BRONZE];

const decode = (file: string): DecodedEvent => decodeEvent(sharedBytes(file), file);
const json = (document: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(document));
const framesOf = (file: string): readonly Frame[] => readMessage(readDocument(sharedBytes(file), file), file).frames;

needsShared('the event in an alert file', ALL, () => {
  it.each([
    [HESE_2017, 130322, 1414689, 0, 'HESE', '', '2017-11-29T10:50:39.1836075052Z', 58086.451842402865],
    [HESE_2016, 127907, 20178442, 0, 'HESE', '', '2016-05-09T15:26:41.9883772887Z', 57517.64354153215],
    [BRONZE, 136662, 35405932, 1, 'neutrino', '2021a', '2022-05-24T07:41:32.1853524946Z', 59723.32051140454],
    [OTHERS[0]!, 135292, 56063172, 0, 'neutrino', '2018a', '2021-05-16T14:38:20.3370253332Z', 59350.60995760446],
  ])('%s says who, what and when', (file, run, event, subEvent, type, version, start, mjd) => {
    const { header } = decode(file);
    expect(header).toEqual({
      runId: run,
      eventId: event,
      subEventId: subEvent,
      eventType: type,
      formatVersion: version,
      startTimeUtc: start,
      mjd,
      isReal: true,
    });
  });

  it.each(ALL)('%s is decoded without a warning', (file) => {
    expect(decode(file).warnings).toEqual([]);
  });

  it.each([
    [HESE_2017, 265, 3292, 3177, 9691.250003607944],
    [HESE_2016, 75, 410, 353, 2050.250001311302],
    [BRONZE, 176, 763, 686, 1418.425000185147],
  ])('%s has exactly the pulses of the specification', (file, nDom, nPulse, nHlc, charge) => {
    const { pulses, pulsesName } = decode(file);
    expect(pulsesName).toBe('SplitUncleanedInIcePulses');
    expect(summarizePulses(pulses)).toMatchObject({ n_dom: nDom, n_pulse: nPulse, n_hlc: nHlc, charge_pe: charge });
  });

  it.each([HESE_2017, HESE_2016, BRONZE])('%s has the pulse figures of its checks file', (file) => {
    const checks = sharedJson(file.replace(/\.(json|pkl)$/, '.checks.json'));
    const { pulses, header } = decode(file);
    const figures = (map: typeof pulses): unknown => {
      const { charge_pe: charge, t_min_ns: t_min, t_max_ns: t_max, ...rest } = summarizePulses(map);
      return { ...rest, charge, t_min, t_max };
    };
    expect(figures(pulses)).toEqual(checks.all);
    expect(figures(selectPulses(pulses, hlcMask(pulses)))).toEqual(checks.hlc);
    expect(figures(selectPulses(pulses, slcMask(pulses)))).toEqual(checks.slc);
    expect(header.mjd).toBe(checks.mjd);
  });

  it('keeps the earlier fits, with the failed ones left out and NaN as null', () => {
    const { particles } = decode(HESE_2017);
    expect(Object.keys(particles)).toEqual([
      'HESE_CascadeLlhVertexFit',
      'HESE_MuonImprovedLineFit',
      'HESE_SPEFit2',
      'HESE_SPEFitSingle',
      'OnlineL2_BestFit',
      'OnlineL2_SplineMPE',
    ]);
    expect(particles.HESE_CascadeLlhVertexFit).toEqual({
      x: 169.56437960943913,
      y: -21.460843534856608,
      z: 115.34103695374492,
      timeNs: 9599.430070825063,
      zenith: 1.8535803592174538,
      azimuth: 6.062577973066453,
      energyGev: 216948.10198228824,
      lengthM: null,
      shape: 'cascade',
      status: 'OK',
      pdg: 11,
    });
  });

  it('keeps the vertex of the alert system, the readout window and the windows to leave out', () => {
    const event = decode(HESE_2017);
    expect(event.vetoVertex).toEqual({ x: 194.34, y: -30.92, z: 112.62, timeNs: 9886 });
    expect(event.readoutWindow).toEqual({ startNs: 5692.63824322411, stopNs: 25613.731 });
    expect(event.saturationWindows).toEqual([
      { string: 37, om: 24, pmt: 0, windows: [{ startNs: 9892.123267437257, stopNs: 9918.801610599237 }] },
    ]);
    expect(event.calibrationErrata[0]).toEqual({
      string: 37,
      om: 21,
      pmt: 0,
      windows: [{ startNs: 10460.544909561382, stopNs: 16320.096251317906 }],
    });
  });

  it('says against which baseline its detector differs, and how', () => {
    expect(decode(HESE_2016).gcdDifferences?.baselineName).toBe('current-gcd');
    const { gcdDifferences, fullGcd, openDetector } = decode(BRONZE);
    expect([fullGcd, openDetector]).toEqual([null, null]);
    expect(gcdDifferences?.baselineName).toBe('baseline_gcd_135417.i3');
    expect(gcdDifferences?.geometry).toEqual({ plus: [], minus: [] });
    expect(gcdDifferences?.calibration.plus.length).toBe(327);
    expect(gcdDifferences?.status.minus).toEqual([
      { string: 30, om: 60, pmt: 0 },
      { string: 74, om: 61, pmt: 0 },
    ]);
    expect(gcdDifferences?.status.plus.map(({ string, om, lcMode }) => [string, om, lcMode])).toEqual([
      [30, 59, 2],
      [74, 62, 1],
    ]);
    expect(gcdDifferences?.status.plus[0]?.pmtVoltageV).toBeCloseTo(1291, 9);
  });

  it('carries the charge calibration that the alert of 2016 brings along', () => {
    const spe = decode(HESE_2016).gcdDifferences!.calibration.plus.filter((change) => change.spe !== undefined);
    expect(spe.length).toBe(5049);
    expect(spe[0]).toMatchObject({
      string: 1,
      om: 1,
      meanAtwdCharge: 1.05771,
      meanFadcCharge: 1.12558,
      spe: { version: 1, exp2Amplitude: 11626.3, exp2Width: 0.380864, gaussMean: 1.05826 },
    });
  });

  it('is described in a few figures for people and programs', () => {
    const description = describeEvent(decode(BRONZE));
    expect(description).toMatchObject({
      run_id: 136662,
      event_id: 35405932,
      event_type: 'neutrino',
      format_version: '2021a',
      start_time: '2022-05-24T07:41:32.1853524946Z',
      mjd: 59723.32051140454,
      pulses: {
        key: 'SplitUncleanedInIcePulses',
        n_dom: 176,
        n_pulse: 763,
        charge_pe: 1418.425000185147,
        n_hlc: 686,
        t_min_ns: 28383,
        t_max_ns: 46293,
      },
      alert: { nch: 133, npulses: 668, qtot_pe: 1326.45, event_time: '2022-05-24 07:41:32.185352' },
      gcd: { kind: 'differences', baseline: 'baseline_gcd_135417.i3', status: { minus: ['30,60', '74,61'] } },
    });
    // The alert message quotes the directions with five digits.
    const spline = description.particles.OnlineL2_SplineMPE!;
    expect([spline.zenith.toFixed(5), spline.azimuth.toFixed(5)]).toEqual(['1.51078', '0.66587']);
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
});

needsShared('our pulses after our cleaning', [...OTHERS, BRONZE], () => {
  let ic86: Detector;
  beforeAll(async () => {
    ic86 = await loadIc86(readResource);
  });

  it.each([...OTHERS, BRONZE])('give nch, npulses and qtot of the alert message exactly: %s', (file) => {
    const event = decode(file);
    const { outsideDeepCore } = cleanMuonPulses(event.pulses, detectorForEvent(event, ic86, null));
    const { n_dom, n_pulse, charge_pe } = summarizePulses(outsideDeepCore);
    const { nch, npulses, qtotPe } = event.alert!;
    expect([n_dom, n_pulse, Math.round(charge_pe * 1e5) / 1e5]).toEqual([nch, npulses, qtotPe]);
  });

  it.each([...OTHERS, BRONZE])('come with the start time that the alert message quotes: %s', (file) => {
    const { header, alert } = decode(file);
    // The message cuts to microseconds.
    expect(header.startTimeUtc.slice(0, 26).replace('T', ' ')).toBe(alert!.eventTimeUtc);
  });
});

needsShared('the same event in another wrapping', [BRONZE, HESE_2016], () => {
  const same = (bytes: Uint8Array, file: string, without: readonly (keyof DecodedEvent)[] = []): void => {
    const strip = (event: DecodedEvent): unknown => ({
      ...event,
      ...Object.fromEntries(without.map((member) => [member, null])),
    });
    expect(strip(decodeEvent(bytes, 'wrapped'))).toEqual(strip(decode(file)));
  };

  it.each(['python2', 'python3'] as const)('as JSON with frames pickled by %s', (flavour) => {
    const { summary } = readMessage(readDocument(sharedBytes(BRONZE), BRONZE), BRONZE);
    same(json(alertDocument({ frames: framesOf(BRONZE), formatVersion: '2021a', summary: summary! }, flavour)), BRONZE);
  });

  it('as JSON with both flavours in one packet, and white space and a byte-order mark in front', () => {
    const frames = framesOf(HESE_2016);
    const old: Loose = alertDocument({ frames, formatVersion: '' }, 'python2');
    const young: Loose = alertDocument({ frames, formatVersion: '' }, 'python3');
    const mixed = old.value.data.frames.map((frame: unknown, i: number) =>
      i % 2 ? frame : young.value.data.frames[i],
    );
    same(concatBytes([Uint8Array.of(0xef, 0xbb, 0xbf, 0x20, 0x0a), json({ value: { data: mixed } })]), HESE_2016);
  });

  it('in the old form, where value.data is the list of frames', () => {
    const document: Loose = alertDocument({ frames: framesOf(BRONZE), formatVersion: '2021a' });
    document.value.data = document.value.data.frames;
    same(json(document), BRONZE);
  });

  it('as an .i3 stream, which has no message around it', () => {
    same(concatBytes(framesOf(HESE_2016).map(writeFrame)), HESE_2016, ['alert']);
  });

  it("as the start-up file of an upstream client, with the scanner's own copy of the P frame", () => {
    const frames = framesOf(HESE_2016).map((frame) => (frame.stop === 'P' ? { ...frame, stop: 'p' } : frame));
    const { value }: Loose = alertDocument({ frames, formatVersion: '' });
    same(json({ scan_id: 'x', baseline_GCD_file: null, GCDQp_packet: { frames: value.data.frames } }), HESE_2016);
  });

  it('with NaN and Infinity as bare words in the summary, as Python writes them', () => {
    const document = alertDocument({
      frames: framesOf(HESE_2016),
      formatVersion: '',
      summary: { nch: 'MARK', qtot: 5 },
    });
    const text = JSON.stringify(document).replace('"MARK"', '[NaN, -Infinity, "NaN"]');
    const { alert } = decodeEvent(new TextEncoder().encode(text), 'nan.json');
    expect(alert?.message.nch).toEqual([null, null, 'NaN']);
    expect([alert?.nch, alert?.qtotPe]).toEqual([null, 5]);
  });

  it('in frames of version 5, with their own checksum', () => {
    const frames = framesOf(HESE_2016).map((frame) => ({ ...frame, version: 5 as const }));
    same(json(alertDocument({ frames, formatVersion: '' })), HESE_2016);
  });

  it('with the keys that alerts have since 2023', () => {
    const frames = framesOf(BRONZE).map((frame) => ({
      ...frame,
      objects: frame.objects.map((object) => ({
        ...object,
        key: object.key.replace('SplitUncleanedInIce', 'SplitInIce').replace('OnlineL2_', 'l2_online_'),
      })),
    }));
    const { summary } = readMessage(readDocument(sharedBytes(BRONZE), BRONZE), BRONZE);
    const event = decodeEvent(json(alertDocument({ frames, formatVersion: '2023a', summary: summary! })), 'new.json');
    const old = decode(BRONZE);
    expect(event.pulsesName).toBe('SplitInIcePulses');
    expect(event.pulses).toEqual(old.pulses);
    expect(event.readoutWindow).toEqual(old.readoutWindow);
    expect(event.particles.l2_online_SplineMPE).toEqual(old.particles.OnlineL2_SplineMPE);
    expect(event.warnings).toEqual([]);
  });

  it('with a format version that promises other keys: taken, and said', () => {
    const event = decodeEvent(json(alertDocument({ frames: framesOf(BRONZE), formatVersion: '2024a' })), 'odd.json');
    expect(event.pulses).toEqual(decode(BRONZE).pulses);
    expect(event.warnings).toEqual([
      'The event has no "SplitInIcePulses", which its format version promises; "SplitUncleanedInIcePulses" was taken.',
    ]);
  });

  it('with a format version that nobody knows yet: taken, and said', () => {
    const event = decodeEvent(json(alertDocument({ frames: framesOf(BRONZE), formatVersion: '2031b' })), 'odd.json');
    expect(event.header.formatVersion).toBe('2031b');
    expect(event.warnings).toEqual(['The real-time format version "2031b" is unknown; read as one of before 2023.']);
  });

  it('with empty G, C and D frames, as packets of low-priority streams', () => {
    const frames = framesOf(HESE_2016).map((frame) => ('GCD'.includes(frame.stop) ? { ...frame, objects: [] } : frame));
    const event = decodeEvent(json(alertDocument({ frames, formatVersion: '' })), 'empty.json');
    expect([event.gcdDifferences, event.fullGcd, event.openDetector]).toEqual([null, null, null]);
    expect(describeEvent(event).gcd).toEqual({ kind: 'none' });
    expect(event.pulses).toEqual(decode(HESE_2016).pulses);
  });

  it('with a detector difference that cannot be decoded: the event is read, and the loss is said', () => {
    const frames = framesOf(BRONZE).map((frame) => ({
      ...frame,
      objects: frame.objects.map((object) =>
        object.key === 'I3CalibrationDiff' ? { ...object, blob: object.blob.slice(0, 4000) } : object,
      ),
    }));
    const event = decodeEvent(json(alertDocument({ frames, formatVersion: '2021a' })), 'cut.json');
    expect(event.gcdDifferences?.baselineName).toBe('baseline_gcd_135417.i3');
    expect(event.gcdDifferences?.calibration.plus).toEqual([]);
    expect(event.gcdDifferences?.status.plus.length).toBe(2);
    expect(event.warnings).toEqual([
      expect.stringMatching(/^cut.json: frame C, object "I3CalibrationDiff" ends too early .* It is left out/),
    ]);
  });
});
