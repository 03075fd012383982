import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokerPlace, heartbeatFor } from '../../src/node/remote-broker.js';
import { temporaryDirectory } from '../support/command.js';

const NOWHERE = { brokerClient: 'rabbitmq', brokerAddress: '', brokerAuth: '', ewmsJson: '' };

describe('the heartbeat', () => {
  it('lets a silent peer count as lost (after two) within the time of a fit, and within two minutes', () => {
    expect(heartbeatFor(60)).toBe(30);
    expect(heartbeatFor(1800)).toBe(60);
  });

  it('is never so short that a busy machine looks like a dead one', () => {
    expect(heartbeatFor(0.5)).toBe(5);
  });
});

describe('the place of a broker', () => {
  it("is the address of the environment, with queues named as upstream's v3", async () => {
    const place = await brokerPlace({ ...NOWHERE, brokerAddress: 'host/vhost', brokerAuth: 'token' });
    expect(place).toMatchObject({ client: 'rabbitmq', ownsQueues: true, secrets: [] });
    expect(place.queues('35405932-1:0-1689867940')).toEqual({
      toClients: { address: 'host/vhost', auth: 'token', queue: 'to-clients-35405932-1:0-1689867940' },
      fromClients: { address: 'host/vhost', auth: 'token', queue: 'from-clients-35405932-1:0-1689867940' },
    });
  });

  it('is what EWMS has written, whatever the address says; its tokens are secrets', async () => {
    const path = join(temporaryDirectory(), 'ewms.json');
    const queue = { name: 'q', auth_token: 'secret', broker_type: 'rabbitmq', broker_address: 'host' };
    writeFileSync(path, JSON.stringify({ toclient: queue, fromclient: { ...queue, name: 'r', auth_token: null } }));
    const place = await brokerPlace({ ...NOWHERE, brokerAddress: 'elsewhere', ewmsJson: path });
    expect(place).toMatchObject({ ownsQueues: false, secrets: ['secret', ''] });
    expect(place.queues('any')).toEqual({
      toClients: { address: 'host', auth: 'secret', queue: 'q' },
      fromClients: { address: 'host', auth: '', queue: 'r' },
    });
  });
});
