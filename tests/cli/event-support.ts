/** Runs one command in this process and hears what it says. */
import { type Command, CommanderError } from 'commander';
import { vi } from 'vitest';
import { SkymapError } from '../../src/config/index.js';

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  /** What the command threw: the sentence of an error for users, or of a wrong usage. */
  readonly error: string | null;
  readonly code: string | null;
  readonly exitCode: number;
}

/** Errors other than those for users are thrown on. */
export async function say(command: Command, ...words: readonly string[]): Promise<Said> {
  const heard = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      heard[name] += String(text);
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    await command.parseAsync(words, { from: 'user' });
    return { ...heard, error: null, code: null, exitCode: Number(process.exitCode) };
  } catch (error) {
    if (!(error instanceof SkymapError) && !(error instanceof CommanderError)) throw error;
    return { ...heard, error: error.message, code: error.code, exitCode: 1 };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
