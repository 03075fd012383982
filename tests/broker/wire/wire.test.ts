import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBody } from '../../../src/broker/wire/body.js';
import { loadWire, type Wire } from '../../../src/broker/wire/index.js';
import { iceTrayObject, pickleOf } from '../../../src/broker/wire/pickle-writer.js';
import { seedFrame } from '../../../src/broker/wire/seed-frame.js';
import { SeedPickles } from '../../../src/broker/wire/seed-pickles.js';
import { loadZstd, type Zstd } from '../../../src/broker/wire/zstd.js';
import { writeFrame } from '../../../src/event/index.js';
import type { RecoResult, RecoTask } from '../../../src/reco/index.js';
import { needsShared, sharedBytes, sharedJson } from '../../support/shared.js';
import { context } from './samples.js';

let wire: Wire;
let zstd: Zstd;
beforeAll(async () => {
  wire = await loadWire();
  zstd = await loadZstd();
});

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
