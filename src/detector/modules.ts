/**
 * Modules of a detector one by one, as they are handled while a detector is put together, and the arrays they end in.
 * A scan sees only the arrays (`Detector`).
 */
import { compareKeys, type OMKey } from '../event/index.js';
import type { Detector } from './types.js';

/** Mean recorded charge per photo-electron of a module without a charge calibration (event-formats.md 12.2). */
export const DEFAULT_MEAN_CHARGE_PE = 0.86;
/** Detector averages for standard and high-quantum-efficiency DOMs, JINST 12 P03012. */
export const DEFAULT_NOISE_HZ = 560;
export const DEFAULT_NOISE_HIGH_EFFICIENCY_HZ = 780;

/** One module with everything a scan knows of it; units as in `Detector`. */
export interface Module extends OMKey {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  efficiency: number;
  meanChargePe: number;
  noiseRateHz: number;
  isOn: boolean;
  isSlcOnly: boolean;
}

/** A text that names a module in tables and sentences: '61,20', or '87,3,12' for a tube other than 0. */
export function keyText(key: OMKey): string {
  return key.pmt === 0 ? `${key.string},${key.om}` : `${key.string},${key.om},${key.pmt}`;
}

/** IceTop's tanks share string numbers with the strings below them; a scan never uses them. */
export function isSurfaceModule(key: OMKey): boolean {
  return key.string <= 81 && key.om >= 61 && key.om <= 66;
}

/** Whether a noise rate can be used: IceCube's own software refuses rates outside (0, 10 kHz] (reco-millipede.md 3.1). */
export function isUsableNoiseRate(hz: number | undefined): hz is number {
  return hz !== undefined && hz > 0 && hz <= 10_000;
}

/** Packs modules into arrays, sorted by key. Of modules with the same key the last one counts. */
export function packModules(
  name: string,
  modules: Iterable<Module>,
  provenance: readonly string[],
  speResidual?: Detector['speResidual'],
): Detector {
  const sorted = [...new Map([...modules].map((m) => [keyText(m), m])).values()].sort(compareKeys);
  const numbers = (pick: (m: Module) => number): Float64Array => Float64Array.from(sorted, pick);
  return {
    name,
    string: Int32Array.from(sorted, (m) => m.string),
    om: Int32Array.from(sorted, (m) => m.om),
    pmt: Uint8Array.from(sorted, (m) => m.pmt),
    x: numbers((m) => m.x),
    y: numbers((m) => m.y),
    z: numbers((m) => m.z),
    efficiency: numbers((m) => m.efficiency),
    meanChargePe: numbers((m) => m.meanChargePe),
    noiseRateHz: numbers((m) => m.noiseRateHz),
    isOn: Uint8Array.from(sorted, (m) => Number(m.isOn)),
    isSlcOnly: Uint8Array.from(sorted, (m) => Number(m.isSlcOnly)),
    provenance,
    ...(speResidual === undefined ? {} : { speResidual }),
  };
}

/** The modules of a detector one by one, by `keyText`. */
export function unpackModules(detector: Detector): Map<string, Module> {
  const modules = new Map<string, Module>();
  for (let i = 0; i < detector.string.length; i++) {
    const module: Module = {
      string: detector.string[i]!,
      om: detector.om[i]!,
      pmt: detector.pmt[i]!,
      x: detector.x[i]!,
      y: detector.y[i]!,
      z: detector.z[i]!,
      efficiency: detector.efficiency[i]!,
      meanChargePe: detector.meanChargePe[i]!,
      noiseRateHz: detector.noiseRateHz[i]!,
      isOn: detector.isOn[i] === 1,
      isSlcOnly: detector.isSlcOnly[i] === 1,
    };
    modules.set(keyText(module), module);
  }
  return modules;
}
