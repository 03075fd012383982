import { afterAll, beforeAll } from 'vitest';
import type { ClientEnd } from '../../src/broker/index.js';
import { openRabbitClient, openRabbitServer } from '../../src/broker/rabbitmq/index.js';
import { queuesOf } from '../../src/broker/remote-types.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { brokerConformance } from './conformance.js';

needsRabbitmq('with a real RabbitMQ', () => {
  let rabbitmq: Rabbitmq;
  let scans = 0;
  beforeAll(async () => {
    rabbitmq = await startRabbitmq();
  }, 120_000);
  afterAll(() => rabbitmq?.dispose());

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
});
