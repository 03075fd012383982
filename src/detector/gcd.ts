/**
 * Detectors out of IceCube's geometry, calibration and status: whole (a baseline GCD file, or an event that carries
 * them) or as an alert's differences against a baseline. Rules: specs/event-formats.md 11.3, 12.1, 12.2 and
 * specs/reco-millipede.md 3.1.
 */
import type { CalibrationChange, FullGcd, GcdDifferences, OMKey, PulseMap, StatusChange } from '../event/index.js';
import { domIndex } from './lookup.js';
import { meanChargePe } from './mean-charge.js';
import {
  DEFAULT_NOISE_HZ,
  isSurfaceModule,
  isUsableNoiseRate,
  keyText,
  type Module,
  packModules,
  unpackModules,
} from './modules.js';
import type { Detector, SpeResidual } from './types.js';

/** I3OMGeo types that do not look into the ice: IceTop tanks, scintillators, air Cherenkov telescopes. */
const SURFACE_TYPES: ReadonlySet<number> = new Set([30, 40, 50]);
/** LC mode of modules that deliver isolated hits only. */
const LC_MODE_SLC_ONLY = 5;
/** Below this high voltage a tube sees nothing. */
const MIN_VOLTAGE = 100;

/** Whether a status entry lets a module see light: a finite high voltage of at least 100 V. */
export function hasHighVoltage(status: StatusChange): boolean {
  return Number.isFinite(status.pmtVoltageV) && Math.abs(status.pmtVoltageV) >= MIN_VOLTAGE;
}

/**
 * A detector out of whole geometry, calibration and status. A module without calibration or status entry, or without
 * high voltage, is off; where the file has no calibration (status) at all, defaults hold (all modules are on).
 * Values that a fit cannot use (efficiency or noise not positive) are replaced by defaults, and `provenance` says so.
 */
export function detectorFromFullGcd(
  gcd: FullGcd,
  options: { readonly source: string; readonly residual?: SpeResidual | undefined },
): Detector {
  const calibration = gcd.calibration === null ? null : byKey(gcd.calibration);
  const status = gcd.status === null ? null : byKey(gcd.status);
  let withoutNoise = 0;
  const modules = gcd.geometry
    .filter((dom) => !SURFACE_TYPES.has(dom.omType) && !isSurfaceModule(dom))
    .map(({ string, om, pmt, x, y, z }): Module => {
      const key = keyText({ string, om, pmt });
      const calibrated = calibration?.get(key);
      const state = status?.get(key);
      const isOn =
        (calibration === null || calibrated !== undefined) &&
        (status === null || (state !== undefined && hasHighVoltage(state)));
      const efficiency = calibrated?.relativeDomEfficiency;
      const noise = calibrated?.noiseRateHz;
      if (isOn && !isUsableNoiseRate(noise)) withoutNoise++;
      return {
        string,
        om,
        pmt,
        x,
        y,
        z,
        efficiency: isUsableEfficiency(efficiency) ? efficiency : 1,
        meanChargePe: meanChargePe(calibrated ?? {}, options.residual),
        noiseRateHz: isUsableNoiseRate(noise) ? noise : DEFAULT_NOISE_HZ,
        isOn,
        isSlcOnly: state?.lcMode === LC_MODE_SLC_ONLY,
      };
    });
  const off = modules.filter((m) => !m.isOn).length;
  const provenance = [
    `Geometry, calibration and status from ${options.source}: ${modules.length} modules, ${off} of them off.`,
  ];
  if (calibration === null)
    provenance.push(`${options.source} has no calibration: standard efficiencies and charges are assumed.`);
  if (status === null) provenance.push(`${options.source} has no detector status: every module counts as on.`);
  if (withoutNoise > 0) {
    provenance.push(
      `${withoutNoise} modules have no usable noise rate there: ${DEFAULT_NOISE_HZ} Hz is assumed for them.`,
    );
  }
  return packModules('IC86', modules, provenance);
}

/** Differences applied to a whole GCD, field by field as event-formats.md 11.3 says. */
export function mergeGcd(baseline: FullGcd, differences: GcdDifferences): FullGcd {
  const geometry = byKey(baseline.geometry);
  const types = new Map(baseline.geometry.map((dom) => [keyText(dom), dom.omType]));
  for (const key of differences.geometry.minus) geometry.delete(keyText(key));
  for (const dom of differences.geometry.plus) {
    geometry.set(keyText(dom), { ...dom, omType: types.get(keyText(dom)) ?? IN_ICE_TYPE });
  }

  const calibration = byKey(baseline.calibration ?? []);
  for (const key of differences.calibration.minus) calibration.delete(keyText(key));
  for (const change of differences.calibration.plus) {
    // An undefined field of the change would wipe the baseline's value: only what is set counts.
    const set = Object.entries(change).filter(([, value]) => value !== undefined);
    const key = keyText(change);
    calibration.set(key, { ...calibration.get(key), ...(Object.fromEntries(set) as unknown as CalibrationChange) });
  }

  const status = byKey(baseline.status ?? []);
  for (const key of differences.status.minus) status.delete(keyText(key));
  for (const change of differences.status.plus) status.set(keyText(change), change);
  return {
    geometry: [...geometry.values()],
    calibration: baseline.calibration === null ? null : [...calibration.values()],
    status: baseline.status === null ? null : [...status.values()],
  };
}

/**
 * Differences applied to a detector without its GCD file, as far as that goes: what a difference does not mention stays
 * as in `baseline`. Modules that lost their status or calibration entry, or got a status without high voltage, are off;
 * a module with a pulse in the event is on, whatever a table says.
 */
export function applyDifferences(baseline: Detector, differences: GcdDifferences, pulses: PulseMap): Detector {
  const placed = withGeometry(baseline, differences.geometry);
  const detector = {
    ...placed,
    efficiency: placed.efficiency.slice(),
    noiseRateHz: placed.noiseRateHz.slice(),
    meanChargePe: placed.meanChargePe.slice(),
    isOn: placed.isOn.slice(),
    isSlcOnly: placed.isSlcOnly.slice(),
  };
  const notes: string[] = [];
  let charges = 0;
  for (const change of differences.calibration.plus) {
    const i = indexOf(detector, change);
    if (i < 0) continue;
    if (isUsableEfficiency(change.relativeDomEfficiency)) detector.efficiency[i] = change.relativeDomEfficiency;
    if (isUsableNoiseRate(change.noiseRateHz)) detector.noiseRateHz[i] = change.noiseRateHz;
    if (change.spe !== undefined || change.meanAtwdCharge !== undefined) {
      detector.meanChargePe[i] = meanChargePe(change, baseline.speResidual);
      charges++;
    }
  }
  if (charges > 0) notes.push(`The event brings the charge calibration of ${charges} modules.`);

  const off = new Set<number>();
  const uncalibrated = new Set(differences.calibration.minus.map((key) => indexOf(detector, key)));
  const withoutStatus = differences.status.minus.map((key) => indexOf(detector, key));
  for (const i of [...uncalibrated, ...withoutStatus]) off.add(i);
  for (const change of differences.status.plus) {
    const i = indexOf(detector, change);
    if (i < 0) continue;
    if (!hasHighVoltage(change)) off.add(i);
    else if (!uncalibrated.has(i)) {
      off.delete(i);
      detector.isOn[i] = 1;
      detector.isSlcOnly[i] = Number(change.lcMode === LC_MODE_SLC_ONLY);
    }
  }
  off.delete(-1);
  for (const i of off) detector.isOn[i] = 0;
  if (off.size > 0) {
    const names = [...off].map((i) =>
      keyText({ string: detector.string[i]!, om: detector.om[i]!, pmt: detector.pmt[i]! }),
    );
    notes.push(
      `The event's detector status switches off ${off.size === 1 ? 'module' : 'modules'} ${names.join('; ')}.`,
    );
  }
  return withHitModulesOn({ ...detector, provenance: [...baseline.provenance, ...notes] }, pulses);
}

/** The detector with modules removed, moved or added. */
function withGeometry(detector: Detector, { plus, minus }: GcdDifferences['geometry']): Detector {
  if (plus.length === 0 && minus.length === 0) return detector;
  const modules = unpackModules(detector);
  for (const key of minus) modules.delete(keyText(key));
  for (const dom of plus) {
    if (isSurfaceModule(dom)) continue;
    const fresh = { meanChargePe: meanChargePe({}, undefined), isSlcOnly: false };
    const before = modules.get(keyText(dom)) ?? {
      ...dom,
      ...fresh,
      efficiency: 1,
      noiseRateHz: DEFAULT_NOISE_HZ,
      isOn: true,
    };
    modules.set(keyText(dom), { ...before, x: dom.x, y: dom.y, z: dom.z });
  }
  return packModules(detector.name, modules.values(), detector.provenance, detector.speResidual);
}

function indexOf(detector: Detector, { string, om, pmt }: OMKey): number {
  return domIndex(detector, string, om, pmt);
}

/** A detector in which every module with a pulse is on; `provenance` names those that were off. */
export function withHitModulesOn(detector: Detector, pulses: PulseMap): Detector {
  const isOn = detector.isOn.slice();
  const woken: string[] = [];
  for (let i = 0; i < pulses.string.length; i++) {
    if (pulses.first[i] === pulses.first[i + 1]) continue;
    const key = { string: pulses.string[i]!, om: pulses.om[i]!, pmt: pulses.pmt[i]! };
    const index = domIndex(detector, key.string, key.om, key.pmt);
    if (index < 0 || isOn[index] === 1) continue;
    isOn[index] = 1;
    woken.push(keyText(key));
  }
  if (woken.length === 0) return detector;
  const count = woken.length === 1 ? 'A module' : `${woken.length} modules`;
  const note = `${count} listed as off counted as on, because of pulses in this event: ${woken.join('; ')}.`;
  return { ...detector, isOn, provenance: [...detector.provenance, note] };
}

/** Type of an IceCube DOM in I3OMGeo. */
const IN_ICE_TYPE = 20;

function isUsableEfficiency(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value > 0;
}

function byKey<T extends OMKey>(entries: readonly T[]): Map<string, T> {
  return new Map(entries.map((entry) => [keyText(entry), entry]));
}
