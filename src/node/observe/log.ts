/**
 * Where what happens is written down: as text for people, through whatever shows the progress, and as lines of JSON for
 * machines. Who writes are the event maps of scan, broker and client (log-events.ts); nothing inside the engine logs.
 *
 * A line of JSON: {"time":"2026-01-31T12:00:00.000Z","level":"INFO","logger":"scan","event":"round:chosen",
 * "msg":"Round 2: ...","round":2,...}. Levels are those of Python's logging, which upstream's users know. Secrets of the
 * environment (passwords, tokens) never reach a line, wherever they come from.
 */
import { hostname } from 'node:os';
import type { Environment, LogLevel } from '../../config/index.js';
import { ensureFile } from '../files/files.js';

/** Whose line it is, and so which variable sets its level. */
export type LogSource = 'scan' | 'broker' | 'client' | 'third-party';

/** Something that happened. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly source: LogSource;
  /** Name of the event; '' for a plain sentence. */
  readonly event: string;
  /** A sentence for people; null for what only machines want to know. */
  readonly text: string | null;
  /** Figures, for machines. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Takes entries. */
export interface Log {
  write(entry: LogEntry): void;
  /** Whether anything of that level would be written, so that nothing is made in vain. */
  hears(level: LogLevel, source: LogSource): boolean;
}

/** The least level that each source is heard with. */
export type LogLevels = Readonly<Record<LogSource, LogLevel>>;

export type LogFormat = 'text' | 'json';

/** Python's numbers. */
const NUMBERS: Readonly<Record<LogLevel, number>> = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 };

/** Levels as the environment says them, with --debug and --quiet. */
export function logLevels(
  environment: Pick<Environment, 'log' | 'logThirdParty' | 'logMqClient' | 'logPilot'>,
  { isDebug = false, isQuiet = false }: { readonly isDebug?: boolean; readonly isQuiet?: boolean } = {},
): LogLevels {
  const { log, logThirdParty, logMqClient, logPilot } = environment;
  const limit: LogLevel | null = isDebug ? 'DEBUG' : isQuiet ? 'ERROR' : null;
  return {
    scan: limit ?? log,
    broker: limit ?? (logMqClient || log),
    client: limit ?? (logPilot || log),
    'third-party': limit ?? logThirdParty,
  };
}

/** A log of sentences, handed to `print` one line at a time. `isStamped`: with time and level, for a file. */
export function textLog(
  levels: LogLevels,
  print: (line: string) => void,
  { isStamped, secrets }: { readonly isStamped: boolean; readonly secrets: readonly string[] },
): Log {
  const clean = scrubber(secrets);
  const hears = hearing(levels);
  return {
    hears,
    write({ level, source, text }) {
      if (text === null || !hears(level, source)) return;
      const line = clean(text);
      print(isStamped ? `${timeStamp()} ${level.padEnd(7)} ${line}` : line);
    },
  };
}

/** Time of a log line: UTC, whole seconds. */
export function timeStamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** A log of JSON lines on a file descriptor or in a file that grows. Throws FileAccessError file/not-writable. */
export async function jsonLog(
  levels: LogLevels,
  where: { readonly fd: number } | { readonly file: string },
  secrets: readonly string[],
): Promise<Log & { close(): void }> {
  const { default: pino } = await import('pino');
  const clean = scrubber(secrets);
  if ('file' in where) await ensureFile(where.file);
  const destination = pino.destination({
    ...('fd' in where ? { fd: where.fd } : { dest: where.file }),
    sync: true,
  });
  // A reader that goes away, or a full disk, must not end a scan.
  destination.on('error', () => undefined);
  const customLevels = Object.fromEntries(Object.entries(NUMBERS).map(([name, value]) => [name.toLowerCase(), value]));
  const logger = pino(
    {
      level: 'debug',
      customLevels,
      useOnlyCustomLevels: true,
      base: { host: hostname(), pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      hooks: { streamWrite: clean },
    },
    destination,
  ) as unknown as Record<string, (data: object, text?: string) => void>;
  const hears = hearing(levels);
  return {
    hears,
    write({ level, source, event, text, data }) {
      if (!hears(level, source)) return;
      const about = { logger: source, ...(event === '' ? {} : { event }), ...data };
      logger[level.toLowerCase()]!(about, text ?? undefined);
    },
    close() {
      destination.end();
    },
  };
}

/** One log that writes to several. */
export function allLogs(...logs: readonly Log[]): Log {
  return {
    write(entry) {
      for (const log of logs) log.write(entry);
    },
    hears: (level, source) => logs.some((log) => log.hears(level, source)),
  };
}

/** Passwords and tokens that the environment holds, as they may appear anywhere. */
export function secretsOf(environment: Pick<Environment, 'brokerAuth' | 'brokerAddress' | 'skydriverAuth'>): string[] {
  const { brokerAuth, brokerAddress, skydriverAuth } = environment;
  const inAddress = /^(?:[a-z+]+:\/\/)?[^/@]*?:([^/]*)@/i.exec(brokerAddress)?.[1] ?? '';
  return secretForms([brokerAuth, skydriverAuth, inAddress, unescaped(inAddress)]);
}

/** Secrets as they are, percent-encoded, and inside JSON. Very short ones are parts of too many words. */
export function secretForms(secrets: readonly string[]): string[] {
  const worthIt = secrets.filter((secret) => secret.length > 2);
  const forms = worthIt.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  // The longer first: one may be a part of the other.
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function scrubber(secrets: readonly string[]): (line: string) => string {
  return (line) => secrets.reduce((text, secret) => text.replaceAll(secret, '[hidden]'), line);
}

function hearing(levels: LogLevels): Log['hears'] {
  return (level, source) => NUMBERS[level] >= NUMBERS[levels[source]];
}
