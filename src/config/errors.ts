/**
 * The errors a user can meet. Each has a kind (the class), a stable code (`event/not-json`), one sentence that says
 * what is wrong and where, and a hint that says what to do. The command line maps a kind to an exit code; a stack
 * trace is shown only with `--debug`. Everything else that is thrown is a defect of ours.
 */
import type { ErrorCode } from './error-codes.js';

/** Base of all errors that are a user's or an environment's doing. */
export class SkymapError extends Error {
  readonly code: ErrorCode;
  /** What to do about it: one sentence, may be empty. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** A command line, setting or environment variable that cannot be used. Exit code 2. */
export class ConfigError extends SkymapError {}

/** An event, GCD, result or table file that cannot be read. Exit code 1. */
export class FileFormatError extends SkymapError {}

/** An event file or an object inside it that cannot be decoded. Exit code 1. */
export class EventFormatError extends FileFormatError {}

/** A file or directory that cannot be opened, written or renamed. Exit code 1. */
export class FileAccessError extends SkymapError {}

/** A reconstruction that cannot work on this event, or that failed. Exit code 1. */
export class RecoError extends SkymapError {}

/** A scan that could not finish. Exit code 1. */
export class ScanError extends SkymapError {}

/** What to do after a failure at a broker: try again later, take the message off its queue and go on, or end. */
export type Remedy = 'retry' | 'drop' | 'fatal';

/** A broker that cannot be used, or that is lost for good. Exit code 1. Its subclasses say what else to do about it. */
export class BrokerError extends SkymapError {
  readonly remedy: Remedy = 'fatal';
}

/** The broker cannot be reached at the moment. */
export class BrokerAwayError extends BrokerError {
  override readonly remedy: Remedy = 'retry';
}

/** A message that nobody can use, whoever put it on the queue and for whatever reason. */
export class MessageError extends BrokerError {
  override readonly remedy: Remedy = 'drop';

  constructor(message: string, options?: ErrorOptions) {
    super('broker/bad-message', message, 'Find out who writes to the queues of this scan.', options);
  }
}
