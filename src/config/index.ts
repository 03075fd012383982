export { ERROR_CODES, type ErrorCode } from './error-codes.js';
export {
  ConfigError,
  EventFormatError,
  FileAccessError,
  FileFormatError,
  RecoError,
  ScanError,
  SkymapError,
} from './errors.js';
export type { ReadResource } from './resources.js';
