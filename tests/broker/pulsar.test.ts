import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { ClientEnd } from '../../src/broker/index.js';
import { openPulsarClient, openPulsarServer } from '../../src/broker/pulsar/index.js';
import { queuesOf, type RemoteServerEnd, type RemoteServerOptions } from '../../src/broker/remote-types.js';
import { crowd } from '../chaos/crowd.js';
import { type FaultyBroker, network } from '../chaos/network.js';
import { dice, expectUndisturbed, IS_LONG, pause, startScan } from '../chaos/scans.js';
import { client, server } from '../integration/server-support.js';
import { bytesOf, type Scan, STEM, scan, simulatedEvent } from '../integration/support.js';
import { temporaryDirectory } from '../support/command.js';
import { skipFor } from '../support/needs.js';
import { needsPulsar, type Pulsar, startPulsar } from '../support/pulsar.js';
import { brokerConformance } from './conformance.js';
import { collect, echo, tasks } from './rabbitmq/scans.js';

const KEY = 'a key of thirty-two bytes or more';

/** A JSON Web Token, as a broker's operator would make it for a role. */
function tokenOf(role: string, key = KEY): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: role })}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

const ADMIN = tokenOf('admin');
/** May produce and consume, and nothing else. */
const SCANNER = tokenOf('scanner');
const SETTINGS = [
  'authenticationEnabled=true',
  'authorizationEnabled=true',
  'authenticationProviders=org.apache.pulsar.broker.authentication.AuthenticationProviderToken',
  `tokenSecretKey=data:;base64,${Buffer.from(KEY).toString('base64')}`,
  'superUserRoles=admin',
  'brokerClientAuthenticationPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken',
  `brokerClientAuthenticationParameters=token:${ADMIN}`,
];

needsPulsar('with a real Pulsar', () => {
  let pulsar: Pulsar;
  let scans = 0;

  /** The admin API, as the broker's operator. */
  const ask = async (method: string, path: string, body?: unknown): Promise<number> => {
    const url = `${pulsar.address.replace('ws', 'http')}/admin/v2/${path}`;
    const headers = { Authorization: `Bearer ${ADMIN}`, 'Content-Type': 'application/json' };
    return (await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }))
      .status;
  };

  beforeAll(async () => {
    pulsar = await startPulsar(SETTINGS, ADMIN);
    expect(await ask('POST', 'namespaces/public/default/permissions/scanner', ['produce', 'consume'])).toBe(204);
  }, 300_000);
  afterAll(() => pulsar?.dispose());

  /** A scan of its own name; `token` decides what its ends may do. */
  const small = (token: string) => {
    const scanId = `7-8:0-64:12-${scans++}`;
    const queues = queuesOf(scanId, pulsar.address, token);
    const context = { scanId, recoAlgo: 'dummy', formatVersion: '' };
    return {
      queues,
      async server(options: Partial<RemoteServerOptions> = {}): Promise<RemoteServerEnd> {
        const end = await openPulsarServer({ ...queues, context, ...options });
        onTestFinished(() => end.close());
        return end;
      },
      async client(): Promise<Awaited<ReturnType<typeof openPulsarClient>>> {
        const end = await openPulsarClient({ ...queues, scanId });
        onTestFinished(() => end.close());
        return end;
      },
    };
  };

  brokerConformance(
    'Pulsar',
    async () => {
      const { queues } = small(ADMIN);
      const context = { scanId: `conformance-${scans++}`, recoAlgo: 'dummy', formatVersion: '' };
      const clients: ClientEnd[] = [];
      const end = await openPulsarServer({ ...queues, context });
      return {
        server: end,
        async client() {
          const added = await openPulsarClient({ ...queues, scanId: context.scanId });
          clients.push(added);
          return added;
        },
        dispose: async () => void (await Promise.all(clients.map((added) => added.close()))),
      };
    },
    { quietMs: 500 },
  );

  it('ends its clients when the scan is over', async () => {
    const { server, client } = small(ADMIN);
    const [serving, working] = [await server(), await client()];
    const echoing = echo(working, 2);
    await serving.send(tasks(3));
    await collect(serving, 3);
    await serving.close();
    expect(await echoing).toBe(3);
  });

  it('lets those scan who may only produce and consume', async () => {
    const { server, client } = small(SCANNER);
    const serving = await server();
    await serving.send(tasks(5));
    void echo(await client(), 5);
    expect((await collect(serving, 5)).size).toBe(5);
  });

  it('goes over an encrypted connection where the certificate is trusted, and says so where it is not', async (test) => {
    const { tlsAddress, certificate: ca } = pulsar;
    if (tlsAddress === null) return skipFor('needs openssl (apt-get install openssl)', test);
    const scanId = `7-8:0-64:12-${scans++}`;
    const queues = queuesOf(scanId, tlsAddress, ADMIN);
    const context = { scanId, recoAlgo: 'dummy', formatVersion: '' };
    const untrusted = await openPulsarClient({ ...queues, connectForS: 0.3 }).catch((error: unknown) => error);
    expect(untrusted).toMatchObject({ code: 'broker/tls', remedy: 'fatal' });
    const serving = await openPulsarServer({ ...queues, context, ca });
    onTestFinished(() => serving.close());
    const working = await openPulsarClient({ ...queues, ca });
    onTestFinished(() => working.close());
    await serving.send(tasks(5));
    void echo(working, 5);
    expect((await collect(serving, 5)).size).toBe(5);
  });

  it('sends again what somebody took away', async () => {
    const { queues, server, client } = small(ADMIN);
    const serving = await server({ lostAfterS: 2 });
    await serving.send(tasks(5));
    const topic = `persistent/public/default/${encodeURIComponent(queues.toClients.queue)}`;
    expect(await ask('POST', `${topic}/subscription/i3-pulsar-sub/skip_all`)).toBe(204);
    void echo(await client(), 5);
    expect((await collect(serving, 5)).size).toBe(5);
  });

  it('says that nobody is there, that a token is wrong, and that a name is taken', async () => {
    const { queues, server } = small(ADMIN);
    await server();
    await pause(500);
    await expect(server({ connectForS: 0.3 })).rejects.toMatchObject({ code: 'broker/queue-conflict' });
    const connecting = (address: string, token: string) =>
      openPulsarClient({ ...queuesOf('x', address, token), connectForS: 0.3 });
    await expect(connecting('ws://127.0.0.1:1', '')).rejects.toMatchObject({ code: 'broker/unreachable' });
    const wrong = tokenOf('scanner', 'another key of thirty-two bytes...');
    for (const token of ['', wrong]) {
      const refused = await connecting(pulsar.address, token).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'broker/access-refused', remedy: 'fatal' });
      if (token !== '') expect(JSON.stringify(refused)).not.toContain(token);
    }
    expect(queues.toClients.auth).toBe(ADMIN);
  });

  it('carries a scan of processes to the bytes of a scan on one machine, past a client that is killed', async () => {
    const event = await simulatedEvent();
    const undisturbed: Scan = await scan(event);
    const directory = temporaryDirectory();
    const env = {
      SKYSCAN_BROKER_CLIENT: 'pulsar',
      SKYSCAN_BROKER_ADDRESS: pulsar.address,
      SKYSCAN_BROKER_AUTH: ADMIN,
    };
    const serving = server(event, directory, { env });
    const [unlucky, lucky] = [await client(directory, { env }), await client(directory, { env })];
    await pause(1500);
    unlucky.kill('SIGKILL');
    const { code, stderr } = await serving.done;
    expect(code, stderr).toBe(0);
    const name = `${STEM}_1_2_4.npz`;
    expect(bytesOf(directory, name)).toBe(bytesOf(undisturbed.directory, name));
    expect((await lucky.done).code).toBe(0);
  });

  const broker = (): FaultyBroker => ({
    ...pulsar,
    kind: 'pulsar',
    auth: ADMIN,
    address: (port) => `ws://127.0.0.1:${port}`,
  });

  it('loses nothing when it is killed amid publishing, working and answering', async () => {
    const chaos = await startScan(broker(), dice(1));
    await Promise.all([chaos.client(), chaos.client()]);
    await pause(300);
    await pulsar.kill();
    await pulsar.start();
    await expectUndisturbed(chaos);
  }, 120_000);

  if (IS_LONG) {
    network(broker);
    crowd(broker);
  }
});
