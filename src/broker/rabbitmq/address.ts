/** Addresses of RabbitMQ: `[scheme://][user[:password]@]host[:port][/vhost]`, every part percent-encoded. */
import { ConfigError } from '../../config/index.js';

/** A parsed address. */
export interface RabbitAddress {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
  /** For people: without the password. */
  readonly where: string;
}

/** Scheme -> encrypted or not. As in upstream, others than amqps only say that it is RabbitMQ. */
const SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ['', false],
  ['amqp', false],
  ['rabbitmq', false],
  ['amqps', true],
  ['rabbitmqs', true],
]);
const FORM = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:([^@/]*)@)?(\[[0-9a-f:.]+\]|[^:@/[\]]+)(?::([0-9]+))?(?:\/(.*))?$/i;
const HINT = 'Give [amqp[s]://][user[:password]@]host[:port][/vhost], with %40 for an @ in a part, %2F for a slash.';

/**
 * @param auth a token or password that takes the place of the one in the address; '' for none
 * @throws ConfigError 'broker/bad-address'. Its sentence never has the password in it.
 */
export function parseRabbitAddress(address: string, auth: string): RabbitAddress {
  const parts = FORM.exec(address.trim());
  if (parts === null) throw badAddress('is not of the form host[:port][/vhost]');
  const [, scheme = '', userInfo, bracketed = '', portText, path = ''] = parts;
  const isTls = SCHEMES.get(scheme.toLowerCase());
  if (isTls === undefined) throw badAddress(`begins with "${scheme}://", which is no RabbitMQ`);
  const port = portText === undefined ? (isTls ? 5671 : 5672) : Number(portText);
  if (port < 1 || port > 65535) throw badAddress(`has the port ${port}`);

  const colon = userInfo === undefined ? -1 : userInfo.indexOf(':');
  const userText = userInfo === undefined || colon < 0 ? userInfo : userInfo.slice(0, colon);
  const passwordText = userInfo === undefined || colon < 0 ? undefined : userInfo.slice(colon + 1);
  // As in upstream: with a token alone the user is empty; with nothing at all it is RabbitMQ's default.
  const isAnonymous = userInfo === undefined && auth === '';
  const user = isAnonymous ? 'guest' : decode(userText ?? '', 'user');
  const password = isAnonymous ? 'guest' : auth === '' ? decode(passwordText ?? '', 'password') : auth;
  const vhost = path === '' ? '/' : decode(path, 'virtual host');
  const host = decode(bracketed.replace(/^\[|\]$/g, ''), 'host');
  const where = `${isTls ? 'amqps' : 'amqp'}://${bracketed}:${port}${vhost === '/' ? '' : `/${vhost}`}`;
  return { isTls, host, port, user, password, vhost, where };
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badAddress(`has a ${what} with a % that is no percent-encoding`);
  }
}

function badAddress(what: string): ConfigError {
  return new ConfigError('broker/bad-address', `The address of the broker ${what}.`, HINT);
}
