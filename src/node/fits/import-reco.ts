/** Recos from outside: an ES module whose default export is a reco. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileAccessError, RecoError } from '../../config/index.js';
import { checkReco, type Reco } from '../../reco/index.js';
import { readError } from '../files/files.js';

/**
 * Loads a reco from a file.
 *
 * @throws FileAccessError where there is no such file, RecoError reco/bad-module where it is no reco
 */
export async function importReco(path: string): Promise<Reco> {
  const file = resolve(path);
  let isFile: boolean;
  try {
    isFile = statSync(file).isFile();
  } catch (error) {
    throw readError(error, path, 'reco module');
  }
  if (!isFile) throw new FileAccessError('file/not-readable', `The reco module ${path} is not a file.`);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new RecoError(
      'reco/bad-module',
      `The reco module ${path} cannot be loaded: ${why}`,
      'resources/examples/reco-module.mjs is a small working one.',
      { cause: error },
    );
  }
  return checkReco(module.default, `The default export of ${path}`);
}
