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
 * Whose tables are used: a directory with IceCube's spline tables, or a file of ours (*.skylight); null for the product's
 * own; undefined for IceCube's where they are installed where upstream looks for them, else the product's own.
 */
export type SplineDirectory = string | null | undefined;

/** What files of ours are called. */
const OUR_SUFFIX = '.skylight';

/** Names of the tables that splinempe uses: of a bare muon, and of how much light its losses give. */
const BARE_AMPLITUDE = 'InfBareMu_mie_abs_z20a10_V2.fits';
const BARE_TIME = 'InfBareMu_mie_prob_z20a10_V2.fits';
const STOCHASTIC_AMPLITUDE = 'InfHighEStoch_mie_abs_z20a10.fits';
/** The ice that they were made for. */
const ICE_OF_SPLINES = 'spice_mie';
/** What one read can take. */
const MAX_BYTES = 2 ** 31 - 1;

/** Whether tables of an ice model are among the product's own files. */
export async function hasPhotonTables(iceModel: string): Promise<boolean> {
  try {
    await readPhotonTables(iceModel);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

/**
 * The file of an ice model's tables in `resources/tables`.
 *
 * @throws ConfigError config/bad-value where there is none
 */
export async function readPhotonTables(iceModel: string): Promise<Uint8Array> {
  try {
    return await readResource(`tables/${iceModel}.skylight`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new ConfigError(
      'config/bad-value',
      `There are no photon tables for the ice model ${iceModel}.`,
      `Make them with "skymap-scanner tables make --ice ${iceModel} --output FILE", and name them with --photon-tables FILE.`,
    );
  }
}

/**
 * Our tables of an ice model: those of a file where one is chosen, or the product's own.
 *
 * @throws ConfigError config/bad-value where there are none, or the file's are of another ice model
 */
export async function loadPhotonTables(iceModel: string, choice?: SplineDirectory): Promise<PhotonTables> {
  const file = ourFile(choice);
  if (file === null) return decodeTables(await readPhotonTables(iceModel), `tables/${iceModel}.skylight`);
  const tables = decodeTables(await readWholeFile(file, 'photon tables', MAX_BYTES), file);
  if (tables.cascade.iceModel !== iceModel) {
    throw new ConfigError(
      'config/bad-value',
      `The photon tables ${file} are of the ice model ${tables.cascade.iceModel}, not of ${iceModel}.`,
      `Use --ice-model ${tables.cascade.iceModel}, or other tables.`,
    );
  }
  return tables;
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
  if (ourFile(choice) !== null) return null;
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

/** The choice where it is a file of ours. */
function ourFile(choice: SplineDirectory): string | null {
  return choice?.endsWith(OUR_SUFFIX) ? choice : null;
}
