/** Clients on batch systems. */
export { argumentsOfJson, argumentsOfPairs, type ClientOption } from './client-arguments.js';
export {
  type BatchEngine,
  type ClientStarterOptions,
  type StartedClients,
  startClients,
} from './start-clients.js';
