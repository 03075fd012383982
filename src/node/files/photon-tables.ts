/**
 * Photon tables on this machine: the shipped ones that belong to an ice model, and IceCube's spline tables where a user
 * has them.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../config/index.js';
import {
  decodeLightSplines,
  decodeMuonSplines,
  decodeTables,
  type LightSplines,
  loadIceModel,
  type MuonSplines,
  type NamedBytes,
  type PhotonTables,
} from '../../light/index.js';
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
/** And of those that millipede uses: of point-like cascades. */
const CASCADE_AMPLITUDE = 'ems_mie_z20_a10.abs.fits';
const CASCADE_TIME = 'ems_mie_z20_a10.prob.fits';
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
 * @throws ConfigError config/bad-value where there is none, or no such ice model
 */
export async function readPhotonTables(iceModel: string): Promise<Uint8Array> {
  try {
    return await readResource(`tables/${iceModel}.skylight`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    // Of an ice that there is not nobody can make tables.
    await loadIceModel(readResource, iceModel);
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
  const tables = decodeTables(await readWholeFile(file, 'file of photon tables', MAX_BYTES), file);
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
 * @throws ConfigError config/bad-value for a file, and for a directory together with an ice model that its tables are not of,
 *   FileAccessError and FileFormatError for tables that cannot be read
 */
export async function loadMuonSplines(
  choice: SplineDirectory,
  iceModel: string,
): Promise<{ readonly splines: MuonSplines; readonly directory: string } | null> {
  const names = [BARE_AMPLITUDE, BARE_TIME, STOCHASTIC_AMPLITUDE];
  const directory = splineDirectory(choice, iceModel, names);
  if (directory === null) return null;
  const [amplitude, time, stochastic] = await readSplines(directory, names);
  return { splines: decodeMuonSplines(amplitude!, time!, stochastic!), directory };
}

/** IceCube's spline tables of cascades, as {@link loadMuonSplines}. */
export async function loadCascadeSplines(
  choice: SplineDirectory,
  iceModel: string,
): Promise<{ readonly splines: LightSplines; readonly directory: string } | null> {
  const names = [CASCADE_AMPLITUDE, CASCADE_TIME];
  const directory = splineDirectory(choice, iceModel, names);
  if (directory === null) return null;
  const [amplitude, time] = await readSplines(directory, names);
  return { splines: decodeLightSplines(amplitude!, time!), directory };
}

/** Where the spline tables of these names are to be taken from; null for nowhere. */
function splineDirectory(choice: SplineDirectory, iceModel: string, names: readonly string[]): string | null {
  if (ourFile(choice) !== null) return null;
  if (choice && statSync(choice, { throwIfNoEntry: false })?.isFile()) {
    throw new ConfigError(
      'config/bad-value',
      `--photon-tables ${choice} is neither a directory nor a file of photon tables (*${OUR_SUFFIX}).`,
      'Name the directory with IceCube\'s spline tables, or a file that "skymap-scanner tables make" made.',
    );
  }
  const isTheirIce = iceModel === ICE_OF_SPLINES;
  const directory = choice === undefined && isTheirIce ? installedSplines(names) : (choice ?? null);
  if (directory === null || isTheirIce) return directory;
  throw new ConfigError(
    'config/bad-value',
    `The spline tables in ${directory} are of ${ICE_OF_SPLINES}, not of the ice model ${iceModel}.`,
    'Leave out --photon-tables or --ice-model.',
  );
}

/** One after the other, so that the first one that is missing is the one that is told of. */
async function readSplines(directory: string, names: readonly string[]): Promise<NamedBytes[]> {
  const files: NamedBytes[] = [];
  for (const name of names) {
    const path = join(directory, name);
    files.push({ name: path, bytes: await readWholeFile(path, 'spline table', MAX_BYTES) });
  }
  return files;
}

/** The first place with all of the tables, of those where upstream looks (specs/sky-and-scan.md 13) and IceTray's own. */
function installedSplines(names: readonly string[]): string | null {
  const data = process.env.I3_DATA;
  const roots = [...(data ? [data] : []), '/opt/i3-data', '/cvmfs/icecube.opensciencegrid.org/data'];
  const directories = roots.map((root) => join(root, 'photon-tables/splines'));
  return directories.find((directory) => names.every((name) => existsSync(join(directory, name)))) ?? null;
}

/** The choice where it is a file of ours. */
function ourFile(choice: SplineDirectory): string | null {
  return choice?.endsWith(OUR_SUFFIX) ? choice : null;
}
