/**
 * Light tables of IceCube: an amplitude table and a table of the time distribution, with header keys that say what their
 * coordinates are (specs/photospline.md section 4).
 */
import { FileFormatError } from '../../config/index.js';
import { GROUP_INDEX } from '../optics.js';
import { decodeSplineTable, type SplineTable } from './table.js';

/** What the header keys of a light table say. */
export interface LightGeometry {
  /** GEOTYPE: light of a point (a cascade), or of a muon without ends. */
  readonly source: 'point' | 'muon';
  /** GEOMETRY 1: cells in r and cosine instead of rho and l. Means nothing for muons. */
  readonly isSpherical: boolean;
  /** PARITY 1: azimuths count from the downward perpendicular, and zeniths are those of the direction of flight. */
  readonly isOdd: boolean;
  /** NGROUP: refractive index that delays count from. */
  readonly groupIndex: number;
}

/** Light of one kind of source. Plain data. */
export interface LightSplines extends LightGeometry {
  /** ln of photo-electrons per emitted photon. */
  readonly amplitude: SplineTable;
  /** Share of the light that has come, by delay. */
  readonly time: SplineTable;
}

/** Tables of muons as splinempe uses them: of a bare one, and how much light the losses of one give. Plain data. */
export interface MuonSplines {
  readonly bare: LightSplines;
  readonly stochasticAmplitude: SplineTable;
  readonly stochastic: LightGeometry;
}

/** The bytes of a file, with its name for messages. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Axes of amplitude tables, without and with all of theirs; time tables have one more. */
const AXES = { point: [3, 5], muon: [2, 4] } as const;

/**
 * Reads a pair of tables, of points or of muons.
 *
 * @throws FileFormatError light/bad-table
 */
export function decodeLightSplines(amplitude: NamedBytes, time: NamedBytes): LightSplines {
  const amplitudes = decodeSplineTable(amplitude.bytes, amplitude.name);
  const times = decodeSplineTable(time.bytes, time.name);
  return pairOf(amplitudes, amplitude.name, times, time.name);
}

/**
 * Reads the three tables of muons that splinempe uses.
 *
 * @throws FileFormatError light/bad-table
 */
export function decodeMuonSplines(
  bareAmplitude: NamedBytes,
  bareTime: NamedBytes,
  stochastic: NamedBytes,
): MuonSplines {
  const bare = decodeLightSplines(bareAmplitude, bareTime);
  const stochasticAmplitude = decodeSplineTable(stochastic.bytes, stochastic.name);
  const geometry = lightGeometry(stochasticAmplitude, stochastic.name);
  for (const [{ source }, { name }] of [[bare, bareAmplitude] as const, [geometry, stochastic] as const]) {
    if (source !== 'muon') throw badPair(`The spline table ${name} is of point-like light, not of muons.`);
  }
  checkAxes(stochasticAmplitude, geometry, 0, stochastic.name);
  return { bare, stochasticAmplitude, stochastic: geometry };
}

/** A pair of tables that were read. */
function pairOf(amplitude: SplineTable, amplitudeName: string, time: SplineTable, timeName: string): LightSplines {
  const geometry = lightGeometry(amplitude, amplitudeName);
  const other = lightGeometry(time, timeName);
  for (const key of ['source', 'isSpherical', 'groupIndex', 'isOdd'] as const) {
    if (geometry[key] === other[key]) continue;
    const names = { source: 'GEOTYPE', isSpherical: 'GEOMETRY', groupIndex: 'NGROUP', isOdd: 'PARITY' };
    throw badPair(
      `The spline tables ${amplitudeName} and ${timeName} do not belong together: their ${names[key]} differs.`,
    );
  }
  checkAxes(amplitude, geometry, 0, amplitudeName);
  checkAxes(time, geometry, 1, timeName);
  return { ...geometry, amplitude, time };
}

/** What the keys of a table say, with the reference's defaults. */
function lightGeometry({ keys }: SplineTable, name: string): LightGeometry {
  const number = (key: string, fallback: number, allowed: readonly number[] | null): number => {
    const value = keys.get(key);
    if (value === undefined) return fallback;
    // some writers quote their numbers
    const found = Number(String(value).trim() || Number.NaN);
    if (allowed === null ? found > 0 || found === -1 : allowed.includes(found)) return found;
    throw badPair(`The spline table ${name} has the key ${key} = ${value}, which means nothing for light tables.`);
  };
  const source = number('GEOTYPE', 0, [0, 1]) === 1 ? 'muon' : 'point';
  const index = number('NGROUP', -1, null);
  return {
    source,
    isSpherical: number('GEOMETRY', 2, [1, 2]) === 1,
    isOdd: number('PARITY', source === 'point' ? 1 : 0, [0, 1]) === 1,
    groupIndex: index === -1 ? GROUP_INDEX : index,
  };
}

function checkAxes({ axes }: SplineTable, { source }: LightGeometry, more: 0 | 1, name: string): void {
  const [least, most] = AXES[source];
  if (axes.length >= least + more && axes.length <= most + more) return;
  throw badPair(
    `The spline table ${name} has ${axes.length} axes; ${more === 1 ? 'time' : 'amplitude'} tables of a ${source} source have ${least + more} to ${most + more}.`,
  );
}

function badPair(sentence: string): FileFormatError {
  return new FileFormatError('light/bad-table', sentence, 'Give amplitude and time tables that were made together.');
}
