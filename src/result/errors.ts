/** The one error of result files, and how values of such files are named in it. */
import { FileFormatError } from '../config/index.js';

const HINT = 'Give a .npz or .json file that the scanner or skyreader wrote; if it is one, fetch or make it again.';

/** A result file that cannot be used. `what` goes on after `name`, the file or a part of it: 'is cut short'. */
export function badFile(name: string, what: string, cause?: unknown): FileFormatError {
  return new FileFormatError('result/bad-file', `${name} ${what}.`, HINT, cause === undefined ? undefined : { cause });
}

/** A value as it may stand in a sentence: short, on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(typeof value === 'bigint' ? String(value) : value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
