/** .i3 files: frame streams, plain and compressed, whole and damaged. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../src/event/base64.js';
import { concatBytes } from '../../src/event/bytes.js';
import { crc16Ccitt, crc32cWithoutInversion } from '../../src/event/icetray/checksum.js';
import {
  decodeEvent,
  decodeObject,
  type Frame,
  type FullGcd,
  i3Frames,
  i3Packets,
  readFrame,
  readFullGcd,
  summarizePulses,
  writeFrame,
} from '../../src/event/index.js';
import { inflateBzip2, inflateGzip, inflateZlib, inflateZstd } from '../../src/event/inflate.js';
import { needsShared, sharedBytes, sharedJson } from '../support/shared.js';
import { AS_REFERENCE, type Loose } from './as-reference.js';

const FILE = 'data/i3/oscNext_genie_level3_v02_first_5_frames.i3.gz';
const SUMMARY = FILE.replace('.i3.gz', '.summary.json');

needsShared('a public .i3.gz file of simulation', [FILE, SUMMARY], () => {
  const summary = sharedJson(SUMMARY);
  const bytes = new Uint8Array(gunzipSync(sharedBytes(FILE)));
  const reads = [...i3Frames(bytes, FILE)];

  it('has the frames of the summary: stop letters, checksums, keys, types and sizes', () => {
    expect(
      reads.map(({ frame, checksum }) => ({
        stop: frame.stop,
        crc: checksum,
        objects: frame.objects.map(({ key, type, blob }) => [key, type, blob.length]),
      })),
    ).toEqual(summary.frames.map(({ stop, crc, objects }: Loose) => ({ stop, crc, objects })));
  });

  it('is written again byte for byte, whatever objects it holds', () => {
    const written = concatBytes(reads.map(({ frame }) => writeFrame(frame)));
    expect(Buffer.compare(written, bytes)).toBe(0);
  });

  it('has the pulse maps of the summary, IceTop maps and masks on masks included', () => {
    const expected = summary.frames.filter((frame: Loose) => frame.pulses !== undefined);
    const packets = [...i3Packets(bytes, FILE)];
    expect(packets.length).toBe(expected.length);
    packets.forEach((packet, i) => {
      for (const [name, figures] of Object.entries<Loose>(expected[i].pulses)) {
        const { n_dom, n_pulse, charge_pe, n_hlc, t_min_ns, t_max_ns } = summarizePulses(packet.pulses(name));
        const ours = { n_dom, n_pulse, charge: charge_pe, n_hlc, t_min: t_min_ns, t_max: t_max_ns };
        expect(ours, name).toEqual(figures);
      }
    });
  });

  it('has the event headers of the summary', () => {
    const expected = summary.frames.filter((frame: Loose) => frame.event_header !== undefined);
    [...i3Packets(bytes, FILE)].forEach((packet, i) => {
      const { object } = packet.find('I3EventHeader')!;
      expect(AS_REFERENCE.I3EventHeader!(decodeObject(object, FILE)!.value).value).toEqual(expected[i].event_header);
    });
  });

  it('decodes every object of a known class to its last byte and leaves the others as bytes', () => {
    const known = new Set<string>();
    let unknown = 0;
    for (const { frame } of reads) {
      for (const object of frame.objects) {
        const decoded = decodeObject(object, FILE);
        if (decoded === null) unknown++;
        else known.add(decoded.className);
      }
    }
    expect(unknown).toBeGreaterThan(100);
    expect([...known].sort()).toEqual([
      'I3Bool',
      'I3Double',
      'I3EventHeader',
      'I3Int',
      'I3LineFitParams',
      'I3LogLikelihoodFitParams',
      'I3MCTree',
      'I3MMCTrackList',
      'I3Particle',
      'I3PortiaEvent',
      'I3RecoPulseSeriesMap',
      'I3RecoPulseSeriesMapMask',
      'I3SuperDST',
      'I3SuperDSTTriggerSeries',
      'I3TimeWindow',
      'I3TrackCharacteristicsValues',
    ]);
  });

  it('gives its first event, and says that there are more; it is one of simulation', () => {
    const event = decodeEvent(sharedBytes(FILE), FILE);
    expect(event.pulsesName).toBe('SplitInIcePulses');
    expect(event.header).toMatchObject({ runId: 140000, eventId: 2, isReal: false, eventType: null });
    expect(summarizePulses(event.pulses)).toMatchObject({ n_dom: 23, n_pulse: 29, n_hlc: 6 });
    expect(event.warnings).toEqual([
      'The file holds 5 events; the first one was taken, 2 of run 140000. i3-to-json makes a file of each.',
    ]);
  });
});

/** A small detector description, and the same as compressed by gzip 1.12, bzip2 1.0.8 and zstd 1.5. */
const DOM = { pmt: 0, x: -256.14, y: -521.08, omType: 20 };
const SMALL: FullGcd = {
  geometry: [
    { ...DOM, string: 1, om: 1, z: 496.03 },
    { ...DOM, string: 1, om: 2, z: 479.01 },
  ],
  calibration: null,
  status: [
    { string: 1, om: 1, pmt: 0, pmtVoltageV: 1250, lcMode: 2 },
    { string: 1, om: 2, pmt: 0, pmtVoltageV: 0, lcMode: 5 },
  ],
};
const COMPRESSED = {
  gz: 'H4sIAAAAAAACA4vONI5lYwABd0YgwQXEnsbuqfm5qSVFlag8P5ACRiY0NYwgUQZGBrAkAxOQZAYbxwQmGZlYwOIQzMDIyApmgmxkB1l3fXGBLVPBgUJbIMuj4YDIOveHVQz1DowMHEBZTrBakHXcDDDwwZ4BBxABYsemR8dn7F5mzwO1EOwIXiDmA2J+LBbG9B/6qvGh1kEAKCcIxEJALEyiZYxgnihcjpFBDEiKo+mQAGJJkCvUEWJnbq56Gw2PAGcQEXUrqR4h5ALyhAA4vF1SS1KTS/KLgksSS0qLsYkdgMYPNjlGFkQsIeKGCSVu2JihUkww9zn0O8BoFKVA8DHjccfWH1vsILwf9cTRqOA/DoCshhHZABbkaGWFMliJcC0qoJNrYUKwxI4MYMkbOTWAgJf93dsAWEIztJMDAAA=',
  bz2: 'QlpoOTFBWSZTWRwWOLoAARZ//////+AAwAgD7PEIHjpi/jLQQIBACREGCFCEALo4AmJAsAE4BDVIAMgAaaAAA0ZAAAAAAZG1PUONDQNGmRpo0yAxMEAANAaA0yAwJkCRJE00Emyj0bUnqekZB6mjQyGIYQHqPU/SQA0Y1JoXJMbM5A5rEbBSpu1ZFDHPRairDeox6w9PFZnLewSgL91PUmJtLBJEhiZY6s8yRJg2K+MwFiLtWrJYate7ZnOu8XYg1cevBYVxTiAVlibATYkMYNg70Am0oabSOOIV4aW1ngyZIWo9l4quSSVs4nADHpUEKQd8gFS5TwEMN1NQw7bSpdA0W2illpi0DwDNNql4zp8YvSuI4zP0FZvZjbZl8RhOoM3k2uXOTC7mLKpdFzmqtLMub4qFkWRZl0/BVqhUK+bRcJ1Ms6yqhVpr5qdYFz9nQCw8tZWaNwPp/TnB8BLRyiovKCyK5RkRA/Kly1FgsTWCeiojsuMALuBnQfxdyRThQkBwWOLo',
  zst: 'KLUv/WSTAo0JAEYYOjAwdaE1oKTv4QxQhylt2Qq+CLSriJhqRyZJw/Kn5ubG5fcFAxMFeGpZRMTRFEXYliknADYALwAHPPWOuvv7/dTutw/w9n7v77b7cbisxGAnKLAXS+Oq3+unQlgmHwFPcMEkTSz10IAg/OAG334vaN3w1PgYyVh8tZX0n+Cq94ELPJfsS9ErZzWLyaBQmaU0ihQbINX3m7G0xERiHSsoMRJYDIbB0njCD0M2IuTxF0g4QT//SyA84hAf7vD+N3z1GL5whUNErY3///+j3o463U0ypr9Ch2ln5qhE6S4a1397O0Cq3fvTbQEaABHEAeIE4eGJYyhIT8yc017uEoEj2BioBZeA7hhOHXuFYDju5zrOT5p3kw4bKCGkMObJODBGVzROCHC1PlqAmFPmhTydKrmiBQ==',
} as const;
const INFLATE = { gz: inflateGzip, bz2: inflateBzip2, zst: inflateZstd } as const;
const KINDS = ['gz', 'bz2', 'zst'] as const;
const bytesOf = (kind: (typeof KINDS)[number]): Uint8Array => decodeBase64(COMPRESSED[kind])!;
const CONTEXT = { code: 'event/not-readable', where: 'x.i3' } as const;

describe.each(KINDS)('an .i3 file compressed as .%s', (kind) => {
  const bytes = bytesOf(kind);
  const plain = new Uint8Array(gunzipSync(bytesOf('gz')));
  const inflate = (input: Uint8Array, max = 1e6): Uint8Array => INFLATE[kind](input, max, CONTEXT);

  it('is read whatever its name', () => {
    expect(readFullGcd(bytes, 'description')).toEqual(SMALL);
    expect(inflate(bytes)).toEqual(plain);
  });

  it('may consist of several streams in a row', () => {
    expect(inflate(concatBytes([bytes, bytes, bytes]))).toEqual(concatBytes([plain, plain, plain]));
  });

  it('is refused wherever it is cut off', () => {
    for (let length = 4; length < bytes.length; length++) {
      expect(() => inflate(bytes.slice(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ code: 'event/not-readable', message: expect.stringMatching(/^x\.i3 [^.]+\.$/) }),
      );
    }
  });

  it('is refused or read right with any one bit wrong, and never anything else', () => {
    for (let at = 0; at < bytes.length; at++) {
      const wrong = bytes.slice();
      wrong[at]! ^= 1 << (at & 7);
      try {
        readFullGcd(wrong, 'x.i3');
      } catch (error) {
        expect(error).toMatchObject({ code: 'detector/bad-gcd', name: 'EventFormatError' });
      }
    }
  });

  it('may not inflate to more than allowed', () => {
    expect(() => inflate(bytes, 900)).toThrow(
      expect.objectContaining({ code: 'event/too-large', message: 'x.i3 inflates to more than any event holds.' }),
    );
    expect(inflate(bytes, 915).length).toBe(915);
  });

  it('is refused with something else behind it', () => {
    expect(() => inflate(concatBytes([bytes, new TextEncoder().encode('something else altogether')]))).toThrow(
      expect.objectContaining({ code: 'event/not-readable' }),
    );
  });
});

it('a .gz file with a wrong checksum or length is refused, as is any but the last of its members', () => {
  const bytes = bytesOf('gz');
  for (const fromEnd of [1, 5, 8]) {
    const wrong = bytes.slice();
    wrong[wrong.length - fromEnd]! ^= 1;
    for (const file of [wrong, concatBytes([wrong, bytes]), concatBytes([bytes, wrong])]) {
      expect(() => inflateGzip(file, 1e6, CONTEXT)).toThrow(/^x\.i3 does not match its gzip checksum\.$/);
    }
  }
});

it('a .zst file that asks for gigabytes is refused before they are given', () => {
  const header = [0x28, 0xb5, 0x2f, 0xfd];
  const wide = Uint8Array.from([...header, 0x00, 20 << 3, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const long = Uint8Array.from([...header, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 0x03, 0, 0, 0]);
  for (const bytes of [wide, long]) {
    expect(() => inflateZstd(bytes, 1e9, CONTEXT)).toThrow(/^x\.i3 asks for more memory than any event needs\.$/);
  }
});

it('a zlib stream is checked by its Adler-32 and its header', () => {
  const bytes = decodeBase64('eJxLTErGAgFNAAzwAlg=');
  expect(bytes).not.toBeNull();
  const wrong = bytes!.slice();
  wrong[wrong.length - 1]! ^= 1;
  expect(() => inflateZlib(wrong, 100, CONTEXT)).toThrow(expect.objectContaining({ code: 'event/not-readable' }));
  expect(() => inflateZlib(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), 100, CONTEXT)).toThrow(
    /^x\.i3 is not zlib-compressed\.$/,
  );
});

describe('a frame', () => {
  const frame: Frame = {
    stop: 'P',
    version: 6,
    objects: [
      { key: 'A', type: 'Something<unknown, of::course>', blob: Uint8Array.of(1, 2, 3) },
      { key: 'B', type: 'I3Ü', blob: Uint8Array.of(0) },
    ],
  };
  const bytes = writeFrame(frame);
  const read = (input: Uint8Array): Frame => readFrame(input, 'x.i3: frame P').frame;

  it('keeps objects of unknown classes as bytes', () => {
    expect(read(bytes)).toEqual(frame);
    expect(read(writeFrame({ ...frame, version: 5 }))).toEqual({ ...frame, version: 5 });
  });

  it('is refused with any one bit of its content wrong', () => {
    for (let at = 10; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const wrong = bytes.slice();
        wrong[at]! ^= 1 << bit;
        expect(() => read(wrong)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^event\/bad-(checksum|frame)$/) }),
        );
      }
    }
  });

  it('is refused wherever it is cut off', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => read(bytes.slice(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ code: 'event/bad-frame' }),
      );
    }
  });

  it('may not promise objects, names or blobs that are not there', () => {
    const many = bytes.slice();
    new DataView(many.buffer).setUint32(11, 0xffffffff, true);
    expect(() => read(many)).toThrow('x.i3: frame P promises 4294967295 objects that are not there.');
    const long = bytes.slice();
    new DataView(long.buffer).setUint32(15, 0x7fffffff, true);
    expect(() => read(long)).toThrow(/^x\.i3: frame P ends too early/);
  });

  it('may not hold an object without a byte', () => {
    expect(() => read(writeFrame({ ...frame, objects: [{ key: 'A', type: 'B', blob: new Uint8Array(0) }] }))).toThrow(
      /empty object "A"/,
    );
  });

  it('of another version is refused with the versions that are known', () => {
    const old = bytes.slice();
    old[4] = 4;
    expect(() => read(old)).toThrow('x.i3: frame P has frame version 4; 5 and 6 are known.');
  });

  it('has checksums without the usual inversions', () => {
    const digits = new TextEncoder().encode('123456789');
    // CRC-16/CCITT-FALSE check value; CRC-32C with start 0 and no inversion.
    expect(crc16Ccitt(digits)).toBe(0x29b1);
    expect(crc32cWithoutInversion(Uint8Array.of(0x80))).toBe(0x82f63b78);
    expect(crc32cWithoutInversion(new Uint8Array(4))).toBe(0);
  });
});

describe('a stream of frames', () => {
  const frame = (stop: string, ...keys: string[]): Frame => ({
    stop,
    version: 6,
    objects: keys.map((key) => ({ key, type: 'X', blob: Uint8Array.of(stop.charCodeAt(0)) })),
  });

  it('gives each physics frame the latest frame of each other kind before it', () => {
    const stream = [
      frame('I', 'tray'),
      frame('G', 'g'),
      frame('C', 'c'),
      frame('Q', 'q', 'both'),
      frame('P', 'first'),
      frame('Q', 'second q'),
      frame('D', 'd'),
      frame('P', 'both'),
    ];
    const packets = [...i3Packets(concatBytes(stream.map(writeFrame)), 'x.i3')];
    const seen = packets.map((packet) => [...packet.objects()].map(([key, { where }]) => `${key}@${where.slice(-1)}`));
    expect(seen).toEqual([
      ['g@G', 'c@C', 'q@Q', 'both@Q', 'first@P'],
      ['g@G', 'c@C', 'd@D', 'second q@Q', 'both@P'],
    ]);
  });

  it('without a physics frame is no event', () => {
    const bytes = concatBytes([frame('G'), frame('C'), frame('D')].map(writeFrame));
    expect(() => decodeEvent(bytes, 'gcd.i3')).toThrow(
      expect.objectContaining({
        code: 'event/missing-object',
        message: 'gcd.i3 has no physics frame: it is no event file.',
      }),
    );
  });

  it('that breaks off names the frame', () => {
    const bytes = concatBytes([writeFrame(frame('G', 'g')), writeFrame(frame('P', 'p')).slice(0, -2)]);
    expect(() => decodeEvent(bytes, 'x.i3')).toThrow(/^x\.i3: frame 2 ends too early/);
  });
});
