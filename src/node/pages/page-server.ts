/**
 * The web server of live pages and of `serve`: node:http, and what keeps it to those whom it is for.
 *
 * - It answers this machine only unless another address is named, and that needs a token. Whoever has the token gets a
 *   session (a cookie that scripts cannot read, or `Authorization: Bearer`); it is never part of an address afterwards,
 *   and never written anywhere.
 * - Without a token the Host header must be a name of this machine: other sites cannot reach the page by pointing their
 *   own name here (DNS rebinding).
 * - What changes something (POST) must come from the page itself: `Origin` and `Sec-Fetch-Site` say so, and it carries
 *   a proof that only the page was told.
 * - Pages run their own files only (Content-Security-Policy), are shown in no frame, tell other sites nothing.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAVICON, type LiveFeed, messagePage, PAGE_POLICY, tokenPage } from '../../web/index.js';
import { pageFile } from './page-files.js';
import { isFromPage, isOurName, isSame, jsonOf, textOf } from './page-guards.js';
import { cannotListen, isLoopback, type PagePlace } from './page-place.js';

/** A question that has passed. */
export interface PageRequest {
  readonly method: 'GET' | 'POST';
  /** Decoded parts of the path; no part is '.', '..' or has a slash. */
  readonly path: readonly string[];
  /** Whether the path ends in a slash. */
  readonly isDirectory: boolean;
  /** JSON of a POST, null where there is none. */
  readonly body: unknown;
}

/** An answer; null elsewhere means that there is nothing of that name. */
export type PageAnswer =
  | { readonly kind: 'html'; readonly text: string; readonly policy?: string }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'events'; readonly feed: LiveFeed }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'moved'; readonly to: string };

export interface PageServer {
  /** Without the token. */
  readonly url: string;
  /** Whether only this machine is answered. */
  readonly isLoopback: boolean;
  /** What a POST must carry. */
  readonly proof: string;
  /** Whether a text is the token. */
  isToken(text: unknown): boolean;
  /** Bytes that were sent, and requests that were answered. */
  readonly sent: { readonly bytes: number; readonly requests: number };
  close(): Promise<void>;
}

const SHARED_FILES: Readonly<Record<string, string>> = {
  'style.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'list.js': 'text/javascript; charset=utf-8',
  'regions.js': 'text/javascript; charset=utf-8',
};
const COOKIE = 'skymap_session';
/** Wrong tokens are answered this late, so that trying them all takes for ever. */
const WRONG_TOKEN_MS = 700;
const KEEP_ALIVE_MS = 15_000;

/** Starts a server. Throws a ConfigError where the port is taken or the address is not ours. */
export async function servePages(
  place: PagePlace,
  answer: (request: PageRequest) => Promise<PageAnswer | null>,
): Promise<PageServer> {
  const { host, token } = place;
  const sent = { bytes: 0, requests: 0 };
  const proof = randomBytes(18).toString('base64url');
  const sessions = new Set<string>();
  const open = new Set<() => void>();
  const isToken = (text: unknown): boolean => typeof text === 'string' && token !== '' && isSame(text, token);

  const server = createServer((request, response) => {
    sent.requests++;
    handle(request, response).catch(() => {
      if (!response.headersSent) plain(response, 500, 'Something went wrong.');
      else response.destroy();
    });
  });
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  try {
    await listen(server, place.port, host);
  } catch (error) {
    if (place.orAnyPort !== true || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw cannotListen(place, error as NodeJS.ErrnoException);
    }
    await listen(server, 0, host);
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/`,
    isLoopback: isLoopback(host),
    proof,
    isToken,
    sent,
    close: () =>
      new Promise((resolve) => {
        for (const end of open) end();
        server.close(() => resolve());
        // Streams have said goodbye; whatever else is open need not be waited for.
        setTimeout(() => server.closeAllConnections(), 200).unref();
      }),
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    if (method !== 'GET' && method !== 'POST' && method !== 'HEAD') return plain(response, 405, 'Only GET and POST.');
    if (token === '' && !isOurName(request.headers.host)) {
      return page(response, 403, messagePage('Another name', 'This page answers only to the names of this machine.'));
    }
    // As it came: nothing is tidied up that could then be something else.
    const [pathname = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const given = new URLSearchParams(query).get('token');
    let path: string[];
    try {
      path = pathname.split('/').slice(1).map(decodeURIComponent);
    } catch {
      return plain(response, 400, 'That is no address.');
    }
    const isDirectory = path.at(-1) === '';
    if (isDirectory) path.pop();
    if (path.some((part) => part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part)))
      return nothing(response);
    const [first] = path;
    if (method !== 'POST' && path.length === 1 && first === 'favicon.svg') {
      return bytes(response, 200, 'image/svg+xml', new TextEncoder().encode(FAVICON));
    }
    if (method !== 'POST' && path.length === 1 && Object.hasOwn(SHARED_FILES, first!)) {
      return bytes(response, 200, SHARED_FILES[first!]!, await pageFile(first!));
    }
    if (token !== '') {
      if (method === 'POST' && path.length === 1 && first === 'login') return login(request, response);
      if (!isKnown(request)) {
        if (given !== null && isToken(given)) return welcome(response, pathname);
        if (given !== null) await later();
        return page(response, 401, tokenPage(given !== null));
      }
      // The token leaves the address at once.
      if (given !== null) return redirect(response, pathname);
    }
    let body: unknown = null;
    if (method === 'POST') {
      if (!isFromPage(request) || request.headers['x-skymap-proof'] !== proof) {
        return plain(response, 403, 'That did not come from the page.');
      }
      body = await jsonOf(request);
    }
    const answered = await answer({ method: method === 'POST' ? 'POST' : 'GET', path, isDirectory, body });
    if (answered === null) return nothing(response);
    switch (answered.kind) {
      case 'html':
        return page(response, 200, answered.text, answered.policy);
      case 'json':
        return bytes(response, 200, 'application/json', new TextEncoder().encode(JSON.stringify(answered.value)));
      case 'file':
        response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(answered.name)}`);
        return bytes(response, 200, 'application/octet-stream', answered.bytes);
      case 'events':
        return events(request, response, answered.feed);
      case 'moved':
        return redirect(response, answered.to);
      case 'refused': {
        await later();
        return plain(response, 403, answered.why);
      }
      case 'done':
        return plain(response, 200, 'done');
    }
  }

  /** A session for whoever gave the token. */
  function welcome(response: ServerResponse, to: string): void {
    const session = randomBytes(24).toString('base64url');
    sessions.add(session);
    response.setHeader('Set-Cookie', `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/`);
    redirect(response, to);
  }

  async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromPage(request)) return plain(response, 403, 'That did not come from the page.');
    const form = new URLSearchParams(await textOf(request));
    if (isToken(form.get('token'))) return welcome(response, '/');
    await later();
    page(response, 401, tokenPage(true));
  }

  function isKnown({ headers }: IncomingMessage): boolean {
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return isToken(bearer);
    const cookie = new RegExp(`(?:^|; *)${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1];
    return cookie !== undefined && sessions.has(cookie);
  }

  function events(request: IncomingMessage, response: ServerResponse, feed: LiveFeed): void {
    response.writeHead(200, {
      ...COMMON,
      'Content-Type': 'text/event-stream',
      'Content-Security-Policy': PAGE_POLICY,
      'X-Accel-Buffering': 'no',
    });
    const write = (text: string): void => {
      sent.bytes += Buffer.byteLength(text);
      response.write(text);
    };
    write('retry: 2000\n\n');
    const lastId = request.headers['last-event-id'];
    const disconnect = feed.connect(typeof lastId === 'string' ? lastId.slice(0, 100) : null, ({ event, id, data }) => {
      // Somebody who does not read what is sent is let go: the page comes back and gets the rest.
      if (response.writableLength > 256 * 1024 * 1024) response.destroy();
      else write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
    });
    const beat = setInterval(() => write(':\n\n'), KEEP_ALIVE_MS);
    const end = (): void => {
      clearInterval(beat);
      disconnect();
      open.delete(end);
      response.end();
    };
    open.add(end);
    response.on('close', end);
  }

  function page(response: ServerResponse, code: number, text: string, policy: string = PAGE_POLICY): void {
    response.setHeader('Content-Security-Policy', policy);
    bytes(response, code, 'text/html; charset=utf-8', new TextEncoder().encode(text));
  }

  function nothing(response: ServerResponse): void {
    page(response, 404, messagePage('Not here', 'There is nothing of that name.'));
  }

  function plain(response: ServerResponse, code: number, text: string): void {
    bytes(response, code, 'text/plain; charset=utf-8', new TextEncoder().encode(`${text}\n`));
  }

  function redirect(response: ServerResponse, to: string): void {
    // Only a path of this server: never //elsewhere.
    response.writeHead(303, { ...COMMON, Location: to.replace(/^\/+/, '/'), 'Content-Length': 0 }).end();
  }

  function bytes(response: ServerResponse, code: number, type: string, body: Uint8Array): void {
    if (!response.hasHeader('Content-Security-Policy'))
      response.setHeader('Content-Security-Policy', "default-src 'none'");
    response.writeHead(code, { ...COMMON, 'Content-Type': type, 'Content-Length': body.length });
    if (response.req.method === 'HEAD') response.end();
    else {
      sent.bytes += body.length;
      response.end(body);
    }
  }
}

const COMMON = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  // Not 'no-referrer': browsers then send forms with an origin of "null", which could be anybody's.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
};

function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, WRONG_TOKEN_MS).unref());
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
