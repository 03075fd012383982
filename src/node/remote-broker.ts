/** Which broker a server and its clients meet at, as the environment says it. */
import { type BrokerClient, brokerClient } from '../broker/remote.js';
import { ConfigError, type Environment } from '../config/index.js';

/** A broker, before anybody has connected to it. */
export interface BrokerPlace {
  readonly client: BrokerClient;
  readonly address: string;
  /** Password or token, '' for the one in the address. */
  readonly auth: string;
}

/** Throws a ConfigError where the environment does not say, or names a broker that there is not. */
export function brokerPlace(
  environment: Pick<Environment, 'brokerClient' | 'brokerAddress' | 'brokerAuth'>,
): BrokerPlace {
  const { brokerClient: name, brokerAddress: address, brokerAuth: auth } = environment;
  const client = brokerClient(name);
  if (address.trim() === '') {
    throw new ConfigError(
      'broker/no-address',
      'The environment does not say where the broker is: SKYSCAN_BROKER_ADDRESS is not set.',
      'Set it to [amqp[s]://][user[:password]@]host[:port][/vhost], the same for the server and its clients.',
    );
  }
  return { client, address, auth };
}
