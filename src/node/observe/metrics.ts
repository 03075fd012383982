/**
 * What a scan, its broker and a client tell to Prometheus (docs/operators.md has the table of names). The figures live in
 * a registry of their own and hear the same events as everything else; nothing is counted unless somebody may ask.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BrokerEvents, BrokerListener } from '../../broker/remote-types.js';
import { CLIENT_STATES, type ClientListener, type ClientState, listenToClient } from '../../client/index.js';
import { figuresTaker, listenTo, type ScanListener, type ScanView, tellAll } from '../../scan/index.js';
import { pixelPhi, pixelTheta } from '../../sky/index.js';

/** Figures of one process. */
export interface Metrics {
  readonly scan: ScanListener;
  readonly broker: BrokerListener;
  readonly client: ClientListener;
  readonly contentType: string;
  /** The figures at this moment, as Prometheus reads them. */
  text(): Promise<string>;
}

const DEG = 180 / Math.PI;
const PREFIX = 'skymap_scanner_';
/** From recos without tables to slow ones, seconds. */
const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/** Which kind of process is looked at: only what it can tell is offered. */
export type Role = 'scan' | 'server' | 'client';

/** `info`: labels of the process that do not change (version, reco). */
export function processMetrics(role: Role, about: Readonly<Record<string, string>>): Metrics {
  const info = { role, ...about };
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const register = { registers: [registry] };
  new Gauge({ name: `${PREFIX}info`, help: 'What runs here.', labelNames: Object.keys(info), ...register }).set(
    info,
    1,
  );
  return {
    scan: role === 'client' ? nobody : scanFigures(registry),
    broker: role === 'scan' ? nobody : brokerFigures(registry, role),
    client: role === 'server' ? nobody : clientFigures(registry),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

const nobody = (): void => undefined;

function scanFigures(registry: Registry): ScanListener {
  const taker = figuresTaker();
  const registers = [registry];
  /** Asked for only when somebody reads. */
  const gauge = (
    name: string,
    help: string,
    value: (view: ScanView) => number | null,
    labelNames: string[] = [],
  ): void => {
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      labelNames,
      collect() {
        const found = taker.view === null ? null : value(taker.view);
        if (found === null || !Number.isFinite(found)) this.remove();
        else this.set(found);
      },
    });
  };
  const byNside = (name: string, help: string, value: 'sent' | 'done'): void => {
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      labelNames: ['nside'],
      collect() {
        for (const level of taker.figures().levels) this.set({ nside: level.nside }, level[value]);
      },
    });
  };
  byNside('pixels_chosen', 'Pixels chosen so far.', 'sent');
  byNside('pixels_done', 'Pixels of which all fits have come.', 'done');
  gauge('recos_done', 'Fits that have come, those of a journal included.', (view) => view.forecast().done);
  gauge('recos_expected', 'Fits of the whole scan, as far as can be told now.', (view) => view.forecast().expected);
  gauge('time_left_seconds', 'Predicted time until the scan is done.', (view) => view.forecast().secondsLeft);
  gauge('best_llh', 'Smallest -ln likelihood so far.', () => taker.figures().best?.llh ?? null);
  gauge('best_ra_degrees', 'Right ascension of the best pixel so far.', () => {
    const { best } = taker.figures();
    return best === null ? null : pixelPhi(best.nside, best.pixel) * DEG;
  });
  gauge('best_dec_degrees', 'Declination of the best pixel so far.', () => {
    const { best } = taker.figures();
    return best === null ? null : 90 - pixelTheta(best.nside, best.pixel) * DEG;
  });

  const recos = new Counter({ name: `${PREFIX}recos_total`, help: 'Fits that clients sent.', registers });
  const failed = new Counter({
    name: `${PREFIX}recos_failed_total`,
    help: 'Fits given up, recorded as NaN.',
    registers,
  });
  const rounds = new Counter({ name: `${PREFIX}rounds_total`, help: 'Rounds of chosen pixels.', registers });
  const ignored = new Counter({
    name: `${PREFIX}results_ignored_total`,
    help: 'Results that came again, or that nobody had asked for.',
    labelNames: ['why'],
    registers,
  });
  const seconds = new Histogram({
    name: `${PREFIX}reco_seconds`,
    help: 'Time that clients spent on a fit.',
    labelNames: ['nside'],
    buckets: SECONDS,
    registers,
  });
  const last = new Gauge({
    name: `${PREFIX}last_result_timestamp_seconds`,
    help: 'When a result came last.',
    registers,
  });
  const state = new Gauge({ name: `${PREFIX}scan_finished`, help: '1 when the scan is over.', registers });
  const counts = listenTo({
    'round:chosen': () => rounds.inc(),
    'task:done': ({ outcome: { nside, results, runtimeS }, isReplay }) => {
      if (isReplay) return;
      recos.inc(results.length);
      last.set(Date.now() / 1000);
      const each = runtimeS / Math.max(1, results.length);
      for (let i = 0; i < results.length; i++) seconds.observe({ nside }, each);
    },
    'task:failed': ({ outcome: { variations }, isReplay }) => {
      failed.inc(variations.length);
      if (!isReplay) recos.inc(variations.length);
      if (!isReplay) last.set(Date.now() / 1000);
    },
    'result:ignored': ({ why }) => ignored.inc({ why }),
    'scan:done': () => state.set(1),
  });
  return tellAll(taker.listen, counts);
}

function brokerFigures(registry: Registry, role: Role): BrokerListener {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: PREFIX + name, help, registers });
  const counter = (name: string, help: string): Counter => new Counter({ name: PREFIX + name, help, registers });
  const connected = gauge('broker_connected', '1 while there is a connection to the broker.');
  const blocked = gauge('broker_blocked', '1 while the broker takes no messages.');
  const lost = counter('broker_connections_lost_total', 'Connections to the broker that broke.');
  const dropped = counter('messages_dropped_total', 'Messages taken off a queue because they were none of a scan.');
  // Only the server looks at queues.
  const queues = role === 'server' ? queueFigures(gauge) : null;
  const again = counter('tasks_sent_again_total', 'Tasks sent a second time because nobody had them.');
  return (name, event) => {
    // One switch, since the listener's type ties name and event together only from outside.
    switch (name) {
      case 'broker:connected':
        connected.set(1);
        break;
      case 'broker:lost':
        connected.set(0);
        lost.inc();
        break;
      case 'broker:blocked':
        blocked.set(1);
        break;
      case 'broker:unblocked':
        blocked.set(0);
        break;
      case 'message:dropped':
        dropped.inc();
        break;
      case 'task:sent-again':
        again.inc((event as BrokerEvents['task:sent-again']).tasks);
        break;
      case 'broker:queues':
        queues?.(event as BrokerEvents['broker:queues']);
    }
  };
}

function queueFigures(gauge: (name: string, help: string) => Gauge): (seen: BrokerEvents['broker:queues']) => void {
  const waiting = gauge('queue_tasks', 'Tasks that wait for a client.');
  const arriving = gauge('queue_outcomes', 'Outcomes that wait for the server.');
  const connected = gauge('clients', 'Clients that take tasks.');
  return ({ tasks, clients, outcomes }) => {
    waiting.set(tasks);
    arriving.set(outcomes);
    connected.set(clients);
  };
}

function clientFigures(registry: Registry): ClientListener {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name: PREFIX + name, help, registers });
  const state = new Gauge({
    name: `${PREFIX}client_state`,
    help: '1 for the state that the client is in.',
    labelNames: ['state'],
    registers,
  });
  const fitted = counter('tasks_fitted_total', 'Tasks fitted here.');
  const retried = counter('task_tries_failed_total', 'Tries of tasks that failed.');
  const givenUp = counter('tasks_given_up_total', 'Tasks given up here.');
  const seconds = new Histogram({
    name: `${PREFIX}task_seconds`,
    help: 'Time that a task took here.',
    labelNames: ['nside'],
    buckets: SECONDS,
    registers,
  });
  return listenToClient({
    'client:state': (event) => {
      for (const name of Object.keys(CLIENT_STATES) as ClientState[])
        state.set({ state: name }, name === event.state ? 1 : 0);
    },
    'task:fitted': ({ task: { nside }, runtimeS }) => {
      fitted.inc();
      seconds.observe({ nside }, runtimeS);
    },
    'task:retry': () => retried.inc(),
    'task:given-up': () => {
      retried.inc();
      givenUp.inc();
    },
  });
}
