import { request as ask } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { pagePlace } from '../../../src/node/pages/page-place.js';
import { type PageAnswer, type PageRequest, type PageServer, servePages } from '../../../src/node/pages/page-server.js';
import { liveFeed } from '../../../src/web/index.js';

const TOKEN = 'correct horse battery';

let server: PageServer | null = null;
let asked: PageRequest[] = [];
afterEach(async () => {
  await server?.close();
  server = null;
  asked = [];
});

async function start(token = '', answer: PageAnswer | null = { kind: 'html', text: '<p>hello' }): Promise<PageServer> {
  server = await servePages({ host: '127.0.0.1', port: 0, token }, async (request) => {
    asked.push(request);
    return answer;
  });
  return server;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Asks for exactly that path: `fetch` would tidy it up. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Reply> {
  const { hostname, port } = new URL(server!.url);
  return new Promise((resolve, reject) => {
    const request = ask({ hostname, port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('the server of pages', () => {
  it('lets pages run their own files only, in no frame, and tells other sites nothing', async () => {
    await start();
    const { status, headers } = await get('/');
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('never lets a path leave its place', async () => {
    await start();
    for (const path of [
      '/../etc/passwd',
      '/..%2fetc/passwd',
      '/%2e%2e/etc/passwd',
      '/scan/x/file/..%2f..%2fsecret',
      '/scan/x/file/%2e%2e%2fsecret',
      '/scan/x/file/a%5c..%5cb',
      '/scan//x',
      '/a%00b',
      '/style.css/../live.js/%2e%2e',
    ]) {
      const { status } = await get(path);
      expect([400, 404], path).toContain(status);
    }
    expect(asked.every(({ path }) => path.every((part) => !/[/\\\0]/.test(part) && part !== '..' && part !== ''))).toBe(
      true,
    );
    expect((await get('/%E0%A4%A')).status).toBe(400);
  });

  it('answers without a token only to the names of this machine', async () => {
    await start();
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
    ]) {
      expect((await get('/', { host })).status, host).toBe(403);
    }
    for (const host of ['localhost', 'localhost:9000', '127.0.0.1:1', '[::1]:8080']) {
      expect((await get('/', { host })).status, host).toBe(200);
    }
  });

  it('changes something only where the page itself asks for it', async () => {
    const { proof, url } = await start('', { kind: 'done' });
    const { host, origin } = new URL(url);
    const own = { 'x-skymap-proof': proof };
    const post = (headers: Record<string, string>): Promise<Reply> => get('/stop', { host, ...headers }, 'POST', '{}');
    expect((await post({})).status).toBe(403);
    expect((await post({ 'x-skymap-proof': 'guess' })).status).toBe(403);
    expect((await post({ ...own, origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ ...own, origin: 'null' })).status).toBe(403);
    expect((await post({ ...own, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ ...own, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect(asked).toEqual([]);
    expect((await post({ ...own, origin, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await get('/', { host }, 'DELETE')).status).toBe(405);
  });

  it('asks for the token, takes it once in an address, and leaves it in none', async () => {
    await start(TOKEN);
    const stranger = await get('/');
    expect(stranger.status).toBe(401);
    expect(stranger.text).toContain('type="password"');
    expect(asked).toEqual([]);
    const wrong = await get('/?token=wrong-token');
    expect(wrong.status).toBe(401);
    const first = await get(`/?token=${encodeURIComponent(TOKEN)}`);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    const cookie = String(first.headers['set-cookie']);
    expect(cookie).toMatch(/^skymap_session=[\w-]{20,}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(TOKEN);
    const session = cookie.split(';')[0]!;
    expect((await get('/', { cookie: session })).status).toBe(200);
    const again = await get(`/?token=${encodeURIComponent(TOKEN)}`, { cookie: session });
    expect(again.headers.location).toBe('/');
    expect((await get('/', { cookie: 'skymap_session=invented-0123456789012345' })).status).toBe(401);
  });

  it('takes the token in a form and in a header', async () => {
    const { url } = await start(TOKEN);
    const { host } = new URL(url);
    const form = (token: string, headers = {}): Promise<Reply> =>
      get(
        '/login',
        { host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        'POST',
        `token=${encodeURIComponent(token)}`,
      );
    expect((await form('wrong-token')).status).toBe(401);
    expect((await form(TOKEN, { origin: 'http://evil.example' })).status).toBe(403);
    const right = await form(TOKEN);
    expect(right.status).toBe(303);
    expect(String(right.headers['set-cookie'])).toContain('HttpOnly');
    expect((await get('/', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect((await get('/', { authorization: 'Bearer no' })).status).toBe(401);
  });

  it('sends a browser nowhere else', async () => {
    await start(TOKEN);
    const { headers } = await get(`//evil.example/?token=${encodeURIComponent(TOKEN)}`);
    expect(String(headers.location ?? '/')).not.toMatch(/^\/\//);
  });

  it('refuses long bodies', async () => {
    const { proof, url } = await start('', { kind: 'done' });
    const { host } = new URL(url);
    const reply = await get('/stop', { host, 'x-skymap-proof': proof }, 'POST', 'x'.repeat(100_000)).catch(() => null);
    expect(asked.every(({ body }) => body === null)).toBe(true);
    expect(reply === null || reply.status < 500).toBe(true);
  });

  it('sends events as they come and ends streams when it closes', async () => {
    const feed = liveFeed({
      name: 'x',
      about: {
        title: 'T',
        detail: '',
        nsides: [],
        angularErrorFloorDeg: 0.2,
        hasEvent: false,
        stop: 'no',
        proof: '',
        files: [],
      },
    });
    await start('', { kind: 'events', feed });
    const reply = get('/events');
    await expect.poll(() => feed.pages).toBe(1);
    feed.addPixels(8, [1, 2, 3], [5, 6, 7]);
    feed.flush();
    await server!.close();
    const { headers, text } = await reply;
    expect(headers['content-type']).toBe('text/event-stream');
    expect(text).toMatch(/event: about\ndata: \{"title":"T"/);
    expect(text).toMatch(/id: x\.0:3\nevent: pixels\ndata: [\w+/=]+\n\n/);
    expect(feed.pages).toBe(0);
  });
});

describe('a port that is taken', () => {
  it('is an error, or another one where nobody asked for it', async () => {
    const first = await start();
    const place = { host: '127.0.0.1', port: Number(new URL(first.url).port), token: '' };
    await expect(servePages(place, async () => null)).rejects.toThrow(/something else uses that port/);
    const second = await servePages({ ...place, orAnyPort: true }, async () => null);
    expect(second.url).not.toBe(first.url);
    await second.close();
  });
});

describe('the place of a page', () => {
  it('is this machine unless a host is named', () => {
    expect(pagePlace('8420', '')).toEqual({ host: '127.0.0.1', port: 8420, token: '' });
    expect(pagePlace('[::1]:0', '')).toEqual({ host: '::1', port: 0, token: '' });
  });

  it('needs a token where others are answered', () => {
    for (const place of ['0.0.0.0:80', '[::]:80', '192.168.1.5:8420', 'example.org:1', '1270.0.0.1:1']) {
      expect(() => pagePlace(place, '')).toThrow(/would answer everybody/);
      expect(pagePlace(place, TOKEN).token).toBe(TOKEN);
    }
    expect(() => pagePlace('0.0.0.0:80', 'short')).toThrow(/fewer than 8/);
  });

  it('is refused when it is none', () => {
    for (const place of ['', 'abc', '70000', ':', 'host', '1.5'])
      expect(() => pagePlace(place, '')).toThrow(/no place/);
  });
});
