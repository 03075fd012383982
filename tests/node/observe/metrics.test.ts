import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { processHealth } from '../../../src/node/observe/health.js';
import { processMetrics, type Role } from '../../../src/node/observe/metrics.js';
import { type MetricsServer, metricsAddress, serveMetrics } from '../../../src/node/observe/metrics-server.js';
import { scanLandscape } from '../observed.js';

const running: MetricsServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function offer(role: Role) {
  const metrics = processMetrics(role, { version: '1', reco: 'a "quoted" one' });
  const health = processHealth(role);
  const server = await serveMetrics('0', metrics, health);
  running.push(server);
  const get = async (path: string, init?: RequestInit) => {
    const answer = await fetch(server.url + path, init);
    return { code: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
  };
  /** The figure of that name and label, undefined where there is none. */
  const figure = async (name: string): Promise<number | undefined> => {
    const lines = (await get('/metrics')).text.split('\n');
    const line = lines.find((each) => each.startsWith(`skymap_scanner_${name} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { metrics, health, server, get, figure };
}

describe('metrics', () => {
  it('of a scan are what it has done, what is left, and the best fit', async () => {
    const { metrics, get, figure } = await offer('scan');
    expect(await figure('recos_done')).toBeUndefined();
    await scanLandscape({ listen: metrics.scan });
    expect(await figure('recos_done')).toBe(48);
    expect(await figure('recos_total')).toBe(48);
    expect(await figure('pixels_done{nside="1"}')).toBe(12);
    expect(await figure('pixels_chosen{nside="2"}')).toBe(36);
    expect(await figure('reco_seconds_count{nside="2"}')).toBe(36);
    expect(await figure('time_left_seconds')).toBe(0);
    expect(await figure('scan_finished')).toBe(1);
    expect(await figure('recos_failed_total')).toBe(0);
    expect(await figure('best_llh')).toBeTypeOf('number');
    expect(await figure('broker_connected')).toBeUndefined();
    const { type, text } = await get('/metrics');
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain('skymap_scanner_info{role="scan",version="1",reco="a \\"quoted\\" one"} 1');
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });

  it('follow the grammar of Prometheus: every line is a comment or a name, labels and a number', async () => {
    const { metrics, get } = await offer('server');
    await scanLandscape({ listen: metrics.scan });
    for (const line of (await get('/metrics')).text.split('\n')) {
      expect(line).toMatch(
        /^(|# (HELP|TYPE) .*|[a-z_:][a-z0-9_:]*(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? [-+]?([\d.]+(e[-+]?\d+)?|Inf|Nan))$/i,
      );
    }
  });

  it('of a server tell of its broker and its clients', async () => {
    const { metrics, figure } = await offer('server');
    metrics.broker('broker:connected', { where: 'there', isAgain: false });
    metrics.broker('broker:queues', { tasks: 40, clients: 3, outcomes: 2 });
    expect(await figure('clients')).toBe(3);
    expect(await figure('queue_tasks')).toBe(40);
    expect(await figure('queue_outcomes')).toBe(2);
    expect(await figure('broker_connected')).toBe(1);
    metrics.broker('broker:lost', { where: 'there', reason: 'cut' });
    metrics.broker('task:sent-again', { tasks: 7, why: 'nobody has them' });
    expect(await figure('broker_connected')).toBe(0);
    expect(await figure('broker_connections_lost_total')).toBe(1);
    expect(await figure('tasks_sent_again_total')).toBe(7);
    expect(await figure('tasks_fitted_total')).toBeUndefined();
  });

  it('of a client tell what it fits and in which state it is', async () => {
    const { metrics, figure } = await offer('client');
    const task = { nside: 8, pixel: 7, zenith: 1, azimuth: 1, variations: [] };
    metrics.client('client:state', { state: 'running', from: 'waiting' });
    metrics.client('task:fitted', { task, runtimeS: 2 });
    metrics.client('task:retry', { task, attempt: 1, reason: 'no' });
    metrics.client('task:given-up', { task, reasons: ['no', 'no'] });
    expect(await figure('client_state{state="running"}')).toBe(1);
    expect(await figure('client_state{state="waiting"}')).toBe(0);
    expect(await figure('tasks_fitted_total')).toBe(1);
    expect(await figure('task_tries_failed_total')).toBe(2);
    expect(await figure('tasks_given_up_total')).toBe(1);
    expect(await figure('task_seconds_sum{nside="8"}')).toBe(2);
    expect(await figure('clients')).toBeUndefined();
  });
});

describe('health', () => {
  it('is bad while the broker is away, and says why', async () => {
    const { health, get } = await offer('server');
    expect(JSON.parse((await get('/healthz')).text)).toMatchObject({ status: 'ok', state: 'starting', problems: [] });
    health.broker('broker:lost', { where: 'there', reason: 'The broker at there closed the connection.' });
    const ill = await get('/healthz');
    expect(ill.code).toBe(503);
    expect(JSON.parse(ill.text)).toMatchObject({
      status: 'degraded',
      problems: ['The broker at there closed the connection.'],
    });
    expect(await get('/livez')).toMatchObject({ code: 200, text: 'ok\n' });
    health.broker('broker:connected', { where: 'there', isAgain: true });
    expect(await get('/healthz')).toMatchObject({ code: 200, type: 'application/json' });
  });

  it('tells how far a scan is', async () => {
    const { health } = await offer('scan');
    await scanLandscape({ listen: health.scan });
    expect(health.report()).toMatchObject({ state: 'done', recos_done: 48, recos_expected: 48 });
    expect(health.report().last_result_s).toBeLessThan(60);
  });
});

describe('the place of metrics', () => {
  it('is a port of this machine, or host and port', () => {
    expect(metricsAddress('9464')).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(metricsAddress('0.0.0.0:80')).toEqual({ host: '0.0.0.0', port: 80 });
    expect(metricsAddress('[::1]:80')).toEqual({ host: '::1', port: 80 });
  });

  it.each(['', 'http', '70000', 'host:', ':-1', '1e3'])('is not "%s"', (text) => {
    expect(() => metricsAddress(text)).toThrow(`"${text}" is no place for metrics.`);
  });

  it('that is taken is refused in a sentence', async () => {
    const { server, metrics, health } = await offer('scan');
    const port = new URL(server.url).port;
    await expect(serveMetrics(port, metrics, health)).rejects.toThrow(
      `Metrics cannot be offered at 127.0.0.1:${port}: something else uses that port.`,
    );
  });

  it('answers nothing but three pages, and changes nothing', async () => {
    const { get, server } = await offer('scan');
    expect(await get('/')).toMatchObject({ code: 404, text: 'There are /metrics, /healthz and /livez.\n' });
    expect((await get('/metrics', { method: 'POST' })).code).toBe(405);
    // A target that no URL parser takes.
    const code = await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      request({ hostname, port, path: '//', method: 'GET' }, ({ statusCode }) => resolve(statusCode))
        .on('error', reject)
        .end();
    });
    expect(code).toBe(404);
  });
});
