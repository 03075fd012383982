/**
 * What a person sees of an error: one sentence, what to do about it, and its code. A stack trace only with --debug.
 * Errors are told apart by their members, so that nothing has to be loaded to report that something cannot be loaded.
 */

interface UserError extends Error {
  readonly code: string;
  readonly hint: string;
}

/** Prints an error on standard error and returns the exit code of its kind. */
export function reportError(error: unknown, isDebug: boolean): number {
  if (isUserError(error)) {
    process.stderr.write(`error: ${sentence(error.message)}\n`);
    if (error.hint !== '') process.stderr.write(`       ${sentence(error.hint)}\n`);
    process.stderr.write(`       [${error.code}]\n`);
    if (isDebug) process.stderr.write(traceOf(error));
    return error.name === 'ConfigError' || error.code === 'reco/unknown' ? 2 : 1;
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`internal error: ${sentence(text)}\n`);
  if (isDebug && error instanceof Error) process.stderr.write(traceOf(error));
  else process.stderr.write('       This is a defect of the scanner. Please report it with what --debug prints.\n');
  return 1;
}

function isUserError(error: unknown): error is UserError {
  return error instanceof Error && 'hint' in error && 'code' in error && /^[a-z]+\/[a-z-]+$/.test(String(error.code));
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?:]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `caused by ${traceOf(error.cause)}` : '';
  return `${error.stack}\n${cause}`;
}
