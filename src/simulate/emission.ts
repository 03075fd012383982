/**
 * Where along its path a particle makes light, as energies of electromagnetic cascades that make as much: a cascade
 * along its longitudinal profile, a muon all along its track and wherever it loses much energy at once
 * (specs/photon-tables.md sections 2 and 8). Everything moves with the speed of light along one straight line.
 */
import { gammaP, PHOTONS_PER_GEV, PHOTONS_PER_METRE } from '../light/index.js';
import { continuousLoss, drawLoss, LOSS_THRESHOLD, lossRate } from './muon-losses.js';
import type { Random } from './random.js';

/** Light along a line, ascending in `alongM`. */
export interface Emission {
  /** Metres along the line. */
  readonly alongM: Float64Array;
  /** Energy of an electromagnetic cascade with as much light, GeV. */
  readonly lightGev: Float64Array;
  /** Light comes evenly from this far before and behind the place; 0 for a point. */
  readonly halfLengthM: Float64Array;
}

/** A muon's light and what became of it. */
export interface MuonEmission extends Emission {
  /** The part of the light that comes from losses of at least `LOSS_THRESHOLD`. */
  readonly losses: Emission;
  /** Energy of the muon at a place on the line, GeV; before and behind its path that at its ends. */
  energyAt(alongM: number): number;
  /** Energy where the path ends, GeV; 0 for a muon that stopped before. */
  readonly finalEnergyGev: number;
  /** Where it stopped, metres along the line; null where it went on. */
  readonly stopM: number | null;
  /** Largest single loss, GeV. */
  readonly largestLossGev: number;
}

/** Pieces of bare track that count as one source. Modules are hardly ever closer to a track than twice that. */
const PIECE_M = 1;
/** Below this a muon counts as stopped, GeV: another few metres. */
const STOPPED_GEV = 1;
/** Longest way with one energy loss per metre, m. */
const STRIDE_M = 10;

/** Light of a metre of muon track with all losses below 500 MeV, in units of the muon's own Cherenkov light. */
export function muonLightPerMetre(energyGev: number): number {
  return 1.188 + 0.0206 * Math.log(energyGev);
}

/** The same as GeV of cascade. */
export function bareMuonGevPerMetre(energyGev: number): number {
  return (PHOTONS_PER_METRE / PHOTONS_PER_GEV) * muonLightPerMetre(energyGev);
}

/** Light of a hadronic cascade in units of that of an electromagnetic one of the same energy. */
export function hadronicShare(energyGev: number): number {
  const E = Math.max(energyGev, Math.E);
  return 1 - (1 - 0.30974) * Math.exp(-0.16268 * Math.log(E / 0.18792));
}

/** Gamma distribution of a cascade's light along its axis: shape and scale in metres. */
export function cascadeProfile(energyGev: number, isHadronic = false): { shape: number; scaleM: number } {
  const lnE = Math.log(Math.max(energyGev, 1));
  return isHadronic
    ? { shape: 1.584 + 0.4189 * lnE, scaleM: 1.157 }
    : { shape: 2.018 + 0.632 * lnE, scaleM: 0.3915 / 0.63207 };
}

/** A cascade of the given energy whose vertex is at 0. */
export function cascadeEmission(energyGev: number, isHadronic = false): Emission {
  const sources = new Sources();
  sources.addCascade(0, energyGev, isHadronic);
  return sources.sorted();
}

/** A muon of the given energy at `startM`, followed to `endM`. */
export function muonEmission(energyGev: number, startM: number, endM: number, random: Random): MuonEmission {
  const sources = new Sources();
  const losses = new Sources();
  const places: number[] = [];
  const energies: number[] = [];
  let energy = energyGev;
  let at = startM;
  let largest = 0;
  let pieceStart = startM;
  let pieceLight = 0;
  const endPiece = (to: number): void => {
    if (to > pieceStart) sources.add(0.5 * (pieceStart + to), pieceLight, 0.5 * (to - pieceStart));
    pieceStart = to;
    pieceLight = 0;
  };
  while (at < endM && energy > STOPPED_GEV) {
    places.push(at);
    energies.push(energy);
    const rate = lossRate(energy);
    const free = rate > 0 ? random.exponential() / rate : Number.POSITIVE_INFINITY;
    const perMetre = continuousLoss(energy);
    // The free path is drawn anew after every stride: exponential paths have no memory.
    const way = Math.min(free, STRIDE_M, endM - at, energy / perMetre);
    const light = bareMuonGevPerMetre(energy);
    for (let to = at + way; at < to; ) {
      const next = Math.min(to, pieceStart + PIECE_M);
      pieceLight += (next - at) * light;
      at = next;
      if (at >= pieceStart + PIECE_M) endPiece(at);
    }
    energy -= way * perMetre;
    if (way === free && energy > LOSS_THRESHOLD) {
      const loss = drawLoss(energy, random);
      losses.addLoss(at, loss.energyGev, loss.isHadronic);
      energy -= loss.energyGev;
      largest = Math.max(largest, loss.energyGev);
    }
  }
  endPiece(at);
  const isStopped = energy <= STOPPED_GEV;
  sources.addAll(losses);
  return {
    ...sources.sorted(),
    losses: losses.sorted(),
    energyAt: (alongM) => energies[Math.max(0, lastAtMost(places, alongM))] ?? energyGev,
    finalEnergyGev: isStopped ? 0 : energy,
    stopM: isStopped ? at : null,
    largestLossGev: largest,
  };
}

/** From this energy on the length of a loss's cascade is looked at closer than by its mean, GeV. */
const LONG_CASCADE_GEV = 500;
/** Points that stand for the profile of a cascade, each with the same share of its light. */
const PROFILE_POINTS = 10;

class Sources {
  private readonly places: { alongM: number; lightGev: number; halfLengthM: number }[] = [];

  add(alongM: number, lightGev: number, halfLengthM = 0): void {
    if (lightGev > 0) this.places.push({ alongM, lightGev, halfLengthM });
  }

  addAll(others: Sources): void {
    for (const place of others.places) this.places.push(place);
  }

  addLoss(alongM: number, energyGev: number, isHadronic: boolean): void {
    if (energyGev >= LONG_CASCADE_GEV) {
      this.addCascade(alongM, energyGev, isHadronic);
      return;
    }
    const { shape, scaleM } = cascadeProfile(energyGev, isHadronic);
    this.add(alongM + shape * scaleM, energyGev * (isHadronic ? hadronicShare(energyGev) : 1));
  }

  addCascade(alongM: number, energyGev: number, isHadronic: boolean): void {
    const { shape, scaleM } = cascadeProfile(energyGev, isHadronic);
    const light = energyGev * (isHadronic ? hadronicShare(energyGev) : 1);
    for (let i = 0; i < PROFILE_POINTS; i++) {
      this.add(alongM + scaleM * gammaQuantile(shape, (i + 0.5) / PROFILE_POINTS), light / PROFILE_POINTS);
    }
  }

  sorted(): Emission {
    this.places.sort((a, b) => a.alongM - b.alongM);
    return {
      alongM: Float64Array.from(this.places, (place) => place.alongM),
      lightGev: Float64Array.from(this.places, (place) => place.lightGev),
      halfLengthM: Float64Array.from(this.places, (place) => place.halfLengthM),
    };
  }
}

/** Index of the last of ascending values that is at most `value`; -1 for none. */
function lastAtMost(values: readonly number[], value: number): number {
  let low = -1;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** x with P(shape, x) = share, to 1e-6. */
function gammaQuantile(shape: number, share: number): number {
  let low = 0;
  let high = shape + 10 * Math.sqrt(shape) + 10;
  while (high - low > 1e-6 * high) {
    const middle = 0.5 * (low + high);
    if (gammaP(shape, middle) < share) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}
