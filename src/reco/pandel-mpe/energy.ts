/**
 * The energy that steers the likelihood's charge exponent (specs/reco-splinempe.md 5.2; it is needed to a factor 2 only,
 * 14.3), and where it comes from.
 */
import type { DecodedEvent } from '../../event/index.js';

/** An energy with the sentence that says where it is from. */
export interface SteeringEnergy {
  readonly energyGev: number;
  readonly source: string;
}

/** Entries of an alert's list of energies that estimate the muon as MuEx does, best first. */
const ALERT_ENTRIES = ['mpe_muex', 'spline_muex'];
/** A fit in the frames of the event. */
const PARTICLES = ['OnlineL2_BestFit_MuEx', 'OnlineL2_SplineMPE_MuEx', 'l2_online_BestFit_MuEx'];
/** Charge per GeV of muon energy in the median of the alerts at hand, PE; only the order of magnitude matters. */
const GEV_PER_PE = 13;

/** The muon energy of an event: as the alert message or an earlier fit has it, else guessed from the charge. */
export function steeringEnergy(event: DecodedEvent, cleanedChargePe: number): SteeringEnergy {
  const energies = member(member(event.alert?.message, 'reco'), 'energy');
  for (const name of ALERT_ENTRIES) {
    const value = member(energies, name);
    if (isEnergy(value)) return { energyGev: value, source: `"${name}" of the alert message` };
  }
  for (const name of PARTICLES) {
    const value = event.particles[name]?.energyGev;
    if (isEnergy(value)) return { energyGev: value, source: `the fit ${name}` };
  }
  return { energyGev: GEV_PER_PE * cleanedChargePe, source: `the charge, ${GEV_PER_PE} GeV per photo-electron` };
}

/** Exponent of the charge in the number of photons of a module, 5.2. */
export function chargeExponent(energyGev: number): number {
  const x = Math.log10(energyGev);
  if (!(energyGev >= 1) || x > 5.5) return 1;
  if (x <= 3) return 0.4;
  if (x <= 3.5) return 0.2 * x - 0.2;
  if (x <= 4) return 0.4 * x - 0.9;
  return 0.2 * x - 0.1;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function isEnergy(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
