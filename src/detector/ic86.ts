/**
 * IceCube as built in 2010 (IC86), out of the tables in `resources/detector/`: what a scan uses when no baseline GCD
 * file is at hand (specs/event-formats.md 12.2). Positions there equal those of every known alert.
 */
import type { ReadResource } from '../config/index.js';
import { readCsv } from './csv.js';
import {
  DEFAULT_MEAN_CHARGE_PE,
  DEFAULT_NOISE_HIGH_EFFICIENCY_HZ,
  DEFAULT_NOISE_HZ,
  keyText,
  type Module,
  packModules,
} from './modules.js';
import type { Detector } from './types.js';

/** Noise rates are not public per DOM; these stand for all of a kind. */
export interface Ic86Options {
  /** Dark noise of a standard DOM in Hz; default 560. */
  readonly noiseHz?: number;
  /** Dark noise of a high-quantum-efficiency DOM in Hz; default 780. */
  readonly noiseHighEfficiencyHz?: number;
}

/** The built-in IC86: 5160 in-ice DOMs, 84 of them dead, 27 with isolated hits only. */
export async function loadIc86(read: ReadResource, options: Ic86Options = {}): Promise<Detector> {
  const { noiseHz = DEFAULT_NOISE_HZ, noiseHighEfficiencyHz = DEFAULT_NOISE_HIGH_EFFICIENCY_HZ } = options;
  const [geometry, status, residual] = await Promise.all([
    read('detector/ic86-geometry.csv'),
    read('detector/ic86-dom-status.csv'),
    read('detector/spe-residual-pass2.csv'),
  ]);
  const suggested = new Map(readCsv(status).map((row) => [`${row.string},${row.om}`, row.suggested]));
  const modules = readCsv(geometry).map((row): Module => {
    const key = { string: Number(row.string), om: Number(row.om), pmt: 0 };
    const state = suggested.get(keyText(key));
    return {
      ...key,
      x: Number(row.x_m),
      y: Number(row.y_m),
      z: Number(row.z_m),
      efficiency: Number(row.rel_dom_eff),
      meanChargePe: DEFAULT_MEAN_CHARGE_PE,
      noiseRateHz: row.hqe === '1' ? noiseHighEfficiencyHz : noiseHz,
      isOn: state !== 'dead',
      isSlcOnly: state === 'slc_only',
    };
  });
  const dead = modules.filter((m) => !m.isOn).length;
  const curve = readCsv(residual);
  return packModules(
    'IC86',
    modules,
    [
      `Built-in IC86: ${modules.length} modules, ${dead} of them off; noise ${noiseHz} Hz (high-efficiency modules ` +
        `${noiseHighEfficiencyHz} Hz), mean charge ${DEFAULT_MEAN_CHARGE_PE} PE per photo-electron.`,
    ],
    {
      chargePe: Float64Array.from(curve, (row) => Number(row.charge_pe)),
      factor: Float64Array.from(curve, (row) => Number(row.factor)),
    },
  );
}
