/** The photon tables that belong to an ice model: the shipped ones, or those of a file that the user names. */
import { ConfigError } from '../config/index.js';
import { decodeTables, type PhotonTables } from '../light/index.js';
import { codeOf } from './files.js';
import { readResource } from './resources.js';

/**
 * The tables of an ice model in `resources/tables`, the large arrays in shared memory.
 *
 * @throws ConfigError config/bad-value where there are none
 */
export async function loadPhotonTables(iceModel: string): Promise<PhotonTables> {
  const name = `tables/${iceModel}.skylight`;
  try {
    return decodeTables(await readResource(name), name);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new ConfigError(
      'config/bad-value',
      `There are no photon tables for the ice model ${iceModel}.`,
      `Make them with "skymap-scanner tables make --ice ${iceModel}", or use another --ice-model.`,
    );
  }
}
