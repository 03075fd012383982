import fc from 'fast-check';
import { decompress as fzstd } from 'fzstd';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBody } from '../../../src/broker/wire/body.js';
import { loadWire, type TaskContext, type Wire } from '../../../src/broker/wire/index.js';
import { iceTrayObject, pickleOf } from '../../../src/broker/wire/pickle-writer.js';
import { seedFrame } from '../../../src/broker/wire/seed-frame.js';
import { SeedPickles } from '../../../src/broker/wire/seed-pickles.js';
import { contentSize, loadZstd, MAX_BODY_BYTES, wasmZstd, type Zstd } from '../../../src/broker/wire/zstd.js';
import { BrokerError, MessageError } from '../../../src/config/index.js';
import { writeFrame } from '../../../src/event/index.js';
import type { RecoResult, RecoTask } from '../../../src/reco/index.js';
import { needsPython, python } from '../../support/python.js';
import { needsShared, sharedBytes, sharedJson } from '../../support/shared.js';

let wire: Wire;
let zstd: Zstd;
beforeAll(async () => {
  wire = await loadWire();
  zstd = await loadZstd();
});

const context: TaskContext = {
  scanId: '35405932-1:0-1689867940',
  recoAlgo: 'millipede_wilks',
  formatVersion: '2021a',
  event: {
    runId: 136662,
    subRunId: 0,
    eventId: 35405932,
    state: 20,
    start: { year: 2022, tenthNs: 123828921853524946n },
    end: { year: 2022, tenthNs: 123828921853719677n },
  },
};

const anyFloat = fc.double({ noDefaultInfinity: true });
const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
const pixels = fc
  .integer({ min: 0, max: 13 })
  .chain((order) => fc.tuple(fc.constant(2 ** order), fc.integer({ min: 0, max: 12 * 4 ** order - 1 })));
const seed = fc.record({ x: finite, y: finite, z: finite, timeNs: finite, energyGev: anyFloat });
const tasks: fc.Arbitrary<RecoTask> = fc
  .tuple(
    pixels,
    finite,
    finite,
    fc.array(fc.array(seed, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 7 }),
  )
  .map(([[nside, pixel], zenith, azimuth, seeds]) => ({
    nside,
    pixel,
    zenith,
    azimuth,
    variations: seeds.map((each, variation) => ({ variation, seeds: each })),
  }));
const figures = fc.record({
  llh: anyFloat,
  x: anyFloat,
  y: anyFloat,
  z: anyFloat,
  timeNs: anyFloat,
  eInGev: anyFloat,
  eTotGev: anyFloat,
  energyGev: anyFloat,
});

describe('a message of our own form', () => {
  it('brings a task over without the loss of a bit, however its numbers are', () => {
    fc.assert(
      fc.property(tasks, (task) => {
        const bodies = wire.encodeTask(task, 'json', context);
        expect(bodies).toHaveLength(1);
        const { event: _, ...rest } = context;
        expect(wire.decodeTask(bodies[0]!)).toEqual({ task, form: 'json', ...rest });
      }),
      { numRuns: 200 },
    );
  });

  it('brings outcomes back without the loss of a bit', () => {
    fc.assert(
      fc.property(pixels, fc.array(figures, { maxLength: 7 }), fc.array(fc.string()), (pixel, fits, reasons) => {
        const [nside, ring] = pixel;
        const of = { form: 'json' as const, scanId: 'a "scan"' };
        const results = fits.map((fit, variation): RecoResult => ({ nside, pixel: ring, variation, ...fit }));
        const done = { nside, pixel: ring, runtimeS: 0.1, status: 'done' as const, results };
        const failed = { nside, pixel: ring, runtimeS: 3, status: 'failed' as const, variations: [0, 6], reasons };
        for (const outcome of [done, failed]) {
          expect(wire.decodeOutcome(wire.encodeOutcome(outcome, of)[0]!)).toEqual({ outcome, ...of });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of another version is not guessed at: programs of one version belong together', () => {
    const body = packBody('{"skymap_scanner_task":{"version":2,"everything":"different"}}', zstd);
    expect(() => wire.decodeTask(body)).toThrow(expect.objectContaining({ code: 'broker/other-version' }));
  });
});

describe('a message of the form of MQClient', () => {
  it('brings tasks and outcomes over without the loss of a bit, one message a variation', () => {
    fc.assert(
      fc.property(tasks, fc.array(figures, { minLength: 7, maxLength: 7 }), (task, fits) => {
        const bodies = wire.encodeTask(task, 'mqclient', context);
        expect(bodies).toHaveLength(task.variations.length);
        for (const [i, body] of bodies.entries()) {
          const message = wire.decodeTask(body);
          expect(message).toEqual({
            task: { ...task, variations: [task.variations[i]] },
            form: 'mqclient',
            scanId: '',
            recoAlgo: 'millipede_wilks',
            formatVersion: '2021a',
          });
          const { nside, pixel, variations } = message.task;
          const results = [{ nside, pixel, variation: variations[0]!.variation, ...fits[i]! }];
          const outcome = { nside, pixel, runtimeS: 65, status: 'done' as const, results };
          const answers = wire.encodeOutcome(outcome, message);
          expect(answers.map((answer) => wire.decodeOutcome(answer))).toEqual([
            { outcome, form: 'mqclient', scanId: '' },
          ]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is written as a copy of the first with other numbers, and is what it would be if it were written anew', () => {
    const pickles = new SeedPickles(context.event!);
    fc.assert(
      fc.property(tasks, ({ nside, pixel, zenith, azimuth, variations }) => {
        for (const { variation, seeds } of variations) {
          const frame = { nside, pixel, variation, zenith, azimuth, seeds };
          const anew = iceTrayObject('icecube._icetray', 'I3Frame', writeFrame(seedFrame(frame, context.event!)));
          expect(Buffer.from(pickles.write(frame)).equals(pickleOf([anew]))).toBe(true);
        }
      }),
    );
  });

  it('tells a server of ours why a task was given up, and any server that it has no fit', () => {
    const failed = {
      nside: 8,
      pixel: 3,
      runtimeS: 2,
      status: 'failed' as const,
      variations: [4],
      reasons: ['too slow'],
    };
    const [body] = wire.encodeOutcome(failed, { form: 'mqclient', scanId: '' });
    expect(wire.decodeOutcome(body!).outcome).toEqual(failed);
  });

  needsShared('of upstream itself', ['data/reco-pixel/millipede_wilks/BRONZE/in.json'], () => {
    const text = (name: string): string => new TextDecoder().decode(sharedBytes(name));
    for (const reco of ['millipede_original', 'millipede_wilks', 'splinempe', 'splinempe_pointed']) {
      const file = (name: string): string => `data/reco-pixel/${reco}/BRONZE/${name}`;

      it(`is read: the task and the result of ${reco}`, () => {
        const decoded = sharedJson(file('pixel.decoded.json'));
        const [i3, ours] = [decoded.in.frame.objects, wire.decodeTask(packBody(text(file('in.json')), zstd))];
        const seedParticle = i3.find((object: { key: string }) => object.key === 'MillipedeSeedParticle').value;
        const value = (key: string): number => i3.find((object: { key: string }) => object.key === key).value;
        expect(ours.recoAlgo).toBe(reco);
        expect(ours.formatVersion).toBe('2021a');
        expect(ours.task).toEqual({
          nside: value('SCAN_HealpixNSide'),
          pixel: value('SCAN_HealpixPixel'),
          zenith: seedParticle.zenith,
          azimuth: seedParticle.azimuth,
          variations: [
            {
              variation: value('SCAN_PositionVariationIndex'),
              seeds: [
                {
                  x: seedParticle.position[0],
                  y: seedParticle.position[1],
                  z: seedParticle.position[2],
                  timeNs: seedParticle.time,
                  energyGev: Number.NaN,
                },
              ],
            },
          ],
        });

        const { outcome } = wire.decodeOutcome(packBody(text(file('out.json')), zstd));
        const out = decoded.out;
        const orNaN = (number: unknown): number => (typeof number === 'number' ? number : Number.NaN);
        expect(outcome).toEqual({
          nside: out.nside,
          pixel: out.pixel_id,
          runtimeS: out.runtime,
          status: 'done',
          results: [
            {
              nside: out.nside,
              pixel: out.pixel_id,
              variation: out.posvar_id,
              llh: out.llh,
              x: out.position[0],
              y: out.position[1],
              z: out.position[2],
              timeNs: out.time,
              eInGev: orNaN(out.reco_losses_inside),
              eTotGev: orNaN(out.reco_losses_total),
              energyGev: orNaN(out.energy),
            },
          ],
        });
      });

      it(`is written: the result of ${reco} byte for byte, the task up to the number of its particle`, () => {
        const given = JSON.parse(text(file('out.json')));
        const { outcome } = wire.decodeOutcome(packBody(JSON.stringify(given), zstd));
        const [body] = wire.encodeOutcome(outcome, { form: 'mqclient', scanId: '' });
        expect(JSON.parse(new TextDecoder().decode(zstd.decompress(body!)))).toEqual({ headers: {}, data: given });

        const task = JSON.parse(text(file('in.json')));
        const message = wire.decodeTask(packBody(JSON.stringify(task), zstd));
        const [written] = wire.encodeTask(message.task, 'mqclient', { ...context, recoAlgo: reco });
        const pickles = [task, JSON.parse(new TextDecoder().decode(zstd.decompress(written!))).data].map((data) =>
          Buffer.from(data.pframe_pkl_b64, 'base64'),
        );
        expect(pickles[1]!.length).toBe(pickles[0]!.length);
        const differing = [...pickles[0]!.keys()].filter((i) => pickles[0]![i] !== pickles[1]![i]);
        // minor and major id (4 + 8 bytes in one place), and the frame's checksum before the last five instructions
        const checksumAt = pickles[0]!.length - 5 - 4;
        const ids = differing.filter((i) => i < checksumAt);
        expect(ids.length).toBeGreaterThan(0);
        expect(ids.at(-1)! - ids[0]!).toBeLessThan(12);
        expect(differing.filter((i) => i >= checksumAt + 4)).toEqual([]);
      });
    }
  });
});

describe('a body', () => {
  it('carries its content size, which readers in Python need', () => {
    const [body] = wire.encodeTask(task(), 'json', context);
    expect(contentSize(body!)).toBe(zstd.decompress(body!).length);
  });

  it('is the same to either compressor', async () => {
    const wasm = await wasmZstd();
    const text = new TextEncoder().encode('{"headers":{},"data":{}}'.padEnd(3000));
    expect(wasm.decompress(zstd.compress(text))).toEqual(zstd.decompress(wasm.compress(text)));
  });

  it.each([20, 255, 256, 257, 1000, 1400, 1401, 70_000])('of %i bytes is a frame to another decoder', (length) => {
    const bytes = new TextEncoder().encode('{"headers":{},"data":{}}'.padEnd(length).slice(0, length));
    const frame = zstd.compress(bytes);
    expect(fzstd(frame)).toEqual(bytes);
    expect(zstd.decompress(frame)).toEqual(bytes);
    expect(contentSize(frame)).toBe(length);
  });

  it('that is not as long as it says is damaged, stored or compressed', () => {
    for (const length of [400, 4000]) {
      const frame = zstd.compress(new Uint8Array(length));
      expect(() => zstd.decompress(frame.slice(0, -1))).toThrow('damaged inside its Zstandard compression');
      const longer = new Uint8Array(frame.length + 1);
      longer.set(frame);
      expect(() => zstd.decompress(longer)).toThrow('damaged inside its Zstandard compression');
    }
  });

  needsPython('is readable by Python', ['zstandard', 'json', 'pickle', 'base64'], () => {
    it('as MQClient reads it, one-shot, with the pickles inside', () => {
      const bodies = [...wire.encodeTask(task(), 'mqclient', context), ...wire.encodeTask(task(), 'json', context)];
      const result = { nside: 8192, pixel: 805306367, variation: 6, llh: 1.5, x: 1, y: 2, z: 3, timeNs: 4 };
      const fit = { ...result, eInGev: Number.NaN, eTotGev: 7, energyGev: 8 };
      const outcome = { nside: 8192, pixel: 805306367, runtimeS: 2, status: 'done' as const, results: [fit] };
      bodies.push(...wire.encodeOutcome(outcome, { form: 'mqclient', scanId: '' }));
      const answer = python(READ_BODIES, JSON.stringify(bodies.map((body) => Buffer.from(body).toString('base64'))));
      expect(JSON.parse(answer)).toEqual([
        ['I3Frame', 'millipede_wilks', '[i3]'],
        ['I3Frame', 'millipede_wilks', '[i3]'],
        ['skymap_scanner_task', 8, 5],
        ['RecoPixelVariation', 1.5, 8192, 805306367, [8192, 805306367, 6], [1, 2, 3], 2],
      ]);
    });

    it('and Python writes what we read', () => {
      const body = python(WRITE_BODY);
      const { outcome } = wire.decodeOutcome(Buffer.from(body.trim(), 'base64'));
      expect(outcome).toEqual({
        nside: 16384,
        pixel: 3221225471,
        runtimeS: 1.25,
        status: 'done',
        results: [
          {
            nside: 16384,
            pixel: 3221225471,
            variation: 2,
            llh: 1e-300,
            x: 1.5,
            y: -2.5,
            z: 0.25,
            timeNs: 9876.5,
            eInGev: Number.NaN,
            eTotGev: 12,
            energyGev: Number.NaN,
          },
        ],
      });
    });
  });
});

describe('a foreign or hostile message', () => {
  const refused = (body: Uint8Array): string => {
    for (const decode of [wire.decodeTask, wire.decodeOutcome]) {
      try {
        decode(body);
      } catch (error) {
        expect(error).toBeInstanceOf(MessageError);
        expect((error as BrokerError).remedy).toBe('drop');
        continue;
      }
      return 'accepted';
    }
    return 'refused';
  };
  const data = (value: unknown): Uint8Array => packBody(JSON.stringify(value), zstd);

  it('is one error that says to drop it, whatever it is', () => {
    const bodies = [
      new Uint8Array(0),
      new TextEncoder().encode('hello, world: this is not compressed at all'),
      zstd.compress(new TextEncoder().encode('not json')),
      zstd.compress(new TextEncoder().encode('[]')),
      zstd.compress(new TextEncoder().encode('null')),
      zstd.compress(new TextEncoder().encode(`{"headers":{},"data":${'['.repeat(1e6)}`)),
      zstd.compress(Uint8Array.of(0xff, 0xfe, 0xfd)),
      data({}),
      data({ skymap_scanner_task: null, skymap_scanner_outcome: 7 }),
      data({ pframe_pkl_b64: 'no base64!', reco_algo: 'dummy', realtime_format_version: '' }),
      data({ reco_pixel_variation_pkl_b64: 5, runtime: 1 }),
      new Uint8Array(MAX_BODY_BYTES + 1),
    ];
    for (const body of bodies) expect(refused(body)).toBe('refused');
  });

  it('that would inflate beyond all measure is refused before memory is taken', () => {
    const bomb = zstd.compress(new Uint8Array(200e6));
    expect(bomb.length).toBeLessThan(MAX_BODY_BYTES);
    const before = process.memoryUsage().rss;
    expect(refused(bomb)).toBe('refused');
    // The same without an honest size: it says 100 bytes.
    const liar = Uint8Array.from(zstd.compress(new Uint8Array(100_000)));
    const view = new DataView(liar.buffer);
    expect(liar[4]! >> 6).toBe(2);
    view.setUint32(5, 100, true);
    expect(refused(liar)).toBe('refused');
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it('whose pickle reaches for a function is refused, and nothing is executed', () => {
    const evil = Buffer.from('\x80\x04cos\nsystem\nX\x10\x00\x00\x00touch /tmp/hacked\x85R.', 'latin1').toString(
      'base64',
    );
    expect(refused(data({ reco_pixel_variation_pkl_b64: evil, runtime: 1 }))).toBe('refused');
    expect(refused(data({ pframe_pkl_b64: evil, reco_algo: 'x', realtime_format_version: '' }))).toBe('refused');
  });

  it('made of ours with some bytes changed is refused or still a sound message', () => {
    const outcome = {
      nside: 8,
      pixel: 3,
      runtimeS: 2,
      status: 'done' as const,
      results: [
        { nside: 8, pixel: 3, variation: 0, llh: 1, x: 1, y: 1, z: 1, timeNs: 1, eInGev: 1, eTotGev: 1, energyGev: 1 },
      ],
    };
    const texts = [
      ...wire.encodeTask(task(), 'json', context),
      ...wire.encodeTask(task(), 'mqclient', context),
      ...wire.encodeOutcome(outcome, { form: 'json', scanId: 's' }),
      ...wire.encodeOutcome(outcome, { form: 'mqclient', scanId: '' }),
    ].map((body) => zstd.decompress(body));
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...texts), edits, fc.boolean(), (text, changes, inside) => {
        const changed = inside ? text.slice() : Uint8Array.from(zstd.compress(text));
        for (const [at, value] of changes) changed[at % changed.length] = value;
        const body = inside ? zstd.compress(changed) : changed;
        for (const decode of [wire.decodeTask, wire.decodeOutcome]) {
          try {
            const message = decode(body);
            const place = 'task' in message ? message.task : message.outcome;
            expect(place.pixel).toBeLessThan(12 * place.nside ** 2);
          } catch (error) {
            expect(error).toBeInstanceOf(BrokerError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function task(): RecoTask {
  const start = { x: -122.8, y: 1e-300, z: -0, timeNs: 1 / 3, energyGev: Number.NaN };
  return {
    nside: 8,
    pixel: 5,
    zenith: 1.25,
    azimuth: 0.1 + 0.2,
    variations: [
      { variation: 0, seeds: [start] },
      { variation: 3, seeds: [start, { ...start, energyGev: 1e5 }] },
    ],
  };
}

/** Stand-ins for IceTray's classes that only keep what a pickle hands them. */
const CLASSES = `
import base64, json, pickle, struct, sys, types, zstandard
def module(name, cls):
    m = sys.modules.setdefault(name, types.ModuleType(name)); cls.__module__ = name; setattr(m, cls.__name__, cls)
class I3Frame:
    def __setstate__(self, state): self.attributes, self.content = state
class I3Position:
    def __setstate__(self, state): self.attributes, self.content = state
    def __reduce__(self): return (I3Position, (), ({}, self.content))
class RecoPixelVariation: pass
for n in ('icecube', 'skymap_scanner', 'skymap_scanner.utils'): sys.modules.setdefault(n, types.ModuleType(n))
module('icecube._icetray', I3Frame); module('icecube._dataclasses', I3Position)
module('skymap_scanner.utils.pixel_classes', RecoPixelVariation)
`;
const READ_BODIES = `${CLASSES}
out = []
for text in json.load(sys.stdin):
    message = json.loads(zstandard.ZstdDecompressor().decompress(base64.b64decode(text)))
    assert message['headers'] == {}
    data = message['data']
    if 'pframe_pkl_b64' in data:
        frame = pickle.loads(base64.b64decode(data['pframe_pkl_b64']))
        out.append([type(frame).__name__, data['reco_algo'], frame.content[:4].decode()])
    elif 'reco_pixel_variation_pkl_b64' in data:
        r = pickle.loads(base64.b64decode(data['reco_pixel_variation_pkl_b64']))
        xyz = struct.unpack('<3d', r.position.content[-24:])
        out.append([type(r).__name__, r.llh, r.nside, r.pixel_id, r.id_tuple, xyz, data['runtime']])
    else:
        (key, task), = data.items()
        out.append([key, task['nside'], task['pixel']])
print(json.dumps(out))
`;
const WRITE_BODY = `${CLASSES}
r = RecoPixelVariation()
p = I3Position()
p.content = bytes([1,0,0,0,0,0,1,0,1,0,0,0]) + struct.pack('<3d', 1.5, -2.5, 0.25)
r.llh, r.reco_losses_inside, r.reco_losses_total, r.position, r.time, r.energy = 1e-300, float('nan'), 12, p, 9876.5, float('nan')
r.nside, r.pixel_id, r.posvar_id, r.id_tuple = 16384, 3221225471, 2, (16384, 3221225471, 2)
data = {'reco_pixel_variation_pkl_b64': base64.b64encode(pickle.dumps(r, protocol=4)).decode(), 'runtime': 1.25}
body = json.dumps({'headers': {'trace': 'x'}, 'data': data}).encode()
print(base64.b64encode(zstandard.ZstdCompressor(level=3).compress(body)).decode())
`;
