/** The product's own files, read from where the package is installed. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ReadResource } from '../../config/index.js';

const ROOT = new URL('../../../', import.meta.url);

/** Reads a file below `resources/`, for example `ice/spice_mie.csv`. */
export const readResource: ReadResource = async (path) => readFile(new URL(`resources/${path}`, ROOT));

/** Where the package is installed. */
export const PACKAGE_ROOT: string = fileURLToPath(ROOT);

/** Version of the package. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as { version: string };
  return version;
}
