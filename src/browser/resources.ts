/** The product's own files in a page: beside the scripts, fetched once each. */
import { ConfigError, FileAccessError, type ReadResource } from '../config/index.js';
import { decodeTables, type PhotonTables } from '../light/index.js';

/** Reads a file of `resources/`. Throws FileAccessError where it does not come. */
export const fetchResource: ReadResource = (path) => fetchFile(`resources/${path}`);

/** A text that lies beside the scripts. */
export async function fetchText(name: string): Promise<string> {
  return new TextDecoder().decode(await fetchFile(name));
}

async function fetchFile(path: string): Promise<Uint8Array> {
  const url = new URL(`./${path}`, import.meta.url);
  let answer: Response;
  try {
    answer = await fetch(url);
  } catch (cause) {
    throw new FileAccessError('file/not-readable', `${url.href} could not be fetched.`, RELOAD, { cause });
  }
  if (!answer.ok) {
    const code = answer.status === 404 ? 'file/not-found' : 'file/not-readable';
    throw new FileAccessError(code, `${url.href} could not be fetched: the server answered ${answer.status}.`, RELOAD);
  }
  return new Uint8Array(await answer.arrayBuffer());
}

const RELOAD = 'Look at your connection and reload the page.';

/** The photon tables of an ice model. Throws ConfigError where the site has none. */
export async function fetchTables(iceModel: string): Promise<PhotonTables> {
  const name = `tables/${iceModel}.skylight`;
  try {
    return decodeTables(await fetchResource(name), name);
  } catch (error) {
    if (!(error instanceof FileAccessError) || error.code !== 'file/not-found') throw error;
    throw new ConfigError(
      'config/bad-value',
      `There are no photon tables for the ice model ${iceModel}.`,
      'Use the ice model spice_mie, or pandel_mpe, which needs no tables.',
    );
  }
}
