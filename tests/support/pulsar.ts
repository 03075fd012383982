/**
 * A real Apache Pulsar for tests (specs/test-environment.md section 7): storage and broker, in a directory and
 * on ports of its own. Its jars come from Maven Central once and are kept with the packages. All else goes when the tests
 * end.
 *
 * Tests that need one call `needsPulsar`, which prints what is missing where there is none.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from './certificate.js';
import { temporaryDirectory } from './command.js';
import { describeUnless } from './needs.js';

/** The newest of the long-term line for Java 17 that Maven Central has. */
const VERSION = '3.0.7';
const READY_LIMIT_S = 120;
const FETCH_LIMIT_S = 120;
const cache = fileURLToPath(new URL(`../../node_modules/.cache/skymap-scanner/pulsar-${VERSION}/`, import.meta.url));
const jars = join(cache, 'lib/');

/** A running broker; its storage is another process, which a crash of the broker leaves alone, as on a cluster. */
export interface Pulsar {
  /** `ws://127.0.0.1:PORT`. */
  readonly address: string;
  /** `wss://localhost:PORT`; null where there is no openssl to make a certificate. */
  readonly tlsAddress: string | null;
  /** The certificate (PEM) of `tlsAddress`. */
  readonly certificate: string;
  readonly port: number;
  kill(): Promise<void>;
  /** Starts it again in the same directory and waits until it answers. */
  start(): Promise<void>;
  /** Stops the broker as it is, its connections open; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  dispose(): Promise<void>;
}

/** A `describe` that runs where a Pulsar can be had, and says why where it cannot. */
export function needsPulsar(title: string, body: () => void): void {
  const missing = pulsarMissing();
  if (missing !== null && process.env.PULSAR === 'needed') throw new Error(`${title}: ${missing}`);
  describeUnless(missing, title, body);
}

/** What is missing for a Pulsar, as a sentence that says how to get it; null where nothing is. Fetches the jars. */
export function pulsarMissing(): string | null {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error !== undefined) return 'needs Java 17 (apt-get install openjdk-17-jre-headless)';
  const version = Number(/version "(\d+)/.exec(java.stderr)?.[1]);
  if (!(version >= 17)) return `needs Java 17, and java is ${version}`;
  if (existsSync(jars) && readdirSync(jars).some((name) => name.startsWith('pulsar-broker-'))) return null;
  return fetchJars();
}

/**
 * A new broker with an own data directory. `settings` are further lines of its configuration, `token` is a superuser's
 * where they ask for one.
 */
export async function startPulsar(settings: readonly string[] = [], token = ''): Promise<Pulsar> {
  const directory = temporaryDirectory();
  const [service, web, bookie, zookeeper, webTls] = (await freePorts(5)) as [number, number, number, number, number];
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const certificate = makeCertificate(key, cert);
  const encryption =
    certificate === ''
      ? []
      : [`webServicePortTls=${webTls}`, `tlsCertificateFilePath=${cert}`, `tlsKeyFilePath=${key}`];
  writeFileSync(
    join(directory, 'standalone.conf'),
    [...configuration(service, web, zookeeper), ...encryption, ...settings, ''].join('\n'),
  );
  writeFileSync(join(directory, 'log4j2.xml'), LOGGING);
  const children = new Set<ChildProcess>();
  let output = '';
  const killNow = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', killNow);

  /** Until it is ready. */
  async function run(part: '--no-broker' | '--only-broker', isReady: () => Promise<boolean>): Promise<ChildProcess> {
    const child = spawn('java', [...javaArguments(directory, bookie, zookeeper), part], {
      cwd: directory,
      env: { ...process.env, PULSAR_STANDALONE_USE_ZOOKEEPER: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('close', () => children.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4000);
      });
    }
    const endMs = performance.now() + READY_LIMIT_S * 1000;
    while (!(await isReady())) {
      if (child.exitCode !== null || performance.now() > endMs) throw new Error(`Pulsar did not start:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return child;
  }

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async function start(): Promise<void> {
    broker = await run('--only-broker', () => isHealthy(web, token));
  }

  const storage = await run('--no-broker', () => isListening(bookie));
  let broker: ChildProcess;
  await start();
  return {
    address: `ws://127.0.0.1:${web}`,
    tlsAddress: certificate === '' ? null : `wss://localhost:${webTls}`,
    certificate,
    port: web,
    kill: () => end(broker),
    start,
    freeze: () => void broker.kill('SIGSTOP'),
    thaw: () => void broker.kill('SIGCONT'),
    async dispose() {
      await Promise.all([end(broker), end(storage)]);
      process.off('exit', killNow);
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function fetchJars(): string | null {
  if (spawnSync('mvn', ['-v']).error !== undefined) return 'needs Maven to fetch its jars (apt-get install maven)';
  mkdirSync(cache, { recursive: true });
  const at = (name: string): string => join(cache, name);
  writeFileSync(at('pom.xml'), POM);
  writeFileSync(at('settings.xml'), SETTINGS);
  const goals = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${at('new')}`];
  const options = ['-q', '-B', '-gs', 'settings.xml', `-Dmaven.repo.local=${at('repository')}`];
  console.log(`fetching the jars of Pulsar ${VERSION} (200 MB, once) ...`);
  try {
    execFileSync('mvn', [...options, ...goals], { cwd: cache, timeout: FETCH_LIMIT_S * 1000, stdio: 'pipe' });
    // What Maven has fetched is there twice now. A fetch that was cut off goes on with it the next time.
    renameSync(at('new'), jars);
    rmSync(at('repository'), { recursive: true, force: true });
    return null;
  } catch (error) {
    rmSync(at('new'), { recursive: true, force: true });
    return `needs the jars of Pulsar ${VERSION}, and Maven could not fetch them: ${String(error).split('\n')[0]}`;
  }
}

function javaArguments(directory: string, bookiePort: number, zookeeperPort: number): string[] {
  const opened = [
    'java.base/java.io',
    'java.base/java.util.zip',
    'java.base/java.nio',
    'java.base/jdk.internal.misc',
    'java.base/sun.net',
    'java.management/sun.management',
  ].flatMap((name) => ['--add-opens', `${name}=ALL-UNNAMED`]);
  const driver = 'org.apache.pulsar.metadata.bookkeeper.PulsarMetadata';
  return [
    '-Xms128m',
    '-Xmx512m',
    '-XX:MaxDirectMemorySize=512m',
    '-Djava.net.preferIPv4Stack=true',
    '-Dio.netty.tryReflectionSetAccessible=true',
    ...opened,
    `-Dbookkeeper.metadata.bookie.drivers=${driver}BookieDriver`,
    `-Dbookkeeper.metadata.client.drivers=${driver}ClientDriver`,
    '-Dlog4j2.is.webapp=false',
    `-Dlog4j.configurationFile=${join(directory, 'log4j2.xml')}`,
    `-Djava.io.tmpdir=${directory}`,
    '-cp',
    `${directory}:${jars}*`,
    'org.apache.pulsar.PulsarStandaloneStarter',
    ...['--config', 'standalone.conf', '--no-functions-worker', '--no-stream-storage'],
    ...['--advertised-address', '127.0.0.1', '--bookkeeper-port', String(bookiePort)],
    ...['--bookkeeper-dir', 'bk', '--zookeeper-dir', 'zk', '--zookeeper-port', String(zookeeperPort)],
  ];
}

function configuration(service: number, web: number, zookeeper: number): string[] {
  return [
    // Not the default RocksDB: its locks outlive a kill -9, and a bookie that finds its own may fight itself for ever.
    `metadataStoreUrl=zk:127.0.0.1:${zookeeper}`,
    `configurationMetadataStoreUrl=zk:127.0.0.1:${zookeeper}`,
    'metadataStoreSessionTimeoutMillis=5000',
    'clusterName=standalone',
    `brokerServicePort=${service}`,
    `webServicePort=${web}`,
    'bindAddress=127.0.0.1',
    'advertisedAddress=127.0.0.1',
    'webSocketServiceEnabled=true',
    'loadManagerClassName=org.apache.pulsar.broker.loadbalance.NoopLoadManager',
    'loadBalancerEnabled=false',
    'managedLedgerDefaultEnsembleSize=1',
    'managedLedgerDefaultWriteQuorum=1',
    'managedLedgerDefaultAckQuorum=1',
    'allowLoopback=true',
    'ledgerStorageClass=org.apache.bookkeeper.bookie.storage.ldb.DbLedgerStorage',
    'diskUsageThreshold=0.99',
    'diskUsageWarnThreshold=0.99',
    'brokerDeleteInactiveTopicsEnabled=false',
    'transactionCoordinatorEnabled=false',
    'systemTopicEnabled=false',
    'topicLevelPoliciesEnabled=false',
    'dbStorage_writeCacheMaxSizeMb=16',
    'dbStorage_readAheadCacheMaxSizeMb=16',
    'dbStorage_rocksDB_blockCacheSize=8388608',
    'journalSyncData=false',
    // A session whose network was cut in silence is noticed so late; ours are pinged more often.
    'webSocketSessionIdleTimeoutMillis=20000',
    'webSocketMaxTextFrameSize=1048576',
  ];
}

/** It writes and reads a message. */
async function isHealthy(web: number, token: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${web}/admin/v2/brokers/health`, {
      ...(token === '' ? {} : { headers: { Authorization: `Bearer ${token}` } }),
      signal: AbortSignal.timeout(5000),
    });
    return (await answer.text()).trim() === 'ok';
  } catch {
    return false;
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const LOGGING = `<Configuration status="WARN"><Appenders><Console name="c"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console>
</Appenders><Loggers><Root level="WARN"><AppenderRef ref="c"/></Root></Loggers></Configuration>`;

const dependency = (group: string, name: string, more: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId>${more}</dependency>`;
const version = `<version>${VERSION}</version>`;
/** Without Pulsar's own table of versions Maven gets lost in conflicting ranges. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>tests</groupId><artifactId>pulsar-standalone</artifactId><version>1</version>
<dependencyManagement><dependencies>
${dependency('org.apache.pulsar', 'pulsar', `${version}<type>pom</type><scope>import</scope>`)}
</dependencies></dependencyManagement>
<dependencies>
${dependency('org.apache.pulsar', 'pulsar-broker', version)}
${dependency('org.apache.pulsar', 'pulsar-package-filesystem-storage', version)}
${dependency('org.apache.logging.log4j', 'log4j-core', '')}
${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', '')}
</dependencies></project>`;
/** Other repositories that poms name are not asked: all jars are in Maven Central. */
const SETTINGS = `<settings><mirrors><mirror><id>nowhere</id><mirrorOf>*,!central</mirrorOf>
<url>file:///nonexistent</url></mirror></mirrors></settings>`;
