/** I3Particle as the scanner's own value: numbers of enumerations become words, NaN becomes null. */
import type { I3Particle } from './icetray/basic-objects.js';
import type { Particle } from './types.js';

/** Names of I3Particle's shapes (specs/event-formats.md section 5). */
const SHAPES: Readonly<Record<number, string>> = {
  0: 'null',
  10: 'primary',
  30: 'cascade',
  40: 'infinite track',
  50: 'starting track',
  60: 'stopping track',
  70: 'contained track',
  80: 'MC track',
  81: 'MC track',
};

/** Names of I3Particle's fit statuses. */
const STATUSES: Readonly<Record<number, string>> = {
  [-1]: 'not set',
  0: 'OK',
  10: 'general failure',
  20: 'too few hits',
  30: 'not converged',
  40: 'no seed',
  50: 'bad quality',
};

/** The particle, or null where it has no position or direction, as fits that failed. */
export function particleOf(particle: I3Particle): Particle | null {
  const { x, y, z, timeNs, zenith, azimuth, pdg } = particle;
  if (![x, y, z, timeNs, zenith, azimuth].every(Number.isFinite)) return null;
  return {
    x,
    y,
    z,
    timeNs,
    zenith,
    azimuth,
    energyGev: finiteOrNull(particle.energyGev),
    lengthM: finiteOrNull(particle.lengthM),
    shape: SHAPES[particle.shape] ?? `shape ${particle.shape}`,
    status: STATUSES[particle.fitStatus] ?? `status ${particle.fitStatus}`,
    pdg,
  };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
