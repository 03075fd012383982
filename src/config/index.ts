export {
  ENVIRONMENT_VARIABLES,
  type Environment,
  type EnvironmentVariable,
  type LogLevel,
  readEnvironment,
} from './environment.js';
export { ERROR_CODES, type ErrorCode } from './error-codes.js';
export {
  BrokerAwayError,
  BrokerError,
  ConfigError,
  EventFormatError,
  FileAccessError,
  FileFormatError,
  MessageError,
  RecoError,
  type Remedy,
  ScanError,
  SkymapError,
} from './errors.js';
export { nearestName } from './nearest-name.js';
export type { ReadResource } from './resources.js';
