export { checkResults } from './check-results.js';
export { type Client, startClient } from './client.js';
export { type Fitter, FitterLost, type FitterPoolOptions, fitterPool } from './pool.js';
export { CLIENT_STATES, type ClientState, isOver } from './states.js';
export {
  type ClientEvents,
  type ClientListener,
  type ClientOptions,
  type FittedTask,
  listenToClient,
  RunnerBroken,
  RunnerClosed,
  TaskFailed,
  type TaskRunner,
} from './types.js';
