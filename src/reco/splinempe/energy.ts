/**
 * The muon energy that steers the likelihood, needed to a factor 2 only (specs/reco-splinempe.md 14.3): as the alert
 * message has it, else MuEx of our own along an earlier fit, else guessed from the charge.
 */
import type { Detector } from '../../detector/index.js';
import type { DecodedEvent, PulseMap } from '../../event/index.js';
import type { IceModel } from '../../light/index.js';
import { muexEnergy } from '../../prepare/index.js';

/** An energy with where it is from. */
export interface SteeringEnergy {
  readonly energyGev: number;
  readonly source: string;
  /** From the charge alone. */
  readonly isGuess: boolean;
}

/** Earlier fits of a muon, best first. */
const TRACKS = ['OnlineL2_BestFit', 'l2_online_BestFit', 'OnlineL2_SplineMPE', 'l2_online_SplineMPE'];
/** Charge per GeV of muon energy in the median of the alerts at hand, PE; only the order of magnitude matters. */
const GEV_PER_PE = 13;

/** @param cleaned pulses after the muon cleaning, DeepCore included */
export function muonEnergy(event: DecodedEvent, detector: Detector, ice: IceModel, cleaned: PulseMap): SteeringEnergy {
  const quoted = member(member(member(event.alert?.message, 'reco'), 'energy'), 'mpe_muex');
  if (isEnergy(quoted)) return { energyGev: quoted, source: '"mpe_muex" of the alert message', isGuess: false };
  for (const name of TRACKS) {
    const track = event.particles[name];
    if (track === undefined || ![track.zenith, track.azimuth, track.x, track.y, track.z].every(Number.isFinite))
      continue;
    const energyGev = muexEnergy(cleaned, detector, track, ice)?.energyGev;
    if (isEnergy(energyGev)) return { energyGev, source: `MuEx along ${name}`, isGuess: false };
  }
  const charge = cleaned.chargePe.reduce((sum, q) => sum + (Number.isNaN(q) ? 0 : q), 0);
  const source = `the charge, ${GEV_PER_PE} GeV per photo-electron`;
  return { energyGev: GEV_PER_PE * charge, source, isGuess: true };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function isEnergy(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
