/** Peers that speak MQClient's form through pika and zstandard, as upstream's servers and clients do. */
import { expect, it } from 'vitest';
import { loadWire } from '../../../src/broker/wire/index.js';
import { loadZstd } from '../../../src/broker/wire/zstd.js';
import type { Rabbitmq } from '../../support/rabbitmq.js';
import { event } from '../wire/samples.js';
import { answer, collect, pythonBeside, smallScan, tasks } from './scans.js';

/** The data of a task as upstream's server sends it. */
async function taskData(): Promise<string> {
  const seed = { x: 1, y: 2, z: 3, timeNs: 4, energyGev: Number.NaN };
  const task = { nside: 1, pixel: 9, zenith: 1, azimuth: 2, variations: [{ variation: 3, seeds: [seed] }] };
  const context = { scanId: '', recoAlgo: 'splinempe', formatVersion: '2021a', event };
  const [body] = (await loadWire()).encodeTask(task, 'mqclient', context);
  return JSON.stringify(JSON.parse(new TextDecoder().decode((await loadZstd()).decompress(body!))).data);
}

export function peers(broker: () => Rabbitmq): void {
  it('a client in Python takes our server\u2019s tasks and gives outcomes', async () => {
    const scan = smallScan(broker().address);
    const server = await scan.server({ form: 'mqclient' });
    const sent = tasks(20);
    await server.send(sent);
    const { toClients, fromClients } = scan.queues;
    const working = pythonBeside(CLIENT, [String(broker().port), toClients.queue, fromClients.queue, '40']);
    const found = await collect(server, 40);
    expect(await working).toBe('40\n');
    for (const { pixel, zenith, azimuth, variations } of sent) {
      for (const { variation, seeds } of variations) {
        const outcome = found.get(`${pixel}:${variation}`)![0]!;
        const [{ x, y, z, timeNs }] = seeds as [(typeof seeds)[0]];
        expect(outcome).toMatchObject({ status: 'done', runtimeS: 0.5 });
        // The Python client answers with the seed, and with the direction as llh.
        if (outcome.status === 'done') {
          expect(outcome.results[0]).toMatchObject({ x, y, z, timeNs, llh: zenith + azimuth });
        }
      }
    }
  });

  it('a server in Python gets outcomes from our client', async () => {
    const scan = smallScan(broker().address);
    const { toClients, fromClients } = scan.queues;
    const serving = pythonBeside(SERVER, [String(broker().port), toClients.queue, fromClients.queue, await taskData()]);
    const client = await scan.client();
    let seen = 0;
    for await (const delivery of client.deliveries(2)) {
      expect(delivery.message).toEqual({ form: 'mqclient', scanId: '', recoAlgo: 'splinempe', formatVersion: '2021a' });
      const { nside, pixel, variations } = delivery.task;
      expect({ nside, pixel, variation: variations[0]!.variation }).toEqual({ nside: 1, pixel: 9, variation: 3 });
      await delivery.finish(
        seen === 0
          ? answer(delivery.task)
          : { nside, pixel, runtimeS: 1, status: 'failed', variations: [3], reasons: ['too slow'] },
      );
      if (++seen === 2) break;
    }
    expect(JSON.parse(await serving)).toEqual([
      [1, 9, 3, 6, 0.125, []],
      [1, 9, 3, null, 1, ['too slow']],
    ]);
  });
}

/** Stand-ins for IceTray's classes, and MQClient's way of talking to RabbitMQ. */
const COMMON = `
import base64, json, pickle, struct, sys, types, pika, zstandard
def module(name, cls):
    m = sys.modules.setdefault(name, types.ModuleType(name)); cls.__module__ = name; setattr(m, cls.__name__, cls)
class I3Frame:
    def __setstate__(self, state): self.content = state[1]
class I3Position:
    def __setstate__(self, state): self.content = state[1]
    def __reduce__(self): return (I3Position, (), ({}, self.content))
class RecoPixelVariation: pass
for n in ('icecube', 'skymap_scanner', 'skymap_scanner.utils'): sys.modules.setdefault(n, types.ModuleType(n))
module('icecube._icetray', I3Frame); module('icecube._dataclasses', I3Position)
module('skymap_scanner.utils.pixel_classes', RecoPixelVariation)
def pack(data): return zstandard.ZstdCompressor(level=3).compress(json.dumps({'headers': {}, 'data': data}).encode())
def unpack(body): return json.loads(zstandard.ZstdDecompressor().decompress(body))['data']
port, to_clients, from_clients = int(sys.argv[1]), sys.argv[2], sys.argv[3]
connection = pika.BlockingConnection(pika.ConnectionParameters('127.0.0.1', port, '/', pika.PlainCredentials('guest', 'guest')))
channel = connection.channel()
channel.confirm_delivery()
channel.basic_qos(prefetch_count=10)
for q in (to_clients, from_clients): channel.queue_declare(q, durable=True, arguments={'x-queue-type': 'quorum'})
`;

/** Answers each task with its own seed. */
const CLIENT = `${COMMON}
n = int(sys.argv[4])
for i, (method, properties, body) in enumerate(channel.consume(to_clients), 1):
    data = unpack(body)
    assert data['reco_algo'] == 'dummy' and data['realtime_format_version'] == '2021a'
    frame = pickle.loads(base64.b64decode(data['pframe_pkl_b64'])).content
    def number(key): return struct.unpack('<i', frame.split(key, 1)[1][16 + 8 + 4 + 21:][:4])[0]
    nside, pixel, variation = number(b'SCAN_HealpixNSide'), number(b'SCAN_HealpixPixel'), number(b'SCAN_PositionVariationIndex')
    blob = frame.split(b'MillipedeSeedParticle', 1)[1][4 + 10 + 4:]
    x, y, z = struct.unpack('<3d', blob[64:88]); zenith, azimuth, time = struct.unpack('<3d', blob[98:122])
    r, p = RecoPixelVariation(), I3Position()
    p.content = bytes([1,0,0,0,0,0,1,0,1,0,0,0]) + struct.pack('<3d', x, y, z)
    r.llh, r.reco_losses_inside, r.reco_losses_total, r.position, r.time, r.energy = zenith + azimuth, 1.0, 2.0, p, time, float('nan')
    r.nside, r.pixel_id, r.posvar_id, r.id_tuple = nside, pixel, variation, (nside, pixel, variation)
    answer = {'reco_pixel_variation_pkl_b64': base64.b64encode(pickle.dumps(r, protocol=4)).decode(), 'runtime': 0.5}
    channel.basic_publish('', from_clients, pack(answer))
    channel.basic_ack(method.delivery_tag)
    if i == n: break
channel.cancel()
connection.close()
print(n)
`;

/** Sends the task twice and prints what comes back. */
const SERVER = `${COMMON}
task = json.loads(sys.argv[4])
for _ in range(2): channel.basic_publish('', to_clients, pack(task))
out = []
for method, properties, body in channel.consume(from_clients):
    data = unpack(body)
    r = pickle.loads(base64.b64decode(data['reco_pixel_variation_pkl_b64']))
    assert r.id_tuple == (r.nside, r.pixel_id, r.posvar_id)
    llh = None if r.llh != r.llh else r.llh
    out.append([r.nside, r.pixel_id, r.posvar_id, llh, data['runtime'], data.get('failure_reasons', [])])
    channel.basic_ack(method.delivery_tag)
    if len(out) == 2: break
channel.cancel()
for q in (to_clients, from_clients): channel.queue_delete(q)
connection.close()
print(json.dumps(out))
`;
