/**
 * Which reconstruction for which event, as IceCube has chosen since 2024 (specs/reco-millipede.md section 15,
 * reco-splinempe.md 14.6): splinempe for tracks, millipede_wilks for the brightest, where light from single losses
 * drowns the first photons. On the ten alerts at hand the energy of MuEx separates them at about 40 TeV.
 */
import type { Detector } from '../detector/index.js';
import type { DecodedEvent } from '../event/index.js';
import type { IceModel } from '../light/index.js';
import { cleanMuonPulses } from '../prepare/index.js';
import { muonEnergy } from './splinempe/energy.js';

/** The name that leaves the choice to the scanner. */
export const AUTO_RECO = 'auto';
const BRIGHT_GEV = 40_000;

/** A choice, and a sentence or two of reasons. */
export interface RecoOfEvent {
  readonly name: string;
  readonly why: string;
}

/** Chooses the reconstruction of an event. Of a simulated one it may know whether it is a cascade, and nothing else. */
export function recoFor(event: DecodedEvent, detector: Detector, ice: IceModel): RecoOfEvent {
  if (event.truth?.shape === 'cascade') {
    return {
      name: 'monopod',
      why: 'monopod, because the simulated event is a cascade.',
    };
  }
  const { cleaned } = cleanMuonPulses(event.pulses, detector);
  const { energyGev, source, isGuess } = muonEnergy(event, detector, ice, cleaned);
  const isBright = energyGev > BRIGHT_GEV;
  const name = isBright ? 'millipede_wilks' : 'splinempe';
  const tev = (gev: number): string => (gev / 1000).toPrecision(3);
  // An event that no muon was fitted to may be no track at all.
  const doubt = isGuess && !isBright ? ' No earlier fit says that it is a track: a cascade is for monopod.' : '';
  return {
    name,
    why: `${name}, because the muon energy of ${tev(energyGev)} TeV (${source}) is ${isBright ? 'above' : 'not above'} ${BRIGHT_GEV / 1000} TeV.${doubt}`,
  };
}
