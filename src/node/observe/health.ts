/** Whether a process is well, and why not: what /healthz answers. Hears the events of its broker, scan and client. */
import type { BrokerListener } from '../../broker/remote-types.js';
import { type ClientListener, listenToClient } from '../../client/index.js';
import { listenTo, type ScanListener, type ScanView } from '../../scan/index.js';

/** What is well or not, as /healthz prints it. */
export interface HealthReport {
  readonly status: 'ok' | 'degraded';
  /** What a server or client does now: starting, serving, done; starting, waiting, running, draining ... */
  readonly state: string;
  /** Why it is not well; empty where it is. */
  readonly problems: readonly string[];
  readonly uptime_s: number;
  /** Seconds since the last result came, or the last task was fitted; null before the first. */
  readonly last_result_s: number | null;
  readonly recos_done?: number;
  readonly recos_expected?: number;
}

/** Hears a process and says how it is. */
export interface Health {
  readonly scan: ScanListener;
  readonly broker: BrokerListener;
  readonly client: ClientListener;
  report(): HealthReport;
}

/** The clock is `performance.now`: a clock that is set does not make a process ill. */
export function processHealth(role: 'scan' | 'server' | 'client'): Health {
  const startedMs = performance.now();
  /** By what causes them. */
  const problems = new Map<'connection' | 'blocked' | 'client', string>();
  let state = 'starting';
  let lastMs: number | null = null;
  let view: ScanView | null = null;
  const heard = (): void => {
    lastMs = performance.now();
  };
  return {
    scan: listenTo({
      'scan:started': (event) => {
        view = event.view;
        state = 'scanning';
      },
      'task:done': heard,
      'task:failed': heard,
      'scan:done': () => {
        state = 'done';
      },
      'scan:interrupted': () => {
        state = 'stopped';
      },
    }),
    broker: (name, event) => {
      const { reason } = event as { readonly reason?: string };
      if (name === 'broker:waiting' || name === 'broker:lost') problems.set('connection', reason ?? 'no broker');
      else if (name === 'broker:connected') problems.delete('connection');
      else if (name === 'broker:blocked') problems.set('blocked', `The broker takes no messages: ${reason}`);
      else if (name === 'broker:unblocked') problems.delete('blocked');
      if (name === 'broker:connected') problems.delete('blocked');
    },
    client: listenToClient({
      'client:state': (event) => {
        if (role === 'client') state = event.state;
        if (event.state === 'failed') problems.set('client', 'The client has failed.');
      },
      'task:fitted': heard,
    }),
    report() {
      const nowMs = performance.now();
      const seconds = (sinceMs: number): number => Math.round((nowMs - sinceMs) / 100) / 10;
      const forecast = view?.forecast();
      return {
        status: problems.size === 0 ? 'ok' : 'degraded',
        state,
        problems: [...problems.values()],
        uptime_s: seconds(startedMs),
        last_result_s: lastMs === null ? null : seconds(lastMs),
        ...(forecast === undefined ? {} : { recos_done: forecast.done, recos_expected: forecast.expected }),
      };
    },
  };
}
