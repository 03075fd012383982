/**
 * The ice as the photon generator sees it: 32 equally likely wavelengths of detectable Cherenkov light, with the
 * scattering and absorption of every layer and the speed of light for each (specs/photon-tables.md sections 1 and 2).
 */
import { FileFormatError } from '../../config/index.js';
import { absorptionCoefficient, type IceModel, scatteringCoefficient } from '../ice.js';
import { LIGHT_SPEED } from './grid.js';

/** Number of wavelength slices, all equally likely. */
export const N_SLICES = 32;

/** Plain data: travels to workers. */
export interface Optics {
  /** Lower edge of the lowest layer and thickness, metres (detector z). */
  readonly bottomM: number;
  readonly stepM: number;
  readonly nLayers: number;
  /** Geometric scattering and absorption coefficients, 1/m, [slice][layer]. */
  readonly scatter: Float64Array;
  readonly absorb: Float64Array;
  /** Nanoseconds per metre, per slice. */
  readonly nsPerMetre: Float64Array;
  /** Mean cosine of a scatter, and the share of the simplified-Liu form. */
  readonly meanCosine: number;
  readonly liuFraction: number;
  /** Coefficients of the angular acceptance, a polynomial in the z component of the direction of flight. */
  readonly acceptance: Float64Array;
  /** Effective scattering length times absorption length at the mean wavelength by layer, m^2. */
  readonly reachSquared: Float64Array;
}

/** Rows of `cherenkov_detected_spectrum.csv`. */
export interface Spectrum {
  readonly wavelengthNm: Float64Array;
  readonly cumulative: Float64Array;
}

/** Group index of the ice at a wavelength in nm. */
export function groupIndex(wavelengthNm: number): number {
  const x = wavelengthNm / 1000;
  return phaseIndex(wavelengthNm) * (1 + 0.227106 + x * (-0.954648 + x * (1.42568 - 0.711832 * x)));
}

/** Phase index of the ice at a wavelength in nm. */
export function phaseIndex(wavelengthNm: number): number {
  const x = wavelengthNm / 1000;
  return 1.55749 + x * (-1.57988 + x * (3.99993 + x * (-4.68271 + 2.09354 * x)));
}

/** Optics of an ice model. `acceptance` are the coefficients of one row of `dom_angular_acceptance.csv`. */
export function makeOptics(ice: IceModel, spectrum: Spectrum, acceptance: Float64Array): Optics {
  const nLayers = ice.be400.length;
  const scatter = new Float64Array(N_SLICES * nLayers);
  const absorb = new Float64Array(N_SLICES * nLayers);
  const nsPerMetre = new Float64Array(N_SLICES);
  for (let slice = 0; slice < N_SLICES; slice++) {
    const wavelength = wavelengthAt(spectrum, (slice + 0.5) / N_SLICES);
    nsPerMetre[slice] = groupIndex(wavelength) / LIGHT_SPEED;
    for (let layer = 0; layer < nLayers; layer++) {
      scatter[slice * nLayers + layer] = scatteringCoefficient(ice, layer, wavelength) / (1 - ice.parameters.g);
      absorb[slice * nLayers + layer] = absorptionCoefficient(ice, layer, wavelength);
    }
  }
  const middle = wavelengthAt(spectrum, 0.5);
  return {
    bottomM: ice.bottomM,
    stepM: ice.stepM,
    nLayers,
    scatter,
    absorb,
    nsPerMetre,
    meanCosine: ice.parameters.g,
    liuFraction: ice.parameters.liuFraction,
    acceptance,
    reachSquared: Float64Array.from(
      { length: nLayers },
      (_, layer) => 1 / (scatteringCoefficient(ice, layer, middle) * absorptionCoefficient(ice, layer, middle)),
    ),
  };
}

/** Wavelength in nm below which the given share of the detectable light lies; linear between the rows. */
export function wavelengthAt(spectrum: Spectrum, share: number): number {
  const { wavelengthNm, cumulative } = spectrum;
  let i = 1;
  while (i < cumulative.length - 1 && cumulative[i]! < share) i++;
  const u = (share - cumulative[i - 1]!) / (cumulative[i]! - cumulative[i - 1]!);
  return wavelengthNm[i - 1]! + u * (wavelengthNm[i]! - wavelengthNm[i - 1]!);
}

/** Parses `cherenkov_detected_spectrum.csv`. */
export function parseSpectrum(csvText: string): Spectrum {
  const rows = dataRows(csvText).map((row) => row.map(Number));
  return {
    wavelengthNm: Float64Array.from(rows, (row) => row[0]!),
    cumulative: Float64Array.from(rows, (row) => row[1]!),
  };
}

/** Polynomial coefficients c0 .. c10 of a named angular acceptance. Throws `FileFormatError` for an unknown name. */
export function parseAcceptance(csvText: string, name: string): Float64Array {
  const rows = dataRows(csvText);
  const row = rows.find((candidate) => candidate[0] === name);
  if (row === undefined) {
    const names = rows.map((candidate) => candidate[0]).join(', ');
    throw new FileFormatError(
      'light/bad-ice',
      `There is no angular acceptance named "${name}".`,
      `Choose one of ${names}.`,
    );
  }
  return Float64Array.from(row.slice(2, 13), Number);
}

/** Rows after the comments and the line of column names. */
function dataRows(csvText: string): string[][] {
  const lines = csvText.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
  return lines.slice(1).map((line) => line.split(','));
}

/** Angular acceptance for light flying with z component `nz`, never negative. */
export function angularAcceptance(coefficients: Float64Array, nz: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * nz + coefficients[i]!;
  return sum > 0 ? sum : 0;
}
