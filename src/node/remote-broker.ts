/**
 * Where a server and its clients meet, as the environment says it: at one broker, in queues named after the scan
 * (upstream's v3), or in queues that EWMS has made (v4: SKYSCAN_EWMS_JSON, specs/sky-and-scan.md 12.8).
 */
import { z } from 'zod';
import { type BrokerClient, brokerClient } from '../broker/remote.js';
import { queuesOf, type RemoteOptions } from '../broker/remote-types.js';
import { ConfigError, type Environment } from '../config/index.js';
import { readWholeFile } from './files/files.js';

/** A broker with the queues of scans, before anybody has connected to it. */
export interface BrokerPlace {
  readonly client: BrokerClient;
  /** Whether the scanner makes the queues, and removes them at the end. */
  readonly ownsQueues: boolean;
  /** Tokens that are not in the environment, and must not be shown either. */
  readonly secrets: readonly string[];
  /** The two queues of the scan of that name. */
  queues(basename: string): Pick<RemoteOptions, 'toClients' | 'fromClients'>;
}

const queue = z.object({
  name: z.string().min(1),
  auth_token: z.string().nullish(),
  broker_type: z.string(),
  broker_address: z.string().min(1),
});
const ewmsSchema = z.object({ toclient: queue, fromclient: queue });

/** Throws a ConfigError where the environment does not say, or names a broker that there is not; FileAccessError. */
export async function brokerPlace(
  environment: Pick<Environment, 'brokerClient' | 'brokerAddress' | 'brokerAuth' | 'ewmsJson'>,
): Promise<BrokerPlace> {
  const { brokerClient: name, brokerAddress: address, brokerAuth: auth, ewmsJson } = environment;
  if (ewmsJson !== '') return ewmsPlace(ewmsJson);
  const client = brokerClient(name);
  if (address.trim() === '') {
    throw new ConfigError(
      'broker/no-address',
      'The environment does not say where the broker is: SKYSCAN_BROKER_ADDRESS is not set.',
      client === 'pulsar'
        ? 'Set it to [ws[s]://]host[:port][/tenant/namespace], the same for the server and its clients.'
        : 'Set it to [amqp[s]://][user[:password]@]host[:port][/vhost], the same for the server and its clients.',
    );
  }
  return { client, ownsQueues: true, secrets: [], queues: (basename) => queuesOf(basename, address, auth) };
}

/**
 * Seconds between heartbeats for fits that may take `taskTimeoutS`: a peer that is gone in silence counts as lost after
 * two, so that its tasks come back within about the time of one fit, and within two minutes at the latest. Fits may be
 * longer than that by any factor: they never run on the thread that answers heartbeats.
 */
export function heartbeatFor(taskTimeoutS: number): number {
  return Math.round(Math.min(60, Math.max(5, taskTimeoutS / 2)));
}

async function ewmsPlace(path: string): Promise<BrokerPlace> {
  const bytes = await readWholeFile(path, 'file of SKYSCAN_EWMS_JSON');
  let parsed: z.ZodSafeParseResult<z.infer<typeof ewmsSchema>>;
  try {
    parsed = ewmsSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw badEwms(path, 'is not JSON');
  }
  if (!parsed.success) throw badEwms(path, `has no usable ${parsed.error.issues[0]?.path.join('.') || 'object'}`);
  const { toclient, fromclient } = parsed.data;
  if (toclient.broker_type !== fromclient.broker_type) throw badEwms(path, 'names two kinds of brokers');
  const place = (of: typeof toclient) => {
    return { address: of.broker_address, auth: of.auth_token ?? '', queue: of.name };
  };
  const queues = { toClients: place(toclient), fromClients: place(fromclient) };
  const secrets = [toclient.auth_token ?? '', fromclient.auth_token ?? ''];
  return { client: brokerClient(toclient.broker_type), ownsQueues: false, secrets, queues: () => queues };
}

function badEwms(path: string, what: string): ConfigError {
  return new ConfigError(
    'config/bad-value',
    `The file of SKYSCAN_EWMS_JSON, ${path}, ${what}.`,
    'It is {"toclient": {"name", "auth_token", "broker_type", "broker_address"}, "fromclient": {the same}}.',
  );
}
