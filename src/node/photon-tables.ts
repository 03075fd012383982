/**
 * Photon tables on this machine: the shipped ones that belong to an ice model, and IceCube's spline tables where a user
 * has them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config/index.js';
import {
  decodeMuonSplines,
  decodeTables,
  type MuonSplines,
  type NamedBytes,
  type PhotonTables,
} from '../light/index.js';
import { codeOf, readWholeFile } from './files.js';
import { readResource } from './resources.js';

/**
 * A directory with IceCube's spline tables; null to use none; undefined to use those that are installed where upstream
 * looks for them.
 */
export type SplineDirectory = string | null | undefined;

/** Names of the tables that splinempe uses: of a bare muon, and of how much light its losses give. */
const BARE_AMPLITUDE = 'InfBareMu_mie_abs_z20a10_V2.fits';
const BARE_TIME = 'InfBareMu_mie_prob_z20a10_V2.fits';
const STOCHASTIC_AMPLITUDE = 'InfHighEStoch_mie_abs_z20a10.fits';
/** The ice that they were made for. */
const ICE_OF_SPLINES = 'spice_mie';
/** What one read can take. */
const MAX_BYTES = 2 ** 31 - 1;

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

/**
 * IceCube's spline tables of muons, with the directory that they are from; null where none are wanted or installed.
 *
 * @throws ConfigError config/bad-value for a directory together with an ice model that its tables are not of,
 *   FileAccessError and FileFormatError for tables that cannot be read
 */
export async function loadMuonSplines(
  choice: SplineDirectory,
  iceModel: string,
): Promise<{ readonly splines: MuonSplines; readonly directory: string } | null> {
  const isTheirIce = iceModel === ICE_OF_SPLINES;
  const directory = choice === undefined && isTheirIce ? installedSplines() : (choice ?? null);
  if (directory === null) return null;
  if (!isTheirIce) {
    throw new ConfigError(
      'config/bad-value',
      `The spline tables in ${directory} are of ${ICE_OF_SPLINES}, not of the ice model ${iceModel}.`,
      'Leave out --photon-tables or --ice-model.',
    );
  }
  const read = async (name: string): Promise<NamedBytes> => {
    const path = join(directory, name);
    return { name: path, bytes: await readWholeFile(path, 'spline table', MAX_BYTES) };
  };
  const splines = decodeMuonSplines(
    await read(BARE_AMPLITUDE),
    await read(BARE_TIME),
    await read(STOCHASTIC_AMPLITUDE),
  );
  return { splines, directory };
}

/** The first place with all of the tables, of those where upstream looks (specs/sky-and-scan.md 13) and IceTray's own. */
function installedSplines(): string | null {
  const data = process.env.I3_DATA;
  const roots = [...(data ? [data] : []), '/opt/i3-data', '/cvmfs/icecube.opensciencegrid.org/data'];
  const names = [BARE_AMPLITUDE, BARE_TIME, STOCHASTIC_AMPLITUDE];
  const directories = roots.map((root) => join(root, 'photon-tables/splines'));
  return directories.find((directory) => names.every((name) => existsSync(join(directory, name)))) ?? null;
}
