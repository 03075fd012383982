/**
 * The small web server beside a scan or client: /metrics for Prometheus, /healthz (200, or 503 while the broker is away)
 * and /livez (200 while the process answers at all). It answers only this machine unless a host is named, changes
 * nothing, and tells nothing that a log would not.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../../config/index.js';
import type { Health } from './health.js';
import type { Metrics } from './metrics.js';

/** A running server. */
export interface MetricsServer {
  /** Where it answers: `http://127.0.0.1:9464`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Host and port out of `[HOST:]PORT`. Throws a ConfigError for anything else. */
export function metricsAddress(text: string): { readonly host: string; readonly port: number } {
  const found = /^(?:(.*):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(found?.[2] ?? Number.NaN);
  const host = (found?.[1] ?? '').replace(/^\[(.*)\]$/, '$1');
  if (found !== null && port <= 65_535) return { host: host || '127.0.0.1', port };
  throw new ConfigError(
    'config/bad-value',
    `"${text}" is no place for metrics.`,
    'Say --metrics PORT (this machine only) or --metrics HOST:PORT; 0.0.0.0:PORT answers everybody, port 0 any free one.',
  );
}

/** Starts it. Throws a ConfigError where the port is taken or the host is not ours. */
export async function serveMetrics(place: string, metrics: Metrics, health: Health): Promise<MetricsServer> {
  const { host, port } = metricsAddress(place);
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '/').split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'text/plain', 'Only GET.\n');
    else if (path === '/metrics') {
      metrics.text().then(
        (text) => answer(response, 200, metrics.contentType, text),
        () => answer(response, 500, 'text/plain', 'The figures could not be gathered.\n'),
      );
    } else if (path === '/healthz') {
      const report = health.report();
      answer(response, report.status === 'ok' ? 200 : 503, 'application/json', `${JSON.stringify(report)}\n`);
    } else if (path === '/livez') answer(response, 200, 'text/plain', 'ok\n');
    else answer(response, 404, 'text/plain', 'There are /metrics, /healthz and /livez.\n');
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(host, port, error)));
    server.listen(port, host, resolve);
  });
  // What is asked while the process ends must not keep it.
  server.unref();
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, code: number, type: string, text: string): void {
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

function cannotListen(host: string, port: number, { code, message }: NodeJS.ErrnoException): ConfigError {
  const why = code === 'EADDRINUSE' ? 'something else uses that port' : message;
  return new ConfigError(
    'config/bad-value',
    `Metrics cannot be offered at ${host}:${port}: ${why}.`,
    'Say another --metrics [HOST:]PORT; port 0 takes any free one.',
  );
}
