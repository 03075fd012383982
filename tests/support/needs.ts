/** Tests that need something of the machine: they run where it is there, and say why where it is not. */
import { describe, it, type TestContext } from 'vitest';

/** A `describe` that runs where nothing is missing; `missing` says what it is and how to get it, or is null. */
export function describeUnless(missing: string | null, title: string, body: () => void): void {
  if (missing === null) describe(title, body);
  else {
    console.log(`skipped: ${title}: ${missing}`);
    // The body is not run: it may read what is missing to know its tests. One test stands for all of them.
    describe.skip(title, () => {
      it(missing, () => undefined);
    });
  }
}

/** The same from inside a running test: leaves it. */
export function skipFor(missing: string, { task, skip }: TestContext): never {
  console.log(`skipped: ${task.name}: ${missing}`);
  return skip(missing);
}
