/**
 * Reads the product's own ice files (`resources/ice/`): layer tables, the tilt map, the emission profile of cascades and
 * the spectrum of detected light. Files say in their own first lines where their figures come from.
 */
import { ConfigError, FileFormatError, type ReadResource } from '../config/index.js';
import { ABSORPTION_CAP, type EmissionProfile, type IceModel, type IceParameters, type IceTilt } from './ice.js';

/** The ice models in `resources/ice/`. */
export const ICE_MODELS: readonly string[] = [
  'spice_mie',
  'spice_3.2.1',
  'spice_bfr_dv1_isotropic',
  'spice_ftp_v3m_isotropic',
];

/** Height of the detector's origin above depth 0 of the tables, specs/photon-tables.md. */
const ORIGIN_DEPTH_M = 1948.07;

/**
 * Loads one of the built-in ice models with its tilt and emission profile. The tilt map belongs to SPICE-Mie and the
 * models built on it. Throws `ConfigError` where there is no model of that name.
 */
export async function loadIceModel(read: ReadResource, name = 'spice_mie'): Promise<IceModel> {
  if (!ICE_MODELS.includes(name)) {
    throw new ConfigError(
      'config/bad-value',
      `There is no ice model named "${name}".`,
      `Choose one of ${ICE_MODELS.join(', ')}.`,
    );
  }
  const [layers, tilt, emission] = await Promise.all([
    read(`ice/${name}.csv`),
    read('ice/tilt.csv'),
    read('ice/em_emission_profile.csv'),
  ]);
  return {
    ...parseIceModel(text(layers), name),
    tilt: parseIceTilt(text(tilt)),
    emission: parseEmissionProfile(text(emission)),
  };
}

/**
 * Parses a layer table: `# param,NAME,VALUE` lines, a line of column names, one row a layer in any order, all layers of
 * one thickness. Without tilt and emission profile. Throws `FileFormatError` with code `light/bad-ice`.
 */
export function parseIceModel(csvText: string, name: string): IceModel {
  const what = `ice model "${name}"`;
  const table = readTable(csvText, what);
  const z = table.column('z_m');
  const order = [...z.keys()].sort((i, j) => z[i]! - z[j]!);
  const sorted = (column: string): Float64Array => {
    const values = table.column(column);
    return Float64Array.from(order, (i) => values[i]!);
  };
  const centreM = sorted('z_m');
  const n = centreM.length;
  if (n < 2) throw badIce(what, 'it has fewer than two layers');
  const stepM = (centreM[n - 1]! - centreM[0]!) / (n - 1);
  for (let i = 0; i < n; i++) {
    if (!(stepM > 0) || Math.abs(centreM[i]! - centreM[0]! - i * stepM) > 0.01 * stepM) {
      throw badIce(what, 'its layers are not all of one thickness');
    }
  }
  const be400 = sorted('be400_per_m');
  const a400 = sorted('a400_per_m_derived');
  if (!be400.every((b) => b > 0) || !a400.every((a) => a > 0)) throw badIce(what, 'a coefficient is not positive');
  return {
    name,
    parameters: parameters(table, what),
    bottomM: centreM[0]! - stepM / 2,
    stepM,
    centreM,
    be400,
    a400,
    dust: sorted('a_dust'),
    deltaT: sorted('delta_T_K'),
    scatterSum: sums(be400, stepM, Number.POSITIVE_INFINITY),
    absorbSum: sums(a400, stepM, ABSORPTION_CAP),
    tilt: null,
    emission: null,
  };
}

/** Parses `tilt.csv`: depth, then the shift at the distances in the names of the columns. */
export function parseIceTilt(csvText: string): IceTilt {
  const what = 'tilt map';
  const table = readTable(csvText, what);
  const names = table.names.filter((name) => name.startsWith('nr_'));
  const depth = table.column('depth_m');
  const order = [...depth.keys()].sort((i, j) => depth[j]! - depth[i]!);
  if (names.length < 2 || order.length < 2) throw badIce(what, 'it has fewer than two rows or columns');
  const columns = names.map((name) => table.column(name));
  const azimuth = (225 * Math.PI) / 180;
  return {
    zM: Float64Array.from(order, (i) => ORIGIN_DEPTH_M - depth[i]!),
    distanceM: Float64Array.from(names, (name) => Number(name.slice(3))),
    shiftM: Float64Array.from(order.flatMap((i) => columns.map((column) => column[i]!))),
    directionX: Math.cos(azimuth),
    directionY: Math.sin(azimuth),
    originM: 3.00521,
  };
}

/** Parses `em_emission_profile.csv`: bins of equal width in the cosine of the emission angle. */
export function parseEmissionProfile(csvText: string): EmissionProfile {
  const table = readTable(csvText, 'emission profile');
  return { density: table.column('f'), smooth: table.column('f_smooth') };
}

interface Table {
  readonly names: readonly string[];
  readonly parameters: ReadonlyMap<string, number>;
  column(name: string): Float64Array;
}

/** Columns of numbers by name, and the `# param` lines before them. */
function readTable(csvText: string, what: string): Table {
  const lines = csvText.split(/\r?\n/).filter((line) => line !== '');
  const constants = new Map<string, number>();
  for (const line of lines) {
    const [mark, name, value] = line.split(',');
    if (mark === '# param' && name !== undefined) constants.set(name, Number(value));
  }
  const body = lines.filter((line) => !line.startsWith('#'));
  const names = (body[0] ?? '').split(',');
  const rows = body.slice(1).map((line) => line.split(',').map(Number));
  if (rows.some((row) => row.length !== names.length || row.some(Number.isNaN))) {
    throw badIce(what, 'a row is damaged');
  }
  return {
    names,
    parameters: constants,
    column(name) {
      const at = names.indexOf(name);
      if (at < 0) throw badIce(what, `it lacks the column ${name}`);
      return Float64Array.from(rows, (row) => row[at]!);
    },
  };
}

function parameters(table: Table, what: string): IceParameters {
  const value = (name: string): number => {
    const found = table.parameters.get(name);
    if (found === undefined || !Number.isFinite(found)) throw badIce(what, `it lacks the constant ${name}`);
    return found;
  };
  return {
    alpha: value('alpha'),
    kappa: value('kappa'),
    A: value('A'),
    B: value('B'),
    D: value('D'),
    E: value('E'),
    g: value('g'),
    liuFraction: value('f_sl'),
    domEfficiency: value('dom_efficiency'),
  };
}

/** Integrals from the lowest edge to each edge, each coefficient counting at most `cap`. */
function sums(coefficient: Float64Array, stepM: number, cap: number): Float64Array {
  const out = new Float64Array(coefficient.length + 1);
  for (let i = 0; i < coefficient.length; i++) out[i + 1] = out[i]! + Math.min(coefficient[i]!, cap) * stepM;
  return out;
}

function badIce(what: string, why: string): FileFormatError {
  return new FileFormatError(
    'light/bad-ice',
    `The ${what} cannot be used: ${why}.`,
    'Compare it with resources/ice/spice_mie.csv.',
  );
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
