/** Brokers across a network by name, each loaded only where it is used. Not for browsers. */
import { ConfigError } from '../config/index.js';
import type { RemoteClientEnd, RemoteClientOptions, RemoteServerEnd, RemoteServerOptions } from './remote-types.js';

/** Values of SKYSCAN_BROKER_CLIENT. */
export const BROKER_CLIENTS = ['rabbitmq', 'pulsar'] as const;
export type BrokerClient = (typeof BROKER_CLIENTS)[number];

/** The broker of that name. Throws a ConfigError 'config/bad-value' for others. */
export function brokerClient(name: string): BrokerClient {
  const found = BROKER_CLIENTS.find((client) => client === name.trim().toLowerCase());
  if (found !== undefined) return found;
  throw new ConfigError(
    'config/bad-value',
    `There is no broker client "${name}".`,
    `SKYSCAN_BROKER_CLIENT is one of ${BROKER_CLIENTS.join(', ')}.`,
  );
}

/** Opens the server's end of a broker: makes or empties the queues of the scan. */
export async function openServerEnd(client: BrokerClient, options: RemoteServerOptions): Promise<RemoteServerEnd> {
  switch (client) {
    case 'rabbitmq': {
      const { openRabbitServer } = await import('./rabbitmq/index.js');
      return openRabbitServer(options);
    }
    case 'pulsar': {
      const { openPulsarServer } = await import('./pulsar/index.js');
      return openPulsarServer(options);
    }
  }
}

/** Opens a client's end of a broker. */
export async function openClientEnd(client: BrokerClient, options: RemoteClientOptions): Promise<RemoteClientEnd> {
  switch (client) {
    case 'rabbitmq': {
      const { openRabbitClient } = await import('./rabbitmq/index.js');
      return openRabbitClient(options);
    }
    case 'pulsar': {
      const { openPulsarClient } = await import('./pulsar/index.js');
      return openPulsarClient(options);
    }
  }
}
