/** A broker that cannot be used is told apart by what a person has to do about it. */
import { expect, it } from 'vitest';
import { openRabbitClient } from '../../../src/broker/rabbitmq/index.js';
import { queuesOf } from '../../../src/broker/remote-types.js';
import { ConfigError, type SkymapError } from '../../../src/config/index.js';
import { skipFor } from '../../support/needs.js';
import type { Rabbitmq } from '../../support/rabbitmq.js';
import { answer, smallScan, stranger, tasks } from './scans.js';

export function refusals(broker: () => Rabbitmq): void {
  const connecting = async (address: string, auth = '', more = {}): Promise<SkymapError> => {
    const options = { ...queuesOf('nobody', address, auth), connectForS: 0.3, ...more };
    const end = await openRabbitClient(options).catch((error: SkymapError) => error);
    if (end instanceof Error) return end;
    await end.close();
    throw new Error('it connected');
  };

  it('tells a wrong password, a wrong virtual host and nobody apart, and never shows the password', async () => {
    const { port } = broker();
    const wrongUser = await connecting(`amqp://me:hunter2@127.0.0.1:${port}`);
    expect(wrongUser).toMatchObject({ name: 'BrokerError', code: 'broker/access-refused', remedy: 'fatal' });
    expect(wrongUser.message).toContain('"me"');
    expect(JSON.stringify([wrongUser.message, wrongUser.hint])).not.toContain('hunter2');
    expect(await connecting(`me@127.0.0.1:${port}`, 'a-token')).toMatchObject({ code: 'broker/access-refused' });
    const wrongVhost = await connecting(`guest:guest@127.0.0.1:${port}/no%20where`);
    expect(wrongVhost).toMatchObject({ code: 'broker/no-vhost', remedy: 'fatal' });
    expect(wrongVhost.message).toContain('"no where"');
    const nobody = await connecting('127.0.0.1:1');
    expect(nobody).toMatchObject({ name: 'BrokerAwayError', code: 'broker/unreachable', remedy: 'retry' });
    expect(await connecting('no.such.host.invalid')).toMatchObject({ code: 'broker/unreachable' });
  });

  it('tells what is wrong with the encryption', async (test) => {
    const { tlsAddress, port } = broker();
    if (tlsAddress === null) return skipFor('needs openssl (apt-get install openssl)', test);
    const untrusted = await connecting(tlsAddress);
    expect(untrusted).toMatchObject({ code: 'broker/tls', remedy: 'fatal' });
    expect(untrusted.hint).toContain('NODE_EXTRA_CA_CERTS');
    expect(await connecting(`amqps://127.0.0.1:${port}`)).toMatchObject({ code: 'broker/tls' });
    const plain = await connecting(tlsAddress.replace('amqps', 'amqp'));
    expect(plain).toMatchObject({ code: 'broker/tls' });
    expect(plain.hint).toContain('amqps://');
  });

  it('lets a user in whose name, password and virtual host have every character, over TLS', async (test) => {
    const { ctl, tlsAddress, certificate } = broker();
    if (tlsAddress === null) return skipFor('needs openssl (apt-get install openssl)', test);
    const [user, password, vhost] = ['sc\u00e4nner', 's3cret/\u00e4@:%', 'scans/of @ us'];
    ctl('add_vhost', vhost);
    ctl('add_user', user, password);
    ctl('set_permissions', '-p', vhost, user, '.*', '.*', '.*');
    const [u, p, v] = [user, password, vhost].map(encodeURIComponent);
    const scan = smallScan(`${tlsAddress.replace('://', `://${u}:${p}@`)}/${v}`);
    const server = await scan.server({ ca: certificate });
    const client = await scan.client({ ca: certificate });
    await server.send(tasks(1));
    for await (const delivery of client.deliveries(1)) {
      await delivery.finish(answer(delivery.task));
      break;
    }
    for await (const outcome of server.outcomes()) {
      expect(outcome).toEqual(answer(tasks(1)[0]!));
      break;
    }
    expect(JSON.stringify(server.heard)).not.toContain('s3cret');
  });

  it('says which queue a user may not use, and which exists with other properties', async () => {
    const { ctl, address, port } = broker();
    ctl('add_user', 'onlooker', 'p');
    ctl('set_permissions', 'onlooker', 'nothing', 'nothing', 'nothing');
    const onlooker = smallScan(`onlooker:p@127.0.0.1:${port}`);
    await expect(onlooker.server()).rejects.toMatchObject({ code: 'broker/not-permitted' });
    await expect(onlooker.server()).rejects.toThrow(onlooker.queues.toClients.queue);

    const scan = smallScan(address);
    const other = await stranger(address);
    await other.queueDeclare({ queue: scan.queues.fromClients.queue, durable: false, exclusive: true });
    await expect(scan.server()).rejects.toMatchObject({ code: 'broker/queue-conflict' });
    const classic = smallScan(address);
    await other.queueDeclare({ queue: classic.queues.toClients.queue, durable: true });
    await expect(classic.server()).rejects.toMatchObject({ code: 'broker/queue-conflict' });
    await other.queueDelete(classic.queues.toClients.queue);
  });

  it('does not let two servers of one name eat each other\u2019s outcomes', async () => {
    const scan = smallScan(broker().address);
    await scan.server();
    await expect(scan.server({ connectForS: 0.3 })).rejects.toMatchObject({ code: 'broker/queue-conflict' });
  });

  it('says what is wrong with an address, as a setting that cannot be used', async () => {
    for (const address of ['', 'pulsar://host', 'host:0', 'host:99999', 'a:b:c', 'user:50%@host', 'http://host/']) {
      const error = await connecting(address);
      expect(error, address).toBeInstanceOf(ConfigError);
      expect(error, address).toMatchObject({ code: 'broker/bad-address' });
      expect(error.message).not.toContain('50%');
    }
  });
}
