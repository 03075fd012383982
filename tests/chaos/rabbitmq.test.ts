import { afterAll, beforeAll, describe } from 'vitest';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { crowd } from './crowd.js';
import { messages } from './messages.js';
import { type FaultyBroker, network } from './network.js';

needsRabbitmq('a scan over RabbitMQ ends as if nothing had happened', () => {
  let rabbitmq: Rabbitmq;
  beforeAll(async () => {
    rabbitmq = await startRabbitmq();
  }, 120_000);
  afterAll(() => rabbitmq?.dispose());
  const broker = (): FaultyBroker => ({
    ...rabbitmq,
    kind: 'rabbitmq',
    address: (port) => `amqp://127.0.0.1:${port}`,
  });

  describe('when messages', () => messages(broker));
  describe('when clients', () => crowd(broker));
  describe('when the network', () => network(broker));
});
