/**
 * A real RabbitMQ for tests (specs/test-environment.md section 1): Debian's programs, run as whoever we are, in a
 * directory, on ports and under a node name of their own, with their own epmd. It can be killed and started again in
 * the same directory. Everything goes when the test process ends.
 *
 * Tests that need one call `needsRabbitmq`, which prints what is missing where there is none.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection } from 'rabbitmq-client';
import { makeCertificate } from './certificate.js';
import { temporaryDirectory } from './command.js';
import { describeUnless } from './needs.js';

const BIN = '/usr/lib/rabbitmq/bin';
/** Base port (AMQP), epmd, distribution, AMQP over TLS, management. */
const PORTS = 5;
const READY_LIMIT_S = 90;

/** A running broker. */
export interface Rabbitmq {
  readonly port: number;
  /** `amqp://127.0.0.1:PORT`: as guest, in the virtual host /. */
  readonly address: string;
  /** `amqps://localhost:PORT`; null where there is no openssl to make a certificate. */
  readonly tlsAddress: string | null;
  /** The certificate (PEM) of `tlsAddress`, '' where there is none. */
  readonly certificate: string;
  /** Runs `rabbitmqctl` and returns what it prints. Takes about half a second. */
  ctl(...args: string[]): string;
  /** What it has written to its log so far. */
  log(): string;
  /** kill -9 of the broker itself. */
  kill(): Promise<void>;
  /** Starts it again in the same directory and waits until it answers. */
  start(): Promise<void>;
  /** Stops the broker as it is, its connections open; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Ends everything and removes the directory. */
  dispose(): Promise<void>;
}

/** A `describe` that runs where RabbitMQ is installed, and says why where it is not. */
export function needsRabbitmq(title: string, body: () => void): void {
  describeUnless(rabbitmqMissing(), title, body);
}

/** What is missing for a RabbitMQ, as a sentence that says how to get it; null where nothing is. */
export function rabbitmqMissing(): string | null {
  if (!existsSync(join(BIN, 'rabbitmq-server'))) {
    return `needs ${BIN}/rabbitmq-server (apt-get install rabbitmq-server)`;
  }
  const epmd = ['/usr/bin/epmd', '/usr/lib/erlang/bin/epmd'].some(existsSync);
  return epmd ? null : 'needs epmd (apt-get install erlang-base)';
}

/** Starts a broker. `settings` are lines for rabbitmq.conf. */
export async function startRabbitmq(settings: readonly string[] = []): Promise<Rabbitmq> {
  const directory = temporaryDirectory();
  const port = await freePorts();
  const at = (name: string): string => join(directory, name);
  mkdirSync(at('home'));
  const certificate = makeCertificate(at('key.pem'), at('cert.pem'));
  writeFileSync(
    at('rabbitmq.conf'),
    [...configuration(port, directory, certificate !== ''), ...settings, ''].join('\n'),
  );
  writeFileSync(at('advanced.config'), '[{rabbit,[{channel_tick_interval,2000}]}].\n');
  writeFileSync(at('enabled_plugins'), '[].\n');
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RABBITMQ_'))),
    HOME: at('home'),
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(port + 1),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `sky${port}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(port + 2),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: at('none'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: at('advanced.config'),
    RABBITMQ_MNESIA_BASE: at('mnesia'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    RABBITMQ_PID_FILE: at('pid'),
    RABBITMQ_CTL_DIST_PORT_MIN: String(port + 4),
    RABBITMQ_CTL_DIST_PORT_MAX: String(port + 4),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none',
  };
  const address = `amqp://127.0.0.1:${port}`;
  const children = new Set<ChildProcess>();
  const stopAll = (): void => {
    for (const pid of [pidIn(at('pid'))]) if (pid !== null) signal(pid, 'SIGKILL');
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', stopAll);

  let output = '';
  function run(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { env, cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4000);
      });
    }
    child.once('close', () => children.delete(child));
    return child;
  }

  async function start(): Promise<void> {
    rmSync(at('pid'), { force: true });
    const server = run(join(BIN, 'rabbitmq-server'), []);
    const endMs = performance.now() + READY_LIMIT_S * 1000;
    while (!(await answers(address))) {
      if (server.exitCode !== null || performance.now() > endMs) {
        throw new Error(`RabbitMQ did not start:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async function kill(): Promise<void> {
    const pid = pidIn(at('pid'));
    const servers = [...children].filter((child) => child !== epmd);
    if (pid !== null) signal(pid, 'SIGKILL');
    await Promise.all(servers.map(ended));
  }

  function tell(what: NodeJS.Signals): void {
    const pid = pidIn(at('pid'));
    if (pid !== null) signal(pid, what);
  }

  const epmd = run('epmd', ['-port', String(port + 1), '-address', '127.0.0.1']);
  await start();
  return {
    port,
    address,
    tlsAddress: certificate === '' ? null : `amqps://localhost:${port + 3}`,
    certificate,
    ctl: (...args) => execFileSync(join(BIN, 'rabbitmqctl'), ['-q', ...args], { env, encoding: 'utf8' }),
    log: () => readFileSync(at(`log/sky${port}@localhost.log`), 'utf8'),
    kill,
    start,
    freeze: () => tell('SIGSTOP'),
    thaw: () => tell('SIGCONT'),
    async dispose() {
      await kill();
      epmd.kill();
      await ended(epmd);
      process.off('exit', stopAll);
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function configuration(port: number, directory: string, hasCertificate: boolean): string[] {
  const tls = [
    `listeners.ssl.1 = 127.0.0.1:${port + 3}`,
    `ssl_options.cacertfile = ${directory}/cert.pem`,
    `ssl_options.certfile = ${directory}/cert.pem`,
    `ssl_options.keyfile = ${directory}/key.pem`,
    'ssl_options.verify = verify_none',
    'ssl_options.fail_if_no_peer_cert = false',
  ];
  return [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    ...(hasCertificate ? tls : []),
    'disk_free_limit.absolute = 50MB',
    'log.console = false',
  ];
}

/** The first of some ports in a row that nobody uses. */
async function freePorts(): Promise<number> {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 10_000);
    const isFree = await Promise.all(Array.from({ length: PORTS }, (_, i) => canListen(base + i)));
    if (isFree.every(Boolean)) return base;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether an AMQP connection opens: the listener is the last to come up. */
function answers(address: string): Promise<boolean> {
  const url = address.replace('://', '://guest:guest@');
  const connection = new Connection({ url, connectionTimeout: 5000 });
  return new Promise((resolve) => {
    connection.once('connection', () => {
      void connection.close();
      resolve(true);
    });
    connection.on('error', () => {
      connection.unsafeDestroy();
      resolve(false);
    });
  });
}

function pidIn(file: string): number | null {
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN;
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('close', () => resolve()));
}
