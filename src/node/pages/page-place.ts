/** Where a server of pages listens, and whom it may answer there. */
import { ConfigError } from '../../config/index.js';

/** Where a server of pages listens. */
export interface PagePlace {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** '' for none, which only loopback addresses may have. */
  readonly token: string;
  /** Take any free port where that one is used. Default false: an error. */
  readonly orAnyPort?: boolean;
}

/** Port where nobody says another. */
export const DEFAULT_PAGE_PORT = 8420;

/** Host and port out of `[HOST:]PORT`. Throws a ConfigError for anything else, and for an open address without token. */
export function pagePlace(text: string, token: string): PagePlace {
  const found = /^(?:(.*):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(found?.[2] ?? Number.NaN);
  const host = (found?.[1] ?? '').replace(/^\[(.*)\]$/, '$1') || '127.0.0.1';
  if (found === null || port > 65_535) {
    throw new ConfigError(
      'config/bad-value',
      `"${text}" is no place for a page.`,
      'Say PORT (this machine only) or HOST:PORT; port 0 takes any free one.',
    );
  }
  if (token !== '' && token.length < 8) {
    throw new ConfigError(
      'web/bad-token',
      'The token of the page has fewer than 8 characters.',
      'Give a longer one, from a password generator say.',
    );
  }
  if (!isLoopback(host) && token === '') {
    throw new ConfigError(
      'web/needs-token',
      `The page would answer everybody who can reach ${host}.`,
      'Set SKYSCAN_WEB_TOKEN to a secret of at least 8 characters that readers must know, or leave out the host: the page then answers this machine only.',
    );
  }
  return { host, port, token };
}

/** Whether a host is this machine and nobody else. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The error of a place where nobody can listen. */
export function cannotListen({ host, port }: PagePlace, { code, message }: NodeJS.ErrnoException): ConfigError {
  const why = code === 'EADDRINUSE' ? 'something else uses that port' : message;
  return new ConfigError(
    'web/cannot-listen',
    `The page cannot be shown at ${host}:${port}: ${why}.`,
    'Say another [HOST:]PORT; port 0 takes any free one.',
  );
}
