/** What is wrong with an event file is said in one sentence, under a code of its own, with what to do about it. */
import { deflateSync } from 'node:zlib';

import { zlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { EventFormatError } from '../../src/config/index.js';
import { encodeBase64 } from '../../src/event/base64.js';
import { type ArchiveWriter, tracked, writeArchive } from '../../src/event/icetray/archive-writer.js';
import {
  alertDocument,
  decodeEvent,
  encodeFrame,
  type Frame,
  type FrameObject,
  pickleFrame,
  writeFrame,
} from '../../src/event/index.js';
import { MAX_FILE_BYTES, MAX_MESSAGE_BYTES } from '../../src/event/limits.js';
import { readDocument, readMessage } from '../../src/event/message.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import type { Loose } from './as-reference.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const json = (value: unknown): Uint8Array => text(JSON.stringify(value));

/** The error of decoding, checked for its form. */
function refusal(bytes: Uint8Array, name = 'x.json'): EventFormatError {
  let error: unknown;
  try {
    decodeEvent(bytes, name);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(EventFormatError);
  const { message, hint } = error as EventFormatError;
  expect(message).toMatch(new RegExp(`^${name.replace('.', '\\.')}[ :].*[^.]\\.$`));
  expect(message.length).toBeLessThan(250);
  expect(message).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);
  expect(message).not.toMatch(/undefined|\[object|NaN/);
  expect(hint).not.toBe('');
  return error as EventFormatError;
}

describe('a file that is no event', () => {
  it.each<[string, Uint8Array, string, RegExp]>([
    ['is empty', new Uint8Array(0), 'event/not-readable', /is empty/],
    [
      'is text',
      text('Dear Sir or Madam,'),
      'event/not-readable',
      /is no event file: it begins with the bytes 44 65 61 72/,
    ],
    ['is a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'event/not-readable', /begins with the bytes 89 50 4e 47/],
    ['is a result of ours', Uint8Array.of(0x50, 0x4b, 3, 4), 'event/not-readable', /begins with the bytes 50 4b 03 04/],
    ['is JSON broken off', text('{"value": {"data": ['), 'event/bad-json', /is not valid JSON/],
    ['is not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d), 'event/bad-json', /is not UTF-8 text/],
    ['nests without end', text('{"a":'.repeat(5000)), 'event/bad-json', /nests more than 100/],
    ['is a list behind white space', text(' [1, 2]'), 'event/bad-message', /its outermost value is not an object/],
    ['has no value', json({ data: [] }), 'event/bad-message', /it has no member "value"/],
    ['has no data', json({ value: {} }), 'event/bad-message', /"value\.data" is neither a list nor an object/],
    ['has no frames', json({ value: { data: {} } }), 'event/bad-message', /has no list of frames/],
    ['has frames in a text', json({ value: { data: { frames: 'G' } } }), 'event/bad-message', /has no list of frames/],
    [
      'has four frames',
      json({ value: { data: [1, 2, 3, 4] } }),
      'event/bad-message',
      /has 4 frames instead of the five/,
    ],
    [
      'has numbers for frames',
      json({ value: { data: [1, 2, 3, 4, 5] } }),
      'event/bad-message',
      /frame 1 that is not a pair/,
    ],
    [
      'has pairs of numbers',
      json({ value: { data: Array(5).fill(['G', 1]) } }),
      'event/bad-message',
      /frame 1 that is not a pair of texts/,
    ],
    [
      'has frames in another order',
      json({ value: { data: Array(5).fill(['Q', '']) } }),
      'event/bad-message',
      /"Q" where G/,
    ],
    [
      'has frames that are no base64',
      json({ value: { data: Array(5).fill(['G', '=']) } }),
      'event/bad-frame',
      /base64/,
    ],
    [
      'has frames that are not compressed',
      json({ value: { data: Array(5).fill(['G', 'AAAAAAAA']) } }),
      'event/bad-frame',
      /frame G is not zlib-compressed/,
    ],
    ['is the task of one pixel', json({ pframe_pkl_b64: '' }), 'event/bad-message', /is a message about one pixel/],
    ['is a start-up file without a packet', json({ GCDQp_packet: 1 }), 'event/bad-message', /GCDQp_packet/],
    ['is a damaged pickle', Uint8Array.of(0x80, 3, 0x4b), 'event/bad-pickle', /ends too early/],
    ['is a pickled number', Uint8Array.of(0x80, 3, 0x4b, 1, 0x2e), 'event/bad-message', /is not an object/],
  ])('%s', (_, bytes, code, message) => {
    const error = refusal(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('is larger than any event', () => {
    expect(refusal(new Uint8Array(MAX_FILE_BYTES + 1)).code).toBe('event/too-large');
    const spaces = new Uint8Array(MAX_MESSAGE_BYTES + 1).fill(0x20);
    expect(refusal(spaces)).toMatchObject({ code: 'event/too-large', message: expect.stringContaining('64') });
  });

  it('has millions of values', () => {
    expect(refusal(text(`{"a":[${'1,'.repeat(8_000_001)}1]}`))).toMatchObject({
      code: 'event/bad-json',
      message: 'x.json has more values than any event.',
    });
  });

  it('is a few kilobytes that would inflate to a gigabyte', () => {
    const bomb = deflateSync(new Uint8Array(130 * 2 ** 20)).toString('base64');
    expect(refusal(json({ value: { data: Array(5).fill(['G', bomb]) } }))).toMatchObject({
      code: 'event/too-large',
      message: 'x.json: frame G inflates to more than any event holds.',
    });
  });
});

const EVENT = 'data/events/run00136662-evt000035405932-BRONZE.pkl';

needsShared('an event in which one thing is wrong', [EVENT], () => {
  let frames: readonly Frame[];
  beforeAll(() => {
    frames = readMessage(readDocument(sharedBytes(EVENT), EVENT), EVENT).frames;
  });

  const message = (changed: readonly Frame[]): Uint8Array =>
    json(alertDocument({ frames: changed, formatVersion: '2021a' }));
  /** The event with other objects in its frames; a change to null leaves the object out. */
  const withObjects = (change: (object: FrameObject) => FrameObject | null): Uint8Array =>
    message(
      frames.map((frame) => ({ ...frame, objects: frame.objects.map(change).filter((object) => object !== null) })),
    );
  const without = (...keys: string[]): Uint8Array =>
    withObjects((object) => (keys.includes(object.key) ? null : object));
  const withBlob = (key: string, blob: (old: Uint8Array) => Uint8Array): Uint8Array =>
    withObjects((object) => (object.key === key ? { ...object, blob: blob(object.blob) } : object));
  /** The event with other bytes in the pickled P frame. */
  const withFrameText = (text: string): Uint8Array => {
    const document: Loose = alertDocument({ frames, formatVersion: '2021a' });
    document.value.data.frames[4][1] = text;
    return json(document);
  };

  it('is decoded while nothing is', () => {
    expect(decodeEvent(message(frames), 'x.json').header.eventId).toBe(35405932);
  });

  it('a wrong stop letter inside', () => {
    expect(refusal(withFrameText(encodeFrame(frames[3]!, 'python3')))).toMatchObject({
      code: 'event/bad-frame',
      message: 'x.json: frame P says inside that it is "Q".',
    });
  });

  it('a checksum that does not match', () => {
    const frame = writeFrame(frames[4]!);
    frame[frame.length - 1]! ^= 1;
    expect(refusal(withFrameText(encodeBase64(zlibSync(pickleFrame(frame, 'python2')))))).toMatchObject({
      code: 'event/bad-checksum',
      message: 'x.json: frame P does not match its checksum.',
    });
  });

  it('a frame with something behind its checksum', () => {
    const frame = writeFrame(frames[4]!);
    const longer = new Uint8Array(frame.length + 3);
    longer.set(frame);
    expect(refusal(withFrameText(encodeBase64(zlibSync(pickleFrame(longer, 'python3')))))).toMatchObject({
      code: 'event/bad-frame',
      message: 'x.json: frame P has 3 bytes too many after its checksum.',
    });
  });

  it('a compressed frame broken off', () => {
    const whole = encodeFrame(frames[4]!, 'python2');
    const cut = whole.slice(0, 4 * Math.floor(whole.length / 8));
    expect(refusal(withFrameText(cut)).code).toBe('event/bad-frame');
  });

  it.each([
    ['I3EventHeader', /has no "I3EventHeader"/],
    ['SplitUncleanedInIcePulses', /has no pulses: neither "SplitUncleanedInIcePulses" nor "SplitInIcePulses"/],
    ['InIceDSTPulses', /has no pulses "InIceDSTPulses"/],
    ['I3SuperDST', /has no pulses "I3SuperDST"/],
  ])('no %s', (key, sentence) => {
    expect(refusal(without(key))).toMatchObject({
      code: 'event/missing-object',
      message: expect.stringMatching(sentence),
    });
  });

  it.each(['I3EventHeader', 'SplitUncleanedInIcePulses', 'InIceDSTPulses', 'I3SuperDST', 'CalibrationErrata'])(
    'a byte too few or too many in %s',
    (key) => {
      expect(refusal(withBlob(key, (blob) => blob.slice(0, -1)))).toMatchObject({
        code: 'event/bad-object',
        message: expect.stringMatching(new RegExp(`^x\\.json: frame [QP], object "${key}" `)),
      });
      const longer = withBlob(key, (blob) => Uint8Array.of(...blob, 0));
      expect(refusal(longer)).toMatchObject({ code: 'event/bad-object' });
    },
  );

  it('an object of another class under a key', () => {
    const header = frames[4]!.objects.find(({ key }) => key === 'I3EventHeader')!;
    expect(refusal(withBlob('SplitUncleanedInIcePulses', () => header.blob))).toMatchObject({
      code: 'event/bad-object',
      message: 'x.json: frame P, object "SplitUncleanedInIcePulses" is neither a pulse map nor a mask of one.',
    });
    expect(refusal(withBlob('I3EventHeader', () => frames[4]!.objects[1]!.blob))).toMatchObject({
      message: 'x.json: frame P, object "I3EventHeader" is of class "I3Double" instead of I3EventHeader.',
    });
  });

  it('a class of a later version', () => {
    const blob = (type: string, version: number): Uint8Array => writeArchive(tracked(type, version), (a) => a.base());
    expect(refusal(withBlob('I3EventHeader', () => blob('I3EventHeader', 9)))).toMatchObject({
      code: 'event/bad-object',
      message: expect.stringContaining('holds I3EventHeader in version 9; up to 3 is known'),
    });
  });

  it('a name that is not fit for a terminal', () => {
    const blob = writeArchive(tracked('I3RecoPulseSeriesMapMask', 2), (archive) => {
      archive.base();
      archive.text(`\x1b[2J\n${'x'.repeat(100_000)}`);
      writeBits(archive, 0);
      archive.list('vector<bitmask>', [], () => {});
    });
    expect(refusal(withBlob('SplitUncleanedInIcePulses', () => blob)).message).toMatch(/no pulses "\?\[2J\?x+\.\.\."/);
  });

  it('a mask of itself', () => {
    const blob = writeArchive(tracked('I3RecoPulseSeriesMapMask', 2), (archive) => {
      archive.base();
      archive.text('SplitUncleanedInIcePulses');
      writeBits(archive, 0);
      archive.list('vector<bitmask>', [], () => {});
    });
    expect(refusal(withBlob('SplitUncleanedInIcePulses', () => blob))).toMatchObject({
      code: 'event/bad-object',
      message: expect.stringContaining('is a mask of itself, or of too many masks'),
    });
  });

  it('a mask for another number of modules', () => {
    const blob = writeArchive(tracked('I3RecoPulseSeriesMapMask', 2), (archive) => {
      archive.base();
      archive.text('InIceDSTPulses');
      writeBits(archive, 3);
      archive.list('vector<bitmask>', [], () => {});
    });
    expect(refusal(withBlob('SplitUncleanedInIcePulses', () => blob)).message).toMatch(
      /is a mask for 24 modules of "InIceDSTPulses", which has \d+\.$/,
    );
  });

  it('an event of a year that cannot be', () => {
    const wrong = withBlob('I3EventHeader', (blob) => {
      const copy = blob.slice();
      // The first of the two times: 2022 as i32.
      const at = [...copy.keys()].find((i) => copy[i] === 0xe6 && copy[i + 1] === 0x07 && copy[i + 2] === 0)!;
      copy[at + 1] = 0xff;
      return copy;
    });
    expect(refusal(wrong)).toMatchObject({
      code: 'event/bad-object',
      message: expect.stringMatching(
        /^x\.json: object "I3EventHeader" has a start time that cannot be \(year 65510, \d+/,
      ),
    });
  });

  it('differences against two baselines', () => {
    const other = text('baseline_gcd_000000.i3');
    const wrong = withBlob('I3CalibrationDiff', (blob) => {
      const copy = blob.slice();
      const at = new TextDecoder('latin1').decode(copy).indexOf('baseline_gcd_');
      copy.set(other, at);
      return copy;
    });
    expect(refusal(wrong)).toMatchObject({
      code: 'event/bad-object',
      message: expect.stringContaining('"baseline_gcd_135417.i3" and "baseline_gcd_000000.i3"'),
    });
  });

  it('an object that only people look at: a warning, and the event is read', () => {
    const broken = withObjects((object) =>
      ['OnlineL2_SplineMPE', 'AlertShortFollowupMsg'].includes(object.key)
        ? { ...object, blob: object.blob.slice(0, -2) }
        : object,
    );
    const event = decodeEvent(broken, 'x.json');
    expect(Object.keys(event.particles)).toEqual(['OnlineL2_BestFit']);
    expect(event.warnings).toEqual([
      expect.stringMatching(/^x\.json: frame P, object "AlertShortFollowupMsg" ends too early/),
      expect.stringMatching(/^x\.json: frame P, object "OnlineL2_SplineMPE" ends too early/),
    ]);
  });
});

function writeBits(archive: ArchiveWriter, nBytes: number): void {
  archive.object({ name: 'bitmask', version: 0, isTracked: false }, () => {
    archive.u16(nBytes);
    archive.u8(0);
    archive.raw(new Uint8Array(nBytes));
  });
}
