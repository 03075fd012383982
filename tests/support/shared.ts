/**
 * Reference data beside the checkout (`../shared`), which is not part of the project. Tests that need it call
 * `needsShared`, which prints what is left out and why when the folder is not there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeUnless } from './needs.js';

const root = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Absolute path of a file below `../shared`. */
export function sharedPath(name: string): string {
  return root + name;
}

/** Bytes of a file below `../shared`. */
export function sharedBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(sharedPath(name)));
}

/** Text of a file below `../shared`. */
export function sharedText(name: string): string {
  return readFileSync(sharedPath(name), 'utf8');
}

/** Parsed JSON of a file below `../shared`; bare NaN and Infinity, which Python writes, become null. */
export function sharedJson<T = any>(name: string): T {
  return JSON.parse(sharedText(name).replace(/(?<=[[,:\s])-?(NaN|Infinity)(?=[\],}\s])/g, 'null')) as T;
}

/** A `describe` that runs where the named files of `../shared` exist, and says why where they do not. */
export function needsShared(title: string, files: readonly string[], body: () => void): void {
  const missing = files.filter((name) => !existsSync(sharedPath(name)));
  const names = missing.map((name) => `../shared/${name}`).join(', ');
  describeUnless(missing.length === 0 ? null : `needs ${names}, which is not there`, title, body);
}
