import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOpenEvent } from '../../../src/event/index.js';
import { loadEvent } from '../../../src/node/files/load-event.js';
import {
  eventOfSkydriver,
  type ScanForSkydriver,
  type SkydriverOptions,
  scanForSkydriver,
} from '../../../src/node/skydriver/skydriver.js';
import { CASUAL, type Manner, skydriver, skydriverPlace } from '../../../src/node/skydriver/skydriver-http.js';
import type { Manifest } from '../../../src/report/index.js';
import type { ScanResult } from '../../../src/result/index.js';
import { temporaryDirectory, until } from '../../support/command.js';
import { needsShared, sharedPath } from '../../support/shared.js';
import { type Skydriver, startSkydriver, TOKEN } from '../../support/skydriver.js';

const QUICK: Manner = { timeoutS: 0.3, retries: Number.POSITIVE_INFINITY, keepTryingS: 3 };

let there: Skydriver;
let notes: string[];
let open: ScanForSkydriver | null;
const note = (text: string): void => void notes.push(text);

beforeEach(async () => {
  there = await startSkydriver({ value: { data: [] } });
  notes = [];
  open = null;
});
afterEach(async () => {
  open?.close();
  await there.dispose();
  expect(notes.join('\n')).not.toContain(TOKEN);
});

const place = () => ({ address: there.address, token: TOKEN, scanId: there.scanId });
const options = (other: Partial<SkydriverOptions> = {}): SkydriverOptions => ({
  place: place(),
  killSwitchIntervalS: 0.05,
  waitsForWorkers: true,
  workersIntervalS: 0.05,
  urgent: QUICK,
  ...other,
});
function accompany(other: Partial<SkydriverOptions> = {}, onUnwanted: () => void = () => undefined): ScanForSkydriver {
  open = scanForSkydriver(options({ killSwitchIntervalS: 1000, ...other }), note, onUnwanted);
  return open;
}

/** A map with so many fitted pixels. */
function result(count: number): ScanResult {
  const numbers = Float64Array.from({ length: count }, (_, i) => i);
  const columns = { llh: numbers, eIn: numbers, eTot: numbers, x: numbers, y: numbers, z: numbers, t: numbers };
  return { metadata: null, maps: [{ nside: 1, pixel: Int32Array.from(numbers), ...columns }] };
}

function manifest(summary: string): Manifest {
  return {
    progress: {
      summary,
      epilogue: '',
      tallies: {},
      processing_stats: { start: {}, runtime: {} },
      predictive_scanning_threshold: 1,
      last_updated: '2024-01-01 00:00:00',
    },
    event_metadata: { run_id: 1, event_id: 2, event_type: null, mjd: 60000, is_real_event: true, version: 1 },
    scan_metadata: { scan_id: there.scanId },
  } as unknown as Manifest;
}

const summaries = (): (string | undefined)[] => there.patches().map(({ progress }) => progress?.summary);
const sizes = (): number[] =>
  there.puts().map(({ skyscan_result: map }) => (map['nside-1'] as { data: unknown[] }).data.length);

describe('a request', () => {
  const get = (manner: Manner) => skydriver(place())({ method: 'GET', what: 'status', manner });

  it.each([408, 429, 500, 503])('that is answered with %i is repeated', async (status) => {
    let left = 1;
    there.fail = () => (left-- > 0 ? status : null);
    await expect(get(QUICK)).resolves.toMatchObject({ is_deleted: false });
    expect(there.heard.map((entry) => entry.status)).toEqual([status, 200]);
  });

  it.each([400, 401, 403, 404, 422])('that is answered with %i is not', async (status) => {
    there.fail = () => status;
    await expect(get(QUICK)).rejects.toMatchObject({ code: 'skydriver/refused' });
    expect(there.heard).toHaveLength(1);
  });

  it.each(['cut', 'hang'] as const)('whose connection is %s is repeated', async (how) => {
    let left = 1;
    there.fail = () => (left-- > 0 ? how : null);
    await expect(get(QUICK)).resolves.toMatchObject({ is_deleted: false });
  });

  it('is repeated once where it is casual', async () => {
    there.fail = () => 503;
    await expect(get(CASUAL)).rejects.toMatchObject({ code: 'skydriver/unreachable' });
    expect(there.heard).toHaveLength(2);
  });

  it('is given up when its time is over', async () => {
    there.fail = () => 503;
    const startedMs = performance.now();
    await expect(get({ ...QUICK, keepTryingS: 1 })).rejects.toMatchObject({ code: 'skydriver/unreachable' });
    expect(performance.now() - startedMs).toBeLessThan(1500);
    expect(there.heard.length).toBeGreaterThan(1);
  });

  it('ends with its signal, also between two tries', async () => {
    there.fail = () => 503;
    const controller = new AbortController();
    const asked = skydriver(place())({ method: 'GET', what: 'status', manner: QUICK, signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(asked).rejects.toThrow(/abort/i);
  });

  it('that a login page answers is said to be so', async () => {
    there.fail = () => 'html';
    await expect(get(QUICK)).rejects.toThrow(/GET status of scan 0123456789abcdef with something that is not JSON/);
  });

  it('never shows the token, not even where the answer does', async () => {
    there.fail = () => 403;
    const error = (await get(QUICK).catch((reason) => reason)) as Error & { hint: string };
    expect(error.message).toMatch(/with 403: .*told to, bearer \(token\)/);
    expect(`${error.stack}${error.hint}${JSON.stringify(error)}`).not.toContain(TOKEN);
  });

  it('says why nobody is there', async () => {
    const nobody = skydriver(place());
    await there.dispose();
    await expect(nobody({ method: 'GET', what: 'status', manner: CASUAL })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('goes to the scan of that name, with the token as SkyDriver wants it', async () => {
    const heard: { url?: string; headers?: IncomingHttpHeaders } = {};
    const server = createServer((request, response) => {
      Object.assign(heard, { url: request.url, headers: request.headers });
      response.end('{}');
    }).listen(0);
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
    const ask = skydriver({ address, token: 'abc', scanId: 'a/b c' });
    await ask({ method: 'PATCH', what: 'manifest', body: '{"ä": 1}', manner: CASUAL });
    server.close();
    expect(heard.url).toBe('/api/scan/a%2Fb%20c/manifest');
    expect(heard.headers).toMatchObject({ authorization: 'bearer abc', 'content-type': 'application/json' });
  });
});

describe('the place', () => {
  const at = (skydriverAddress: string, skydriverAuth = 'token', scanId = 'scan') =>
    skydriverPlace({ skydriverAddress, skydriverAuth, scanId });

  it('is none without an address', () => {
    expect(at('')).toBeNull();
    expect(at(' https://host/api/ ')).toEqual({ address: 'https://host/api', token: 'token', scanId: 'scan' });
  });

  it.each([
    ['host', 'token', 'scan', /is no address like https:\/\/host/],
    ['ftp://host', 'token', 'scan', /is no address like https:\/\/host/],
    ['https://user:secret@host', 'token', 'scan', /without user and password/],
    ['https://host', 'token', '', /not which scan/],
    ['https://host', 'sec\nret', 'scan', /characters that a token cannot have/],
  ])('%j %j %j is refused without showing what is secret', (address, token, scanId, sentence) => {
    expect(() => at(address, token, scanId)).toThrow(sentence);
    expect(() => at(address, token, scanId)).not.toThrow(/secret|sec\nret/);
  });
});

describe('the event of a scan', () => {
  it('is a file, asked for once', async () => {
    const cache = temporaryDirectory();
    const path = await eventOfSkydriver(options(), cache, note);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ value: { data: [] } });
    await there.dispose();
    expect(await eventOfSkydriver(options(), cache, note)).toBe(path);
  });

  it('is asked for elsewhere where the manifest says so', async () => {
    there.state.event = "use 'i3_event_id'";
    there.state.i3Event = { value: { data: 'x' } };
    const path = await eventOfSkydriver(options(), temporaryDirectory(), note);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ value: { data: 'x' } });
  });

  it('is waited for', async () => {
    let left = 2;
    there.fail = () => (left-- > 0 ? 502 : null);
    await eventOfSkydriver(options(), temporaryDirectory(), note);
    expect(notes).toEqual([expect.stringMatching(/^Waiting for SkyDriver\. .* with 502/)]);
  });

  it('is missed in one sentence', async () => {
    there.state.event = 12;
    await expect(eventOfSkydriver(options(), temporaryDirectory(), note)).rejects.toThrow(/has no event for scan/);
  });
});

needsShared('the event of an alert', ['data/events/event_HESE_2017-11-28.json'], () => {
  it('is the same through SkyDriver as from its file', async () => {
    const file = sharedPath('data/events/event_HESE_2017-11-28.json');
    there.state.event = JSON.parse(readFileSync(file, 'utf8'));
    const path = await eventOfSkydriver(options(), temporaryDirectory(), note);
    const [through, direct] = [await loadEvent(path, { gcdDir: null }), await loadEvent(file, { gcdDir: null })];
    expect(writeOpenEvent(through.event, through.detector)).toBe(writeOpenEvent(direct.event, direct.detector));
  });
});

describe('a scan for SkyDriver', () => {
  it('waits until a worker runs, whatever happens to the questions', async () => {
    there.state.running = 0;
    let asked = 0;
    there.fail = (what) => (what === 'GET ewms/workforce' && ++asked % 2 === 1 ? 404 : null);
    const scan = accompany();
    let isThere = false;
    const waiting = scan.waitForWorkers().then(() => {
      isThere = true;
    });
    await until(() => asked > 4);
    expect(isThere).toBe(false);
    there.state.running = 2;
    await waiting;
  });

  it('stops waiting for workers when it is stopped', async () => {
    there.state.running = 0;
    const controller = new AbortController();
    const waiting = accompany({ workersIntervalS: 1000 }).waitForWorkers(controller.signal);
    await until(() => there.heard.length > 1);
    controller.abort();
    await waiting;
  });

  it('reports progress and maps as it goes, the last ones in that order, map first', async () => {
    const scan = accompany();
    scan.listen('report:progress', { manifest: manifest('first') });
    await until(() => summaries().length === 1);
    scan.listen('report:result', { result: result(0), isFinal: false });
    scan.listen('report:progress', { manifest: manifest('second') });
    await until(() => summaries().length === 2);
    expect(sizes()).toEqual([]);
    scan.listen('report:result', { result: result(2), isFinal: false });
    await until(() => sizes().length === 1);
    scan.listen('report:result', { result: result(3), isFinal: true });
    scan.listen('report:progress', { manifest: manifest('last') });
    await scan.finish();
    expect(there.puts().map(({ is_final }) => is_final)).toEqual([false, true]);
    expect(sizes()).toEqual([2, 3]);
    expect(summaries()).toEqual(['first', 'second', 'last']);
    expect(there.heard.slice(-2).map(({ what }) => what)).toEqual(['PUT result', 'PATCH manifest']);
    expect(there.heard.every(({ status }) => status === 200)).toBe(true);
    expect(there.patches()[0]!.event_metadata).toMatchObject({ event_type: 'None' });
  });

  it('sends the latest of what waits, not all of it', async () => {
    const scan = accompany();
    for (let i = 0; i < 50; i++) scan.listen('report:progress', { manifest: manifest(String(i)) });
    await until(() => summaries().includes('49'));
    expect(summaries()).toEqual(['49']);
    for (let i = 0; i < 50; i++) scan.listen('report:progress', { manifest: manifest(String(100 + i)) });
    await until(() => summaries().includes('149'));
    expect(summaries()).toEqual(['49', '149']);
  });

  it('goes on where SkyDriver fails, and says so once', async () => {
    there.fail = (what) => (what.startsWith('P') ? 500 : null);
    const scan = accompany();
    for (const i of [1, 2]) {
      scan.listen('report:progress', { manifest: manifest('lost') });
      await until(() => there.heard.filter(({ what }) => what === 'PATCH manifest').length === 2 * i);
    }
    await until(() => notes.length > 0);
    there.fail = () => null;
    scan.listen('report:progress', { manifest: manifest('heard') });
    await until(() => notes.length > 1);
    expect(notes).toEqual([
      expect.stringMatching(/^A report to SkyDriver is lost; the scan goes on\. .* with 500/),
      expect.stringMatching(/^SkyDriver answers again/),
    ]);
  });

  it('tries the final result again and again', async () => {
    const scan = accompany();
    let left = 2;
    there.fail = (what) => (what === 'PUT result' && left-- > 0 ? 503 : null);
    scan.listen('report:result', { result: result(3), isFinal: true });
    scan.listen('report:progress', { manifest: manifest('last') });
    await scan.finish();
    expect(sizes()).toEqual([3]);
    expect(summaries()).toEqual(['last']);
    expect(notes).toEqual([expect.stringMatching(/^The final result waits for SkyDriver/)]);
  });

  it('fails where the final result does not arrive, and not where only the last progress does not', async () => {
    there.fail = (what) => (what === 'PUT result' ? 413 : null);
    const scan = accompany();
    scan.listen('report:result', { result: result(3), isFinal: true });
    scan.listen('report:progress', { manifest: manifest('last') });
    await expect(scan.finish()).rejects.toMatchObject({ code: 'skydriver/no-result' });
    there.fail = (what) => (what === 'PATCH manifest' ? 400 : null);
    await scan.finish();
    expect(notes).toEqual([expect.stringMatching(/has the result, but not the last progress report/)]);
  });

  it('can be stopped while the final result waits', async () => {
    there.fail = (what) => (what === 'PUT result' ? 503 : null);
    const scan = accompany();
    scan.listen('report:result', { result: result(3), isFinal: true });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(scan.finish(controller.signal)).rejects.toThrow(/stopped while it waited/);
  });

  it('is ended when it is not wanted any more, also after questions that failed', async () => {
    let asked = 0;
    there.fail = (what) => (what === 'GET status' && ++asked < 4 ? 404 : null);
    let unwanted = 0;
    const scan = accompany({ killSwitchIntervalS: 0.05 }, () => unwanted++);
    await until(() => asked > 5);
    expect(unwanted).toBe(0);
    there.state.ewmsDeactivated = 'ABORTED';
    await until(() => unwanted > 0);
    expect(scan.unwanted).toBe('its workers were ended (ABORTED)');
    const after = asked;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([asked, unwanted]).toEqual([after, 1]);
  });
});
