import { afterAll, beforeAll } from 'vitest';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { processes } from './processes.js';

needsRabbitmq('a scan ends as if nothing had happened when its servers and clients', () => {
  let rabbitmq: Rabbitmq;
  beforeAll(async () => {
    rabbitmq = await startRabbitmq();
  }, 120_000);
  afterAll(() => rabbitmq?.dispose());
  processes(() => ({ ...rabbitmq, kind: 'rabbitmq', address: (port) => `amqp://127.0.0.1:${port}` }));
});
