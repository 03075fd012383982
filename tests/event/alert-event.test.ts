/** Events of .i3 files as alerts: the same events, small, with the detector as it was. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mergeGcd } from '../../src/detector/gcd.js';
import { gcdDifferencesOf } from '../../src/event/gcd-of-packet.js';
import { writeDifferences } from '../../src/event/icetray/difference-writer.js';
import { Packet } from '../../src/event/icetray/packet.js';
import { readDocument, readMessage } from '../../src/event/message.js';
import {
  type AlertEvent,
  alertDocument,
  alertStream,
  type BadEvent,
  concatBytes,
  decodeEvent,
  EventFormatError,
  type FullGcd,
  i3Frames,
  writeFrame,
  writeFullGcd,
} from '../../src/index.js';
import { needsShared, sharedBytes } from '../support/shared.js';

const SIMULATION = 'data/i3/oscNext_genie_level3_v02_first_5_frames.i3.gz';
const HESE = 'data/events/hese_event_01.json';
const spe = (gaussMean: number): NonNullable<NonNullable<FullGcd['calibration']>[number]['spe']> => ({
  version: 2,
  exp2Amplitude: 1,
  exp2Width: 2,
  exp1Amplitude: 3,
  exp1Width: 4,
  gaussAmplitude: 5,
  gaussMean,
  gaussWidth: 7,
  compensation: 8,
  slcGaussMean: 9,
});
const key = (om: number): { string: number; om: number; pmt: number } => ({ string: 21, om, pmt: 0 });
const calibrated = (om: number, gaussMean = 1): NonNullable<FullGcd['calibration']>[number] => ({
  ...key(om),
  relativeDomEfficiency: 1,
  noiseRateHz: 560,
  meanAtwdCharge: Number.NaN,
  meanFadcCharge: 0.9,
  spe: spe(gaussMean),
});
const BASELINE: FullGcd = {
  geometry: [1, 2, 3].map((om) => ({ ...key(om), x: 1, y: 2, z: -17 * om, omType: 20 })),
  calibration: [1, 2, 3].map((om) => calibrated(om)),
  status: [1, 2, 3].map((om) => ({ ...key(om), pmtVoltageV: 1200 + om, lcMode: 2 })),
};
/** Module 2 moved, 3 went, 4 came; one figure of each kind changed. */
const CHANGED: FullGcd = {
  geometry: [
    BASELINE.geometry[0]!,
    { ...key(2), x: 1.5, y: 2, z: -34, omType: 20 },
    { ...key(4), x: 0, y: 0, z: 0, omType: 20 },
  ],
  calibration: [{ ...calibrated(1), noiseRateHz: 600.25 }, calibrated(2, Number.NaN), calibrated(4)],
  status: [BASELINE.status![0]!, { ...key(2), pmtVoltageV: 0, lcMode: 5 }, { ...key(4), pmtVoltageV: 1300, lcMode: 2 }],
};

describe('a detector told as differences to a baseline', () => {
  const differences = (gcd: FullGcd | null): ReturnType<typeof gcdDifferencesOf> => {
    const warnings: string[] = [];
    const found = gcdDifferencesOf(new Packet(writeDifferences(gcd, BASELINE, 'base.i3'), 'x'), warnings);
    expect(warnings).toEqual([]);
    return found;
  };

  it('is the same detector again on that baseline', () => {
    const found = differences(CHANGED)!;
    expect(found.baselineName).toBe('base.i3');
    expect(mergeGcd(BASELINE, found)).toEqual(CHANGED);
  });

  it('names only what changed', () => {
    const { geometry, calibration, status } = differences(CHANGED)!;
    const modules = ({
      plus,
      minus,
    }: {
      plus: readonly { om: number }[];
      minus: readonly { om: number }[];
    }): unknown => [plus.map(({ om }) => om), minus.map(({ om }) => om)];
    expect(modules(geometry)).toEqual([[2, 4], [3]]);
    expect(modules(status)).toEqual([[2, 4], [3]]);
    expect(calibration.plus[0]).toEqual({ ...key(1), noiseRateHz: 600.25 });
    expect(calibration.plus[1]).toEqual({ ...key(2), spe: spe(Number.NaN) });
    const none = { plus: [], minus: [] };
    expect(differences(null)).toEqual({ baselineName: 'base.i3', geometry: none, calibration: none, status: none });
    expect(differences(BASELINE)).toEqual(differences(null));
  });
});

function eventsOf(found: Iterable<AlertEvent | BadEvent>): AlertEvent[] {
  return [...found].map((one) => {
    if ('error' in one) throw one.error;
    return one;
  });
}
const asFile = ({ frames, formatVersion }: AlertEvent): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(alertDocument({ frames, formatVersion })));

needsShared('the events of a file of simulation', [SIMULATION], () => {
  const bytes = sharedBytes(SIMULATION);
  const first = decodeEvent(bytes, 'x.i3.gz');
  const stream = alertStream({ baseline: null });
  const events = eventsOf(stream.read(bytes, 'x.i3.gz'));

  it('are all found', () => {
    expect(events.map(({ event }) => event.header.eventId)).toEqual([2, 4, 6, 8, 10]);
    expect(stream.counts).toEqual({ frames: 25, physicsFrames: 5, events: 5 });
  });

  it('are the same events, from the stream, as alerts and as files', () => {
    const [event] = events;
    const same = { ...first, warnings: [], header: { ...first.header, formatVersion: '2024a' } };
    expect(event!.event).toEqual(same);
    expect(decodeEvent(asFile(event!), 'alert.json')).toEqual(same);
    expect(event!.frames.map(({ stop }) => stop).join('')).toBe('GCDQP');
  });

  it('are small, and whole events of simulation still', () => {
    for (const event of events) {
      expect(asFile(event).length).toBeLessThan(12_000);
      expect(event.event.header.isReal).toBe(false);
    }
  });

  it('say where the neutrino came from, as the file says under another key', () => {
    for (const { event, simulation } of events) {
      expect(event.truth).toEqual(event.particles.MCInIcePrimary);
      expect(simulation?.primary).toEqual(event.truth);
    }
    // Muons made inside the detector by neutrinos of less than 10 GeV.
    for (const { simulation } of events) {
      expect(simulation!.muonGev!).toBeGreaterThan(0.5);
      expect(simulation!.muonGev!).toBeLessThan(simulation!.primary.energyGev!);
      expect(simulation!.enteringMuonGev).toBe(0);
    }
  });

  it('end where they are asked to', () => {
    const short = alertStream({ baseline: null, maxFrames: 10 });
    expect(eventsOf(short.read(bytes, 'x')).length).toBe(2);
    expect([short.isDone, short.counts.frames]).toEqual([true, 10]);
    expect(eventsOf(short.read(bytes, 'x'))).toEqual([]);
  });

  it('have the detector of a file that was read before, as it is or as differences', () => {
    const gcd = writeFullGcd(CHANGED);
    const plain = alertStream({ baseline: null });
    expect(eventsOf(plain.read(gcd, 'gcd.i3'))).toEqual([]);
    const [whole] = eventsOf(plain.read(bytes, 'x'));
    expect(whole!.event.fullGcd).toEqual(CHANGED);
    const differing = alertStream({ baseline: { name: 'base.i3', gcd: BASELINE } });
    expect(eventsOf(differing.read(gcd, 'gcd.i3'))).toEqual([]);
    const [event] = eventsOf(differing.read(bytes, 'x'));
    expect(mergeGcd(BASELINE, event!.event.gcdDifferences!)).toEqual(CHANGED);
    expect(event!.event.fullGcd).toBeNull();
  });

  it('do without an event that is damaged', () => {
    const damaged = concatBytes(
      [...i3Frames(decompressed(), 'x')].map(({ frame }, i) =>
        writeFrame({
          ...frame,
          objects: frame.objects.map((object) =>
            i === 7 && object.key === 'SplitInIcePulses' ? { ...object, blob: object.blob.slice(0, -3) } : object,
          ),
        }),
      ),
    );
    const found = [...alertStream({ baseline: null }).read(damaged, 'x')];
    expect(found.map((one) => 'error' in one)).toEqual([true, false, false, false, false]);
    expect((found[0] as BadEvent).error).toBeInstanceOf(EventFormatError);
  });

  function decompressed(): Uint8Array {
    return new Uint8Array(gunzipSync(bytes));
  }
});

needsShared('an alert as a stream', [HESE], () => {
  it('is the same alert again, with its differences, whatever the baseline', () => {
    const alert = decodeEvent(sharedBytes(HESE), 'x');
    const frames = new Packet(readMessage(readDocument(sharedBytes(HESE), 'x'), 'x').frames, 'x').frames;
    const stream = alertStream({ baseline: { name: 'base.i3', gcd: BASELINE } });
    const [event] = eventsOf(stream.read(concatBytes(frames.map(writeFrame)), 'x'));
    expect(event!.event).toEqual({ ...alert, header: { ...alert.header, formatVersion: '2021a' } });
  });
});

describe('what is no .i3 file', () => {
  it('is refused with a sentence', () => {
    const read = (bytes: Uint8Array): unknown => [...alertStream({ baseline: null }).read(bytes, 'a.json')];
    expect(() => read(new TextEncoder().encode('{}'))).toThrow('a.json is no .i3 file.');
  });
});
