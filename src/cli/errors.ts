/**
 * What a person sees of an error: one sentence, what to do about it, and its code. A stack trace only with --debug.
 * Errors are told apart by their members, so that nothing has to be loaded to report that something cannot be loaded.
 */
import { printable } from './printable.js';

interface UserError extends Error {
  readonly code: string;
  readonly hint: string;
}

/** An error that was told already, in the form that was asked for. */
export class ToldError extends Error {
  override readonly name = 'ToldError';
}

/** What a machine is told of an error. */
export function errorData(error: unknown, isDebug: boolean): Record<string, unknown> {
  const known = isUserError(error) ? { code: error.code, hint: error.hint } : { code: 'internal' };
  const trace = isDebug && error instanceof Error ? { trace: traceOf(error) } : {};
  return { error: error instanceof Error ? error.message : String(error), ...known, ...trace };
}

/** Prints an error on standard error and returns the exit code of its kind. */
export function reportError(error: unknown, isDebug: boolean): number {
  if (error instanceof ToldError) return exitCodeOf(error.cause);
  if (isUserError(error)) {
    process.stderr.write(`error: ${sentence(error.message)}\n`);
    if (error.hint !== '') process.stderr.write(`       ${sentence(error.hint)}\n`);
    process.stderr.write(`       [${error.code}]\n`);
    if (isDebug) process.stderr.write(traceOf(error));
    return exitCodeOf(error);
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`internal error: ${sentence(text)}\n`);
  if (isDebug && error instanceof Error) process.stderr.write(traceOf(error));
  else process.stderr.write('       This is a defect of the scanner. Please report it with what --debug prints.\n');
  return 1;
}

function exitCodeOf(error: unknown): number {
  return isUserError(error) && (error.name === 'ConfigError' || error.code === 'reco/unknown') ? 2 : 1;
}

function isUserError(error: unknown): error is UserError {
  return error instanceof Error && 'hint' in error && 'code' in error && /^[a-z]+\/[a-z-]+$/.test(String(error.code));
}

function sentence(text: string): string {
  const trimmed = printable(text).trim();
  return /[.!?:]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `caused by ${traceOf(error.cause)}` : '';
  return `${error.stack}\n${cause}`;
}
