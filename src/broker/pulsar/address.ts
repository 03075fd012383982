/**
 * Addresses of Pulsar. We talk to its web service, which has the WebSocket API and the admin API on one port:
 *
 *     [scheme://]host[:port][/tenant/namespace]
 *
 * ws, wss, http and https name that port (8080, encrypted 8443). Upstream's clients speak Pulsar's binary protocol and name
 * its port: of `pulsar://host:6650`, `pulsar+ssl://host:6651` and a host with such a port only the host is used.
 */
import { ConfigError } from '../../config/index.js';

/** A parsed address. */
export interface PulsarAddress {
  readonly isTls: boolean;
  /** `host:port`. */
  readonly host: string;
  /** `tenant/namespace`, percent-encoded. */
  readonly namespace: string;
  /** For people. */
  readonly where: string;
}

/** Scheme -> encrypted, and whether its port is that of the web service. */
const SCHEMES: ReadonlyMap<string, { readonly isTls: boolean; readonly isWeb: boolean }> = new Map([
  ['', { isTls: false, isWeb: true }],
  ['ws', { isTls: false, isWeb: true }],
  ['http', { isTls: false, isWeb: true }],
  ['wss', { isTls: true, isWeb: true }],
  ['https', { isTls: true, isWeb: true }],
  ['pulsar', { isTls: false, isWeb: false }],
  ['pulsar+ssl', { isTls: true, isWeb: false }],
]);
const BINARY_PORTS: readonly number[] = [6650, 6651];
const FORM = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[0-9a-f:.]+\]|[^:@/[\]]+)(?::([0-9]+))?(?:\/(.*))?$/i;
const HINT =
  'Give [ws[s]://]host[:port][/tenant/namespace], where port is that of the web service (8080); a token goes into SKYSCAN_BROKER_AUTH.';

/** @throws ConfigError 'broker/bad-address' */
export function parsePulsarAddress(address: string): PulsarAddress {
  const parts = FORM.exec(address.trim());
  if (parts === null) throw badAddress('is not of the form host[:port]');
  const [, schemeText = '', host = '', portText, path = ''] = parts;
  const scheme = SCHEMES.get(schemeText.toLowerCase());
  if (scheme === undefined) throw badAddress(`begins with "${schemeText}://", which is no Pulsar`);
  const given = portText === undefined ? null : Number(portText);
  if (given !== null && (given < 1 || given > 65535)) throw badAddress(`has the port ${given}`);
  const isWebPort = given !== null && scheme.isWeb && !BINARY_PORTS.includes(given);
  const port = isWebPort ? given : scheme.isTls ? 8443 : 8080;
  const names = path.split('/').filter((name) => name !== '');
  if (names.length !== 0 && names.length !== 2) throw badAddress('has a path other than tenant/namespace');
  const namespace = names.length === 0 ? 'public/default' : names.map(encoded).join('/');
  return {
    isTls: scheme.isTls,
    host: `${host}:${port}`,
    namespace,
    where: `${scheme.isTls ? 'wss' : 'ws'}://${host}:${port}/${namespace}`,
  };
}

function encoded(name: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(name));
  } catch {
    throw badAddress('has a % that is no percent-encoding');
  }
}

function badAddress(what: string): ConfigError {
  return new ConfigError('broker/bad-address', `The address of the broker ${what}.`, HINT);
}
