import { afterAll, beforeAll, describe } from 'vitest';
import type { ClientEnd } from '../../src/broker/index.js';
import { openRabbitClient, openRabbitServer } from '../../src/broker/rabbitmq/index.js';
import { queuesOf } from '../../src/broker/remote-types.js';
import { needsPython } from '../support/python.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { brokerConformance } from './conformance.js';
import { faults } from './rabbitmq/faults.js';
import { peers } from './rabbitmq/peers.js';
import { refusals } from './rabbitmq/refusals.js';
import { CONSUMER_TIMEOUT, slowFit } from './rabbitmq/slow-fit.js';

needsRabbitmq('with a real RabbitMQ', () => {
  let rabbitmq: Rabbitmq;
  let scans = 0;
  beforeAll(async () => {
    rabbitmq = await startRabbitmq([CONSUMER_TIMEOUT]);
  }, 120_000);
  afterAll(() => rabbitmq?.dispose());
  const slow = slowFit(() => rabbitmq);

  brokerConformance(
    'RabbitMQ',
    async () => {
      const scanId = `conformance-${scans++}`;
      const queues = queuesOf(scanId, rabbitmq.address);
      const clients: ClientEnd[] = [];
      const server = await openRabbitServer({ ...queues, context: { scanId, recoAlgo: 'dummy', formatVersion: '' } });
      return {
        server,
        async client() {
          const client = await openRabbitClient({ ...queues, scanId });
          clients.push(client);
          return client;
        },
        dispose: async () => void (await Promise.all(clients.map((client) => client.close()))),
      };
    },
    { quietMs: 300 },
  );
  describe('that cannot be used', () => refusals(() => rabbitmq));
  slow.ends();
  describe('when something breaks', () => faults(() => rabbitmq));
  needsPython('and peers of MQClient', ['pika', 'zstandard'], () => peers(() => rabbitmq));
});
