/**
 * Ten thousand damaged event files, each decoded and put on its detector: one clear error each, or an event that is
 * sound. Damage is done at every layer (file, document, base64, zlib, pickle, frame, object, compressed stream), and
 * whatever lies around it is made right again, checksums included, so that it reaches the layers inside.
 *
 * SKYMAP_FUZZ_CASES sets another number of cases, SKYMAP_FUZZ_SEED another seed; a failure names its case.
 */
import { gzipSync } from 'node:zlib';
import { zlibSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { EventFormatError } from '../../src/config/index.js';
import { type Detector, detectorForEvent } from '../../src/detector/index.js';
import { encodeBase64 } from '../../src/event/base64.js';
import { concatBytes } from '../../src/event/bytes.js';
import { crc16Ccitt, crc32cWithoutInversion } from '../../src/event/icetray/checksum.js';
import { pulseDefect } from '../../src/event/icetray/pulse-objects.js';
import {
  alertDocument,
  type DecodedEvent,
  decodeEvent,
  decodeObject,
  describeEvent,
  type Frame,
  type FrameObject,
  i3Frames,
  pickleFrame,
  readFullGcd,
  writeFrame,
  writeFullGcd,
  writeOpenEvent,
} from '../../src/event/index.js';
import { readDocument, readMessage } from '../../src/event/message.js';
import type { Loose } from '../event/as-reference.js';
import { builtinIc86 } from '../prepare/decoded.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import { damage, damageDocument, Random } from './mutate.js';

const CASES = Number(process.env.SKYMAP_FUZZ_CASES ?? 10_000);
const SEED = Number(process.env.SKYMAP_FUZZ_SEED ?? 20220524);
/** CPU time of one case, far above what an undamaged file takes. */
const MAX_CASE_MS = 3000;
/** Growth of the process over its size before. */
const MAX_GROWTH_BYTES = 1.2e9;

const EVENTS = [
  'data/events/run00136662-evt000035405932-BRONZE.pkl',
  'data/events/run00136055-evt000000348073.pkl',
  'data/events/run00136504-evt000001833389.pkl',
  'data/events/event_HESE_2017-11-28.json',
  'data/events/run00135292-evt000056063172.pkl',
  'data/events/hese_event_01.json',
];
const STARTUP = 'data/reco-pixel/splinempe/BRONZE/startup.json';
const I3 = 'data/i3/oscNext_genie_level3_v02_first_5_frames.i3.gz';

/** A shared event in every stage of its unwrapping. */
interface Corpus {
  readonly name: string;
  readonly file: Uint8Array;
  readonly document: Loose;
  readonly frames: readonly Frame[];
  /** The same without the calibration difference, by far the largest part of most events. */
  readonly light: readonly Frame[];
}

let ic86: Detector;
let corpus: Corpus[];
let open: Loose;
let gcd: readonly Frame[];
let stream: Uint8Array;
let others: Uint8Array[];

const json = (document: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(document));
const streamOf = (frames: readonly Frame[]): Uint8Array => concatBytes(frames.map(writeFrame));

/** A frame's bytes damaged between stop letter and checksum, with the checksum made right again. */
function damageFrame(frame: Frame, random: Random): Uint8Array {
  const bytes = writeFrame(frame);
  const content = damage(bytes.subarray(10, -4), random, others);
  const checksum = new Uint8Array(4);
  const crc = frame.version === 6 ? crc32cWithoutInversion(content) : crc16Ccitt(content);
  new DataView(checksum.buffer).setUint32(0, crc, true);
  return concatBytes([bytes.subarray(0, 10), content, checksum]);
}

/** What a scan needs of an event: most of the damage goes there. */
const NEEDED: ReadonlySet<string> = new Set([
  'I3SuperDST',
  'InIceDSTPulses',
  'SplitUncleanedInIcePulses',
  'SplitUncleanedInIcePulsesTimeRange',
  'I3EventHeader',
  'CalibrationErrata',
  'I3DetectorStatusDiff',
  'I3GeometryDiff',
]);

/** The frames with one object damaged. */
function damageObject(frames: readonly Frame[], random: Random): Frame[] {
  const all = frames.flatMap(({ objects }) => objects);
  const needed = all.filter(({ key }) => NEEDED.has(key));
  const chosen = random.pick(needed.length > 0 && random.next() < 0.6 ? needed : all);
  const damaged = { ...chosen, blob: damage(chosen.blob, random, others) };
  decodeAnyway(damaged);
  return frames.map((frame) => ({ ...frame, objects: frame.objects.map((o) => (o === chosen ? damaged : o)) }));
}

/** Damaged objects are decoded by themselves too: a scan does not look at all of them. */
function decodeAnyway(object: FrameObject): void {
  try {
    decodeObject(object, 'x.json: frame P');
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    if (!isSentence(error.message)) throw new Error(`no clear sentence: ${error.message}`);
  }
}

/** A message of the frames in which the base64 text of one is made by `encode`. */
function messageWith(frames: readonly Frame[], random: Random, encode: (frame: Frame) => string): Uint8Array {
  const at = random.below(frames.length);
  const texts = frames.map((frame, i) => [frame.stop, i === at ? encode(frame) : EMPTY_FRAMES[frame.stop]]);
  return json({ value: { version: '2021a', data: { frames: texts } } });
}
/** What stands beside the frame that is damaged: frames without objects, quick to read. */
const EMPTY_FRAMES: Readonly<Record<string, string>> = Object.fromEntries(
  ['G', 'C', 'D', 'Q', 'P', 'p'].map((stop) => [
    stop,
    encodeBase64(zlibSync(pickleFrame(writeFrame({ stop, version: 6, objects: [] }), 'python3'))),
  ]),
);

type Layer = readonly [name: string, weight: number, make: (c: Corpus, random: Random) => Uint8Array];
const LAYERS: readonly Layer[] = [
  ['file', 12, (c, random) => damage(c.file, random, others)],
  ['document', 12, (c, random) => json(damageDocument(c.document, random))],
  [
    'base64',
    6,
    (c, random) => {
      const document = structuredClone(c.document);
      const frames = document.value.data.frames ?? document.value.data;
      const frame = random.pick<string[]>(frames);
      frame[1] = new TextDecoder('latin1').decode(damage(new TextEncoder().encode(frame[1]), random, others));
      return json(document);
    },
  ],
  [
    'zlib',
    8,
    (c, random) =>
      messageWith(c.light, random, (frame) =>
        encodeBase64(damage(zlibSync(pickleFrame(writeFrame(frame), 'python2')), random, others)),
      ),
  ],
  [
    'pickle',
    12,
    (c, random) =>
      messageWith(c.light, random, (frame) => {
        const pickle = pickleFrame(writeFrame(frame), random.pick(['python2', 'python3'] as const));
        return encodeBase64(zlibSync(damage(pickle, random, others), { level: 1 }));
      }),
  ],
  [
    'frame',
    12,
    (c, random) => {
      const at = random.below(c.light.length);
      return concatBytes(c.light.map((frame, i) => (i === at ? damageFrame(frame, random) : writeFrame(frame))));
    },
  ],
  ['object', 26, (c, random) => streamOf(damageObject(c.light, random))],
  ['object, calibration too', 4, (c, random) => streamOf(damageObject(c.frames, random))],
  [
    'object in a message',
    2,
    (c, random) => json(alertDocument({ frames: damageObject(c.light, random), formatVersion: '2018a' })),
  ],
  ['i3 stream', 2, (_, random) => damage(stream, random, others)],
  ['compressed i3 stream', 2, (c, random) => damage(new Uint8Array(gzipSync(streamOf(c.light))), random, others)],
  ['open event', 4, (_, random) => json(damageDocument(open, random))],
];

/** Every layer as many times as it weighs. */
const LAYERS_BY_WEIGHT: readonly Layer[] = LAYERS.flatMap((layer) => Array<Layer>(layer[1]).fill(layer));

/** What must hold of every event that is accepted. */
function expectSound(event: DecodedEvent): void {
  const { string, om, pmt, first, timeNs, chargePe, flags } = event.pulses;
  const nDom = string.length;
  const isSound =
    om.length === nDom &&
    first.length === nDom + 1 &&
    first[0] === 0 &&
    first[nDom] === timeNs.length &&
    chargePe.length === timeNs.length &&
    flags.length === timeNs.length &&
    first.every((at, d) => d === 0 || at >= first[d - 1]!) &&
    string.every((s, d) => d === 0 || s - string[d - 1]! || om[d]! - om[d - 1]! || pmt[d]! - pmt[d - 1]! > 0);
  if (!isSound) throw new Error('The pulse map is inconsistent.');
  if (pulseDefect(event.pulses) !== null) throw new Error('The pulse map has pulses without a time or charge.');
  if (!Number.isFinite(event.header.mjd)) throw new Error('The event has no time.');
  const description = JSON.stringify(describeEvent(event));
  if (description.includes('undefined')) throw new Error('The event cannot be described.');
  if (!event.warnings.every(isSentence)) throw new Error(`A warning is no sentence: ${event.warnings}`);
}

function isSentence(text: string): boolean {
  return /^[^\p{C}\p{Zl}\p{Zp}]{5,600}$/u.test(text) && text.endsWith('.');
}

needsShared(`${CASES} damaged event files`, [...EVENTS, STARTUP, I3], () => {
  beforeAll(async () => {
    ic86 = await builtinIc86();
    corpus = EVENTS.map((name) => {
      const file = sharedBytes(name);
      const document: Loose = readDocument(file, name);
      const { frames } = readMessage(document, name);
      const light = frames.map((frame) =>
        frame.stop === 'C'
          ? { ...frame, objects: [] }
          : { ...frame, objects: frame.objects.filter((o) => o.blob.length < 20_000) },
      );
      return { name, file, document, frames, light };
    });
    const startup: Loose = readDocument(sharedBytes(STARTUP), STARTUP);
    const { frames } = readMessage(startup, STARTUP);
    corpus.push({
      name: STARTUP,
      file: sharedBytes(STARTUP),
      document: { ...startup, value: { data: startup.GCDQp_packet } },
      frames,
      light: frames,
    });
    const event = decodeEvent(corpus[0]!.file, 'open.json');
    open = JSON.parse(writeOpenEvent({ ...event, gcdDifferences: null, openDetector: 'IC86' }));
    const key = { string: 1, om: 1, pmt: 0 };
    gcd = [
      ...i3Frames(
        writeFullGcd({
          geometry: [1, 2, 3].map((om) => ({ ...key, om, x: 0, y: 0, z: 17 * om, omType: 20 })),
          calibration: [{ ...key, relativeDomEfficiency: 1.35, noiseRateHz: 700 }],
          status: [{ ...key, pmtVoltageV: 1250, lcMode: 2 }],
        }),
        'gcd.i3',
      ),
    ].map(({ frame }) => frame);
    others = [...corpus.map(({ file }) => file.subarray(0, 50_000)), streamOf(corpus[0]!.light)];
    stream = streamOf(corpus[1]!.light);
  });

  it('each give one clear error, or an event that is sound on its detector', () => {
    const outcome = new Map<string, number>();
    const before = process.memoryUsage().rss;
    let slowest = 0;
    let growth = 0;
    for (let i = 0; i < CASES; i++) {
      const random = new Random(SEED + i);
      // The two events with the largest calibration take a share that their reading time allows.
      const c =
        random.next() < 0.98 ? random.pick(corpus.filter(({ frames }) => size(frames) < 150_000)) : random.pick(corpus);
      const [layer, , make] = random.pick(LAYERS_BY_WEIGHT);
      const where = `case ${i} (seed ${SEED}): ${layer} of ${c.name}`;
      const bytes = make(c, random);
      const start = cpuMs();
      let result: string;
      try {
        const event = decodeEvent(bytes, 'x.json');
        expectSound(event);
        detectorForEvent(event, ic86, null);
        result = 'event';
      } catch (error) {
        if (!(error instanceof EventFormatError)) throw new Error(`${where} threw ${String(error)}`, { cause: error });
        if (!isSentence(error.message)) throw new Error(`${where}: no clear sentence: ${error.message}`);
        result = error.code;
      }
      const took = cpuMs() - start;
      slowest = Math.max(slowest, took);
      growth = Math.max(growth, process.memoryUsage.rss() - before);
      if (took > MAX_CASE_MS) throw new Error(`${where} took ${took} ms`);
      if (growth > MAX_GROWTH_BYTES) throw new Error(`${where}: the process grew by ${growth} bytes`);
      outcome.set(result, (outcome.get(result) ?? 0) + 1);
    }
    const figures = `slowest ${slowest.toFixed(0)} ms, largest growth ${(growth / 1e6).toFixed(0)} MB`;
    console.log(`${CASES} damaged event files: ${figures}; ${[...outcome].map((entry) => entry.join(' ')).join(', ')}`);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(PROTOTYPE);
    if (CASES >= 10_000) {
      // The damage reaches every layer.
      for (const code of REACHED) expect(outcome.get(code), code).toBeGreaterThan(0);
    }
  }, 600_000);

  it('are refused under the one code for detector descriptions where they are such', () => {
    for (let i = 0; i < CASES / 10; i++) {
      const random = new Random(SEED - 1 - i);
      const bytes = random.next() < 0.3 ? damage(streamOf(gcd), random, others) : streamOf(damageObject(gcd, random));
      try {
        readFullGcd(bytes, 'gcd.i3');
      } catch (error) {
        if (!(error instanceof EventFormatError) || error.code !== 'detector/bad-gcd' || !isSentence(error.message)) {
          throw new Error(`case ${i} (seed ${SEED}) threw ${String(error)}`, { cause: error });
        }
      }
    }
  });
});

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype);
const REACHED = [
  'event',
  'event/not-readable',
  'event/bad-json',
  'event/bad-pickle',
  'event/hostile-pickle',
  'event/bad-message',
  'event/bad-frame',
  'event/bad-checksum',
  'event/bad-object',
  'event/missing-object',
  'event/bad-open-event',
];

function size(frames: readonly Frame[]): number {
  return frames.flatMap(({ objects }) => objects).reduce((sum, { blob }) => sum + blob.length, 0);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
