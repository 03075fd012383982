/**
 * Everything that looks at a running scan or client from outside: log, metrics, health. It hears the event maps; whoever
 * runs something hands it three listeners and closes it at the end.
 */
import type { BrokerEvents, BrokerListener } from '../../broker/remote-types.js';
import type { ClientEvents, ClientListener } from '../../client/index.js';
import type { Environment, LogLevel } from '../../config/index.js';
import { type ScanListener, tellAll } from '../../scan/index.js';
import { packageVersion } from '../files/resources.js';
import { processHealth } from './health.js';
import { allLogs, jsonLog, type Log, type LogFormat, logLevels, secretForms, secretsOf, textLog } from './log.js';
import { brokerLog, clientLog, scanLog } from './log-events.js';
import type { Role } from './metrics.js';

/** Who is looked at, and how. */
export interface ObserverOptions {
  readonly role: Role;
  readonly environment: Environment;
  readonly isDebug?: boolean;
  readonly isQuiet?: boolean;
  /** Form of what goes to standard error. Default: as the environment says. */
  readonly format?: LogFormat;
  /** Where JSON lines go as well. Default: nowhere. */
  readonly file?: string;
  /** `[HOST:]PORT` for metrics, '' for none. Default: as the environment says. */
  readonly metrics?: string;
  /** Shows a line of text to people. */
  readonly print: (line: string) => void;
  /** Whether lines of text carry time and level: where they go to a file. */
  readonly isStamped: boolean;
  /** Labels of the metrics: the reconstruction, say. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Listeners for everything that happens, and a way to say something. */
export interface Observer {
  readonly scan: ScanListener;
  readonly broker: BrokerListener;
  readonly client: ClientListener;
  /** A sentence. Default level INFO. */
  note(text: string, level?: LogLevel): void;
  /** How it ended, for machines: written where lines of JSON go. */
  tell(event: string, data: Readonly<Record<string, unknown>>, level?: LogLevel): void;
  /** Never shows these: tokens that are not in the environment. */
  hide(secrets: readonly string[]): void;
  close(): Promise<void>;
}

/** Opens log and metrics. Throws a ConfigError where metrics cannot be offered. */
export async function observe(options: ObserverOptions): Promise<Observer> {
  const { role, environment, print, isStamped } = options;
  const format = options.format ?? environment.logFormat;
  const levels = logLevels(environment, options);
  const secrets = secretsOf(environment);
  const files = [
    ...(format === 'json' ? [await jsonLog(levels, { fd: 2 }, secrets)] : []),
    ...(options.file === undefined ? [] : [await jsonLog(levels, { file: options.file }, secrets)]),
  ];
  const log: Log = allLogs(...(format === 'json' ? [] : [textLog(levels, print, { isStamped, secrets })]), ...files);
  const stopHearing = hearWarnings(log);

  const place = options.metrics ?? environment.metrics;
  const watched = place === '' ? null : await watch(place, role, options.labels ?? {});
  // In one process with the scan, workers need not say what the scan says anyhow.
  const ears = {
    scan: scanLog(log, { tellsFailures: role === 'server' }),
    broker: brokerLog(log),
    client: clientLog(log, role === 'client' ? 'Client' : 'Workers'),
  };
  const note = (text: string, level: LogLevel = 'INFO'): void => {
    log.write({ level, source: role === 'client' ? 'client' : 'scan', event: '', text });
  };
  if (watched !== null) note(`Metrics and health are at ${watched.url}/metrics and ${watched.url}/healthz.`);
  return {
    scan: watched === null ? ears.scan : tellAll(ears.scan, watched.scan),
    broker: watched === null ? ears.broker : both<BrokerEvents>(ears.broker, watched.broker),
    client: watched === null ? ears.client : both<ClientEvents>(ears.client, watched.client),
    note,
    tell(event, data, level = 'INFO') {
      log.write({ level, source: role === 'client' ? 'client' : 'scan', event, text: null, data });
    },
    hide(more) {
      secrets.push(...secretForms(more));
    },
    async close() {
      stopHearing();
      for (const file of files) file.close();
      await watched?.close();
    },
  };
}

/** Metrics and health, loaded only where they are asked for. */
async function watch(place: string, role: Role, labels: Readonly<Record<string, string>>) {
  const { processMetrics } = await import('./metrics.js');
  const { serveMetrics } = await import('./metrics-server.js');
  const metrics = processMetrics(role, { version: await packageVersion(), ...labels });
  const health = processHealth(role);
  const server = await serveMetrics(place, metrics, health);
  return {
    scan: tellAll(metrics.scan, health.scan),
    broker: both<BrokerEvents>(metrics.broker, health.broker),
    client: both<ClientEvents>(metrics.client, health.client),
    url: server.url,
    close: () => server.close(),
  };
}

function both<T>(
  first: <K extends keyof T>(name: K, event: T[K]) => void,
  second: <K extends keyof T>(name: K, event: T[K]) => void,
): <K extends keyof T>(name: K, event: T[K]) => void {
  return (name, event) => {
    first(name, event);
    second(name, event);
  };
}

/** Node's warnings go where everything goes. Gives back how to stop. */
function hearWarnings(log: Log): () => void {
  const usual = process.listeners('warning');
  process.removeAllListeners('warning');
  const hear = (warning: Error): void => {
    const text = `${warning.name}: ${warning.message}`;
    log.write({ level: 'WARNING', source: 'third-party', event: 'process:warning', text });
  };
  process.on('warning', hear);
  return () => {
    process.off('warning', hear);
    for (const listener of usual) process.on('warning', listener);
  };
}
