/** Bodies of messages: their compression, and that Python reads and writes them. */
import { decompress as fzstd } from 'fzstd';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWire, type Wire } from '../../../src/broker/wire/index.js';
import { contentSize, loadZstd, wasmZstd, type Zstd } from '../../../src/broker/wire/zstd.js';
import { needsPython, python } from '../../support/python.js';
import { context, task } from './samples.js';

let wire: Wire;
let zstd: Zstd;
beforeAll(async () => {
  wire = await loadWire();
  zstd = await loadZstd();
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
