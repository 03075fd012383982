/** The one error of files that describe a region of the sky. */
import { FileFormatError } from '../../config/index.js';

/** `what` goes on after the file's name, without the full stop: 'is cut short'. */
export function badRegion(name: string, what: string, hint: string, cause?: unknown): FileFormatError {
  return new FileFormatError(
    'result/bad-region',
    `${name} ${what}.`,
    hint,
    cause === undefined ? undefined : { cause },
  );
}
