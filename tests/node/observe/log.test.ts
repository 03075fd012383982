import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../src/config/index.js';
import { allLogs, jsonLog, type LogEntry, logLevels, secretsOf, textLog } from '../../../src/node/observe/log.js';
import { brokerLog, clientLog, scanLog } from '../../../src/node/observe/log-events.js';
import { temporaryDirectory } from '../../support/command.js';
import { parsed, scanLandscape } from '../observed.js';

const NORMAL = logLevels(readEnvironment({}).environment);
const DEBUG = logLevels(readEnvironment({}).environment, { isDebug: true });

/** Lines that a log of these levels prints. */
function printed(levels = NORMAL, secrets: readonly string[] = [], isStamped = false) {
  const lines: string[] = [];
  return { lines, log: textLog(levels, (line) => lines.push(line), { isStamped, secrets }) };
}

const entry = (text: string | null, rest: Partial<LogEntry> = {}): LogEntry => {
  return { level: 'INFO', source: 'scan', event: '', text, ...rest };
};

describe('a log for people', () => {
  it('prints what is loud enough for its source, and nothing that is only for machines', () => {
    const { environment } = readEnvironment({ SKYSCAN_LOG: 'WARNING', SKYSCAN_MQ_CLIENT_LOG: 'DEBUG' });
    const { lines, log } = printed(logLevels(environment));
    log.write(entry('scan, info'));
    log.write(entry('scan, warning', { level: 'WARNING' }));
    log.write(entry('broker, debug', { level: 'DEBUG', source: 'broker' }));
    log.write(entry('fits, info', { source: 'client' }));
    log.write(entry(null, { level: 'CRITICAL' }));
    expect(lines).toEqual(['scan, warning', 'broker, debug']);
  });

  it('carries time and level where it goes to a file', () => {
    const { lines, log } = printed(NORMAL, [], true);
    log.write(entry('The broker is back.', { level: 'WARNING' }));
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING The broker is back\.$/);
  });

  it('is quiet with --quiet and tells everything with --debug, whatever the environment says', () => {
    const { environment } = readEnvironment({ SKYSCAN_LOG: 'INFO', SKYSCAN_LOG_THIRD_PARTY: 'DEBUG' });
    expect(new Set(Object.values(logLevels(environment, { isQuiet: true })))).toEqual(new Set(['ERROR']));
    expect(new Set(Object.values(logLevels(environment, { isDebug: true })))).toEqual(new Set(['DEBUG']));
    expect(logLevels(environment)).toMatchObject({ scan: 'INFO', client: 'INFO', 'third-party': 'DEBUG' });
  });
});

describe('secrets', () => {
  const { environment } = readEnvironment({
    SKYSCAN_BROKER_ADDRESS: 'amqps://scanner:in%2Fa%22ddress@broker/vhost',
    SKYSCAN_BROKER_AUTH: 'to"ken',
    SKYSCAN_SKYDRIVER_AUTH: 'driver-token',
  });
  const secrets = secretsOf(environment);
  const told = ['in%2Fa%22ddress', 'in/a"ddress', 'to"ken', 'to%22ken', 'driver-token'];

  it('never reach a line of text, plain or percent-encoded', () => {
    const { lines, log } = printed(NORMAL, secrets);
    for (const secret of told) log.write(entry(`cannot connect to scanner:${secret}@broker`));
    expect(new Set(lines)).toEqual(new Set(['cannot connect to scanner:[hidden]@broker']));
  });

  it('never reach a line of JSON, neither in its text nor in its figures', async () => {
    const file = join(temporaryDirectory(), 'log.jsonl');
    const log = await jsonLog(NORMAL, { file }, secrets);
    for (const secret of told) log.write(entry(`password ${secret}`, { data: { deep: { auth: secret } } }));
    log.close();
    for (const line of parsed(readFileSync(file, 'utf8'))) {
      expect(line).toMatchObject({ msg: 'password [hidden]', deep: { auth: '[hidden]' } });
    }
  });
});

describe('a log for machines', () => {
  it('is one JSON object a line, with the names of the events and figures of a scan', async () => {
    const file = join(temporaryDirectory(), 'sub', 'log.jsonl');
    const log = await jsonLog(NORMAL, { file }, []);
    await scanLandscape({ listen: scanLog(log, { tellsFailures: true }) });
    log.close();
    const lines = parsed(readFileSync(file, 'utf8'));
    expect(new Set(lines.map(({ event }) => event))).toEqual(new Set(['scan:started', 'report:progress', 'scan:done']));
    expect(lines[0]).toMatchObject({
      level: 'INFO',
      logger: 'scan',
      pid: process.pid,
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      nsides: [1, 2],
    });
    expect(lines.at(-1)).toMatchObject({ event: 'scan:done', recos: 12 + 36, failed: 0, wall_s: expect.any(Number) });
  });

  it('is refused in a sentence where its file cannot be written', async () => {
    const directory = temporaryDirectory();
    const refused = jsonLog(NORMAL, { file: directory }, []);
    await expect(refused).rejects.toMatchObject({ code: 'file/not-writable' });
    await expect(refused).rejects.toThrow(`The file ${directory} cannot be written: it is a directory.`);
  });

  it('tells every round and every task at level DEBUG', async () => {
    const file = join(temporaryDirectory(), 'log.jsonl');
    const log = await jsonLog(DEBUG, { file }, []);
    await scanLandscape({ listen: scanLog(log, { tellsFailures: true }) });
    log.close();
    const lines = parsed(readFileSync(file, 'utf8'));
    expect(lines.filter(({ event }) => event === 'task:done')).toHaveLength(12 + 36);
    expect(lines.find(({ event }) => event === 'round:chosen')).toMatchObject({
      msg: 'Round 1: 12 pixels of nside 1',
      round: 1,
      sent_pixels: { 1: 12 },
      minimum: null,
    });
  });

  it('goes beside the one for people', async () => {
    const file = join(temporaryDirectory(), 'log.jsonl');
    const { lines, log } = printed();
    const json = await jsonLog(DEBUG, { file }, []);
    const both = allLogs(log, json);
    expect([both.hears('DEBUG', 'scan'), log.hears('DEBUG', 'scan')]).toEqual([true, false]);
    both.write(entry('heard by both'));
    both.write(entry('heard by one', { level: 'DEBUG' }));
    json.close();
    expect(lines).toEqual(['heard by both']);
    expect(parsed(readFileSync(file, 'utf8')).map(({ msg }) => msg)).toEqual(['heard by both', 'heard by one']);
  });
});

describe('what is told', () => {
  it('of pixels that cannot be fitted is the first five, then only their number', () => {
    const { lines, log } = printed();
    const listen = scanLog(log, { tellsFailures: true });
    for (let pixel = 0; pixel < 9; pixel++) {
      const reasons = ['first', `reason ${pixel}`];
      const outcome = { nside: 1, pixel, runtimeS: 1, status: 'failed' as const, variations: [0], reasons };
      listen('task:failed', { outcome, isReplay: pixel === 8 });
    }
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe('Given up: nside 1 pixel 0: reason 0');
    expect(lines[5]).toMatch(/^Further pixels that cannot be fitted are only counted/);
  });

  it('of clients is when their number changes', () => {
    const { lines, log } = printed();
    const listen = brokerLog(log);
    for (const clients of [0, 0, 1, 3, 3, 0]) listen('broker:queues', { tasks: 1, clients, outcomes: 0 });
    expect(lines).toEqual([
      'No client is connected.',
      '1 client connected.',
      '3 clients connected.',
      'No client is connected.',
    ]);
  });

  it('of a broker is that it went and came back', () => {
    const { lines, log } = printed();
    const listen = brokerLog(log);
    listen('broker:connected', { where: 'host:5672', isAgain: false });
    listen('broker:lost', { where: 'host:5672', reason: 'It was reset.' });
    listen('broker:connected', { where: 'host:5672', isAgain: true });
    for (let count = 1; count <= 5; count++) listen('message:dropped', { queue: 'q', reason: 'Junk.', count });
    expect(lines).toEqual([
      'The connection to the broker is lost; trying again. It was reset.',
      'The broker at host:5672 is back.',
      'A message was taken off q (1 so far). Junk.',
      'A message was taken off q (2 so far). Junk.',
      'A message was taken off q (4 so far). Junk.',
    ]);
  });

  it('of fits is each try with --debug, and what was given up', () => {
    const task = { nside: 2, pixel: 7, zenith: 1, azimuth: 1, variations: [] };
    const lines = (levels: typeof NORMAL): string[] => {
      const { lines, log } = printed(levels);
      const listen = clientLog(log, 'Client');
      listen('client:state', { state: 'waiting', from: 'starting' });
      listen('task:retry', { task, attempt: 1, reason: 'no answer within 5 s' });
      listen('task:given-up', { task, reasons: ['no answer within 5 s', 'its thread died'] });
      return lines;
    };
    expect(lines(NORMAL)).toEqual(['Given up: nside 2 pixel 7 after 2 tries: its thread died']);
    expect(lines(DEBUG).slice(0, 2)).toEqual([
      'Client: starting -> waiting',
      'Try 1 of nside 2 pixel 7 failed: no answer within 5 s',
    ]);
  });
});
