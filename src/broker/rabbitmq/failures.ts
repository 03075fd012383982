/**
 * What went wrong between us and RabbitMQ, told apart by what a person has to do: start the broker, correct the password,
 * the virtual host, the encryption, the rights. The codes of rabbitmq-client and of Node's sockets were seen against a
 * real broker (specs/test-environment.md section 1).
 */
import { BrokerAwayError, BrokerError } from '../../config/index.js';
import type { RabbitAddress } from './address.js';

const AWAY: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nobody listens there'],
  ['ENOTFOUND', 'there is no host of that name'],
  ['EAI_AGAIN', 'the name of the host could not be looked up'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ETIMEDOUT', 'no answer came in time'],
  ['CONNECTION_TIMEOUT', 'no answer came in time'],
  ['SOCKET_TIMEOUT', 'its heartbeats stopped'],
  ['ECONNRESET', 'the connection was reset'],
  ['EPIPE', 'the connection was closed'],
  ['CONN_CLOSE', 'the connection was closed'],
  ['CONNECTION_FORCED', 'the broker closed the connection'],
]);

/** The error of a connection that could not be opened. */
export function openingFailure(error: unknown, address: RabbitAddress): BrokerError {
  const { where, isTls } = address;
  // A port that expects encryption hangs up on what it takes for garbage, in one way or the other.
  if (isTls || !['CONN_CLOSE', 'ECONNRESET', 'EPIPE'].includes(codeOf(error))) return connectionFailure(error, address);
  return new BrokerAwayError(
    'broker/tls',
    `The broker at ${where} hung up without a word.`,
    'If it encrypts on this port, use amqps:// instead of amqp://; else see its log.',
    { cause: error },
  );
}

/** The error of a connection that could not be opened or that broke. */
export function connectionFailure(error: unknown, address: RabbitAddress): BrokerError {
  const { where, user, vhost, isTls } = address;
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  const away = AWAY.get(code);
  if (away !== undefined) {
    return new BrokerAwayError(
      'broker/unreachable',
      `The broker at ${where} cannot be reached: ${away}.`,
      'See whether it runs, and whether SKYSCAN_BROKER_ADDRESS and firewalls let this machine reach it.',
      options,
    );
  }
  if (code === 'ACCESS_REFUSED') {
    return new BrokerError(
      'broker/access-refused',
      `The broker at ${where} refuses the user "${user}" with this password.`,
      'Correct the user in SKYSCAN_BROKER_ADDRESS, or the password or token in SKYSCAN_BROKER_AUTH.',
      options,
    );
  }
  if (code === 'NOT_ALLOWED') {
    return new BrokerError(
      'broker/no-vhost',
      `The broker at ${where} has no virtual host "${vhost}", or does not let the user "${user}" into it: ${detail}.`,
      'Correct the part after the last / of SKYSCAN_BROKER_ADDRESS, or ask who runs the broker.',
      options,
    );
  }
  if (isTls) {
    return new BrokerError(
      'broker/tls',
      /wrong.version.number/i.test(detail)
        ? `The broker at ${where} does not encrypt on this port.`
        : `The encrypted connection to the broker at ${where} failed: ${detail}.`,
      'Trust its certificate with NODE_EXTRA_CA_CERTS=FILE, use its own host name, or amqp:// for a port without TLS.',
      options,
    );
  }
  return new BrokerAwayError(
    'broker/unreachable',
    `The connection to the broker at ${where} failed: ${detail}.`,
    'See the log of the broker, and whether the port is that of AMQP 0-9-1 (mostly 5672 or 5671).',
    options,
  );
}

/** The error of something the broker does not let us do with a queue, or null for one that a new connection cures. */
export function queueFailure(error: unknown, address: RabbitAddress, queue: string): BrokerError | null {
  const detail = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'ACCESS_REFUSED':
    case 'NOT_ALLOWED':
      return new BrokerError(
        'broker/not-permitted',
        `The broker at ${address.where} does not let the user "${address.user}" use the queue ${queue}: ${detail}.`,
        'Ask who runs the broker for the rights to configure, write and read queues of these names.',
        { cause: error },
      );
    case 'PRECONDITION_FAILED':
    case 'RESOURCE_LOCKED':
      return new BrokerError(
        'broker/queue-conflict',
        `The queue ${queue} at ${address.where} exists with other properties: ${detail}.`,
        'Remove it, or let this scan use other names.',
        { cause: error },
      );
    default:
      return null;
  }
}

/** Whether a queue is not there. */
export function isQueueMissing(error: unknown): boolean {
  return codeOf(error) === 'NOT_FOUND';
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
