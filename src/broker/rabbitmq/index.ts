/** RabbitMQ between servers and clients. Only for Node; loaded when it is asked for (broker/remote.ts). */
import { remoteClientEnd } from '../remote-client.js';
import { remoteServerEnd } from '../remote-server.js';
import type { RemoteClientEnd, RemoteClientOptions, RemoteServerEnd, RemoteServerOptions } from '../remote-types.js';
import { loadWire } from '../wire/index.js';
import { rabbitClientTransport, rabbitServerTransport } from './transport.js';

/**
 * Opens the server's end and makes its queues.
 *
 * @throws ConfigError 'broker/bad-address'; BrokerError where the broker cannot be used
 */
export async function openRabbitServer(options: RemoteServerOptions): Promise<RemoteServerEnd> {
  const wire = await loadWire();
  return remoteServerEnd(await rabbitServerTransport(options), wire, options);
}

/** Opens a client's end; the queues may come later. Throws as `openRabbitServer` does. */
export async function openRabbitClient(options: RemoteClientOptions): Promise<RemoteClientEnd> {
  const wire = await loadWire();
  return remoteClientEnd(await rabbitClientTransport(options), wire, options);
}
