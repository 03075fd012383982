/** The truth of a simulated event out of its frames: the particle that it is about, and the muons that it made. */

import type { I3Particle } from './icetray/basic-objects.js';
import { MC_TREE, MUON_PASSAGES } from './icetray/classes.js';
import type { Packet } from './icetray/packet.js';
import { particleOf } from './particle.js';
import type { Particle } from './types.js';

/** Energies in GeV, null where there is no such muon or the event does not say. */
export interface SimulationTruth {
  /** The primary of the highest energy. */
  readonly primary: Particle;
  /** Of the muon with the highest energy, where it was made. */
  readonly muonGev: number | null;
  /** The highest energy of a muon that enters the instrumented volume; 0 where all were made inside. */
  readonly enteringMuonGev: number | null;
}

const PDG_MUON = 13;

/**
 * The truth of a packet, or null where it has no I3MCTree with a primary.
 *
 * @throws EventFormatError 'event/bad-object'.
 */
export function simulationTruth(packet: Packet): SimulationTruth | null {
  const tree = packet.read('I3MCTree', MC_TREE) ?? [];
  const primary = ofHighestEnergy(tree.filter(({ depth }) => depth === 0).map(({ particle }) => particle));
  const truth = primary === null ? null : particleOf(primary);
  if (truth === null) return null;
  const muon = ofHighestEnergy(tree.map(({ particle }) => particle).filter(({ pdg }) => Math.abs(pdg) === PDG_MUON));
  const entering = packet.read('MMCTrackList', MUON_PASSAGES)?.map(({ enteringGev }) => enteringGev) ?? [];
  return {
    primary: truth,
    muonGev: muon?.energyGev ?? null,
    enteringMuonGev: entering.length === 0 ? null : entering.reduce((high, energy) => Math.max(high, energy)),
  };
}

/** Of equal energies the first; particles without one count least. */
function ofHighestEnergy(particles: readonly I3Particle[]): I3Particle | null {
  const energy = ({ energyGev }: I3Particle): number => (Number.isNaN(energyGev) ? -1 : energyGev);
  return particles.reduce<I3Particle | null>(
    (best, particle) => (best === null || energy(particle) > energy(best) ? particle : best),
    null,
  );
}
