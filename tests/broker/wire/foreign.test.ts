/** Messages that are not ours, or no longer. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBody } from '../../../src/broker/wire/body.js';
import { loadWire, type Wire } from '../../../src/broker/wire/index.js';
import { loadZstd, MAX_BODY_BYTES, type Zstd } from '../../../src/broker/wire/zstd.js';
import { BrokerError, MessageError } from '../../../src/config/index.js';
import { context, task } from './samples.js';

let wire: Wire;
let zstd: Zstd;
beforeAll(async () => {
  wire = await loadWire();
  zstd = await loadZstd();
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
