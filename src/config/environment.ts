/**
 * The environment variables of the scanner, read once into one typed, validated value. Names, meanings and defaults are
 * upstream's (specs/sky-and-scan.md 13 and 14; where its generations differ, v3's). A name with the prefix SKYSCAN_ that
 * nobody knows is a warning with the nearest known one, never silently ignored.
 */
import { z } from 'zod';
import { ConfigError } from './errors.js';
import { nearestName } from './nearest-name.js';

/** What the environment says, defaults filled in. Times in seconds. */
export interface Environment {
  readonly progressIntervalS: number;
  readonly resultIntervalS: number;
  readonly taskTimeoutS: number;
  readonly crashDummyProbability: number;
  /** Two vertex variations instead of seven with millipede_original, for quick tests. */
  readonly isMiniTest: boolean;
  readonly log: LogLevel;
  /** Of what is not the scanner's own; of the broker and of the fits, '' where `log` holds for them. */
  readonly logThirdParty: LogLevel;
  readonly logMqClient: LogLevel | '';
  readonly logPilot: LogLevel | '';
  readonly logFormat: 'text' | 'json';
  /** `[HOST:]PORT` for metrics, '' for none. */
  readonly metrics: string;
  /** Secret that readers of a live page must know, '' for none. */
  readonly webToken: string;
  /** Where server and clients meet; '' where the environment does not say. */
  readonly brokerClient: string;
  readonly brokerAddress: string;
  readonly brokerAuth: string;
  readonly timeoutToClientsS: number;
  readonly timeoutFromClientsS: number;
  readonly waitForFirstMessageS: number;
  readonly prefetchFromClients: number;
  readonly quarantineS: number;
  /** Whether a client ends after a task that it had to give up. */
  readonly endsAfterFailure: boolean;
  /** Fits at the same time in one client; 0 for one a processor. */
  readonly concurrentTasks: number;
  /** Name of the scan, '' for one made of the event, the nsides and the time. */
  readonly scanId: string;
  /** Where SkyDriver is; '' for a scan that nobody there has asked for. */
  readonly skydriverAddress: string;
  readonly skydriverAuth: string;
  readonly killSwitchIntervalS: number;
  /** Share of the results, and least number of them, that predictions take the rate from. */
  readonly predictionWindowRatio: number;
  readonly predictionWindowMin: number;
  /** File with the queues that EWMS has made; '' for queues of the scanner's own. */
  readonly ewmsJson: string;
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** One variable, for the documentation. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly default: string;
  /** What it means, and when to change it. */
  readonly about: string;
}

interface Variable extends EnvironmentVariable {
  readonly key: keyof Environment;
  readonly schema: z.ZodType<unknown, string>;
  /** Other names with the same meaning: older ones, or those of upstream's own tests. */
  readonly aliases?: readonly string[];
}

const seconds = number('a number of seconds above 0', (n) => n > 0);
const pause = number('a number of seconds', (n) => n >= 0);
const count = number('a whole number above 0', (n) => Number.isInteger(n) && n > 0);
const text = z.string();
const yesOrNo = z
  .string()
  .transform((value) => value.trim().toLowerCase())
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], 'true or false'))
  .transform((value) => ['true', '1', 'yes', 'on'].includes(value));
const share = number('a number between 0 and 1', (n) => n >= 0 && n <= 1);
const workers = number('a whole number', (n) => Number.isInteger(n) && n >= 0);
const logLevel = z
  .string()
  .transform((value) => value.trim().toUpperCase())
  .pipe(z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'], 'one of DEBUG, INFO, WARNING, ERROR, CRITICAL'));

const ownLogLevel = z.union([z.literal(''), logLevel], 'one of DEBUG, INFO, WARNING, ERROR, CRITICAL');
const logFormat = z
  .string()
  .transform((value) => value.trim().toLowerCase())
  .pipe(z.enum(['text', 'json'], 'text or json'));

const VARIABLES: readonly Variable[] = [
  {
    key: 'progressIntervalS',
    name: 'SKYSCAN_PROGRESS_INTERVAL_SEC',
    default: '60',
    schema: seconds,
    about: 'Seconds between two writes of scan-manifest.json. Shorten it where somebody watches that file.',
  },
  {
    key: 'resultIntervalS',
    name: 'SKYSCAN_RESULT_INTERVAL_SEC',
    default: '120',
    schema: seconds,
    about: 'Seconds between two partial maps of a running scan. Shorten it to look at a long scan early.',
  },
  {
    key: 'taskTimeoutS',
    name: 'EWMS_PILOT_TASK_TIMEOUT',
    default: '1800',
    schema: seconds,
    aliases: ['EWMS_PILOT_SUBPROC_TIMEOUT'],
    about: 'Seconds after which a fit is ended and tried again (--task-timeout). Raise it for slow recos.',
  },
  {
    key: 'crashDummyProbability',
    name: 'SKYSCAN_CRASH_DUMMY_PROBABILITY',
    default: '0.5',
    schema: share,
    aliases: ['_SKYSCAN_CI_CRASH_DUMMY_PROBABILITY'],
    about: 'Probability that a task of crash_dummy fails. Change it to see how a set-up copes with bad nodes.',
  },
  {
    key: 'isMiniTest',
    name: 'SKYSCAN_MINI_TEST',
    default: 'false',
    schema: yesOrNo,
    aliases: ['_SKYSCAN_CI_MINI_TEST'],
    about: 'Two vertex variations instead of seven with millipede_original: for quick tests of a set-up.',
  },
  {
    key: 'log',
    name: 'SKYSCAN_LOG',
    default: 'INFO',
    schema: logLevel,
    about: 'What is told: DEBUG is --debug, ERROR is --quiet, WARNING leaves out the progress.',
  },
  {
    key: 'logThirdParty',
    name: 'SKYSCAN_LOG_THIRD_PARTY',
    default: 'WARNING',
    schema: logLevel,
    about: 'The same for what is not the scanner itself: warnings of Node and of packages.',
  },
  {
    key: 'logMqClient',
    name: 'SKYSCAN_MQ_CLIENT_LOG',
    default: '',
    schema: ownLogLevel,
    about: 'The same for what happens at the broker. Without it SKYSCAN_LOG holds.',
  },
  {
    key: 'logPilot',
    name: 'SKYSCAN_EWMS_PILOT_LOG',
    default: '',
    schema: ownLogLevel,
    about: 'The same for what happens to the fits. Without it SKYSCAN_LOG holds.',
  },
  {
    key: 'logFormat',
    name: 'SKYSCAN_LOG_FORMAT',
    default: 'text',
    schema: logFormat,
    about: 'Form of the log: text, or json for one JSON object a line (--log-format).',
  },
  {
    key: 'metrics',
    name: 'SKYSCAN_METRICS',
    default: '',
    schema: text,
    about:
      'Where /metrics (Prometheus) and /healthz answer: [HOST:]PORT (--metrics). Without a host only to this machine.',
  },
  {
    key: 'webToken',
    name: 'SKYSCAN_WEB_TOKEN',
    default: '',
    schema: text,
    about:
      'Secret of at least 8 characters that readers of a live page (--web, serve) must know. Pages that answer other machines need it.',
  },
  {
    key: 'brokerClient',
    name: 'SKYSCAN_BROKER_CLIENT',
    default: 'rabbitmq',
    schema: text,
    about: 'Which kind of broker stands between server and clients: rabbitmq, or pulsar (its web service).',
  },
  {
    key: 'brokerAddress',
    name: 'SKYSCAN_BROKER_ADDRESS',
    default: '',
    schema: text,
    about:
      'The broker: [amqp[s]://][user[:password]@]host[:port][/vhost], or [ws[s]://]host[:port][/tenant/namespace] of Pulsar. Servers and clients need it.',
  },
  {
    key: 'brokerAuth',
    name: 'SKYSCAN_BROKER_AUTH',
    default: '',
    schema: text,
    about: 'Password or token for the broker, instead of the one in the address.',
  },
  {
    key: 'timeoutToClientsS',
    name: 'SKYSCAN_MQ_TIMEOUT_TO_CLIENTS',
    default: '1800',
    schema: seconds,
    about: 'Seconds after which a client without a task ends. Raise it where rounds of a scan are far apart.',
  },
  {
    key: 'timeoutFromClientsS',
    name: 'SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS',
    default: '259200',
    schema: seconds,
    about: 'Seconds without any result after which a server gives up. Lower it to hear earlier of missing clients.',
  },
  {
    key: 'waitForFirstMessageS',
    name: 'SKYSCAN_MQ_CLIENT_TIMEOUT_WAIT_FOR_FIRST_MESSAGE',
    default: '3600',
    schema: seconds,
    about: 'Seconds for which a client waits for its first task. Raise it where clients start long before the server.',
  },
  {
    key: 'prefetchFromClients',
    name: 'SKYSCAN_MQ_PREFETCH_FROM_CLIENTS',
    default: '300',
    schema: count,
    about: 'Results that the broker hands the server in advance. There is seldom a reason to change it.',
  },
  {
    key: 'quarantineS',
    name: 'EWMS_PILOT_QUARANTINE_TIME',
    default: '0',
    schema: pause,
    about: 'Seconds for which a client takes no tasks after it had to give one up. Raise it where nodes may be broken.',
  },
  {
    key: 'endsAfterFailure',
    name: 'EWMS_PILOT_STOP_LISTENING_ON_TASK_ERROR',
    default: 'false',
    schema: yesOrNo,
    about:
      'Whether a client ends, after its quarantine, when it had to give a task up. Set it where a batch system starts others.',
  },
  {
    key: 'concurrentTasks',
    name: 'EWMS_PILOT_MAX_CONCURRENT_TASKS',
    default: '0',
    schema: workers,
    aliases: ['EWMS_PILOT_CONCURRENT_TASKS'],
    about: 'Fits at the same time in one client (--workers); 0 for one a processor.',
  },
  {
    key: 'scanId',
    name: 'SKYSCAN_SKYDRIVER_SCAN_ID',
    default: '',
    schema: text,
    about: 'Name of the scan, which also names its queues. Set it where something else names scans.',
  },
  {
    key: 'skydriverAddress',
    name: 'SKYSCAN_SKYDRIVER_ADDRESS',
    default: '',
    schema: text,
    about:
      'Where SkyDriver is that has asked for the scan, https://host: it has the event and hears progress and results.',
  },
  {
    key: 'skydriverAuth',
    name: 'SKYSCAN_SKYDRIVER_AUTH',
    default: '',
    schema: text,
    about: 'Token for SkyDriver.',
  },
  {
    key: 'killSwitchIntervalS',
    name: 'SKYSCAN_KILL_SWITCH_CHECK_INTERVAL',
    default: '300',
    schema: seconds,
    about:
      'Seconds between two looks at whether SkyDriver still wants the scan. Shorten it where aborting must be quick.',
  },
  {
    key: 'predictionWindowRatio',
    name: 'SKYSCAN_PROGRESS_RUNTIME_PREDICTION_WINDOW_RATIO',
    default: '0.25',
    schema: share,
    about:
      'Share of the latest results that the time left is predicted from. Lower it where the number of clients varies.',
  },
  {
    key: 'predictionWindowMin',
    name: 'SKYSCAN_PROGRESS_RUNTIME_PREDICTION_WINDOW_MIN',
    default: '400',
    schema: count,
    about: 'Least number of results that the time left is predicted from. There is seldom a reason to change it.',
  },
  {
    key: 'ewmsJson',
    name: 'SKYSCAN_EWMS_JSON',
    default: '',
    schema: text,
    about: 'File with the queues that EWMS has made. Set by EWMS; a server waits 7200 s for results then, as v4 does.',
  },
];

/** Names that concern the launch scripts: known, but not read here. */
const KNOWN_ELSEWHERE = ['ARGS', 'IMAGE', 'IMAGE_TAG', 'PULL_ALWAYS'].map((name) => `SKYSCAN_DOCKER_${name}`);

/** Every variable with its default and meaning, for the documentation. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = VARIABLES.map(
  ({ name, default: fallback, about }) => ({ name, default: fallback, about }),
);

/**
 * Reads the environment. An empty value counts as absent. `warnings` has one sentence per name that nobody knows.
 *
 * @throws ConfigError config/bad-value with the name, the value and what would be right
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): {
  readonly environment: Environment;
  readonly warnings: readonly string[];
} {
  const values: Partial<Record<keyof Environment, unknown>> = {};
  for (const { key, name, default: fallback, schema, aliases = [], about } of VARIABLES) {
    const given = [name, ...aliases].find((candidate) => (env[candidate] ?? '') !== '') ?? name;
    const value = env[given] || fallback;
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const wanted = parsed.error.issues[0]?.message ?? 'a usable value';
      throw new ConfigError(
        'config/bad-value',
        `The environment variable ${given} is "${value}", not ${wanted}.`,
        about,
      );
    }
    values[key] = parsed.data;
  }
  // The one default in which upstream's generations differ (specs/sky-and-scan.md 13).
  if (values.ewmsJson !== '' && !env.SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS) values.timeoutFromClientsS = 7200;
  return { environment: values as unknown as Environment, warnings: unknownNames(env) };
}

function unknownNames(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...VARIABLES.flatMap(({ name, aliases = [] }) => [name, ...aliases]), ...KNOWN_ELSEWHERE];
  return Object.keys(env)
    .filter((name) => name.startsWith('SKYSCAN_') && !known.includes(name))
    .sort()
    .map(
      (name) =>
        `The environment variable ${name} is unknown and has no effect; did you mean ${nearestName(name, known)}?`,
    );
}

function number(wanted: string, accepts: (n: number) => boolean): z.ZodType<number, string> {
  return z
    .string()
    .refine((value) => value.trim() !== '' && Number.isFinite(Number(value)) && accepts(Number(value)), wanted)
    .transform(Number);
}
