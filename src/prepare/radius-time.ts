/**
 * Seeded radius-time cleaning (STTools with the settings of IceCube's real-time system, specs/reco-splinempe.md 2.2):
 * starts from hard-coincidence pulses that confirm each other, then adds what lies within 150 m and 1000 ns of a pulse
 * selected already, up to three times.
 *
 * Pulses are compared module by module: neighbours are found once, and the pulses of two neighbours are walked through
 * together in time order, so that the cost is pulses times neighbours, never pulses squared.
 */
import { type Detector, domIndices } from '../detector/index.js';
import { PULSE_FLAG, type PulseMap } from '../event/index.js';
import type { PulseMask } from './masks.js';

/** Settings of the cleaning; the defaults are those of IceCube's real-time system. */
export interface RadiusTimeOptions {
  /** Largest distance of partners, inclusive, m; default 150. */
  readonly radiusM?: number;
  /** Two partners are closer in time than this, ns; default 1000. */
  readonly timeNs?: number;
  /** Number of partner modules that make a hard-coincidence pulse a seed; default 2. */
  readonly coreMultiplicity?: number;
  /** Number of rounds of adding; default 3. */
  readonly maxIterations?: number;
}

/** Pulses kept by the cleaning. Pulses without a time or on modules that the detector lacks are dropped. */
export function seededRadiusTimeMask(pulses: PulseMap, detector: Detector, options: RadiusTimeOptions = {}): PulseMask {
  const { radiusM = 150, timeNs = 1000, coreMultiplicity = 2, maxIterations = 3 } = options;
  const hits = collectHits(pulses, detector);
  const neighbours = findNeighbours(hits, radiusM);
  const selected = new Uint8Array(pulses.timeNs.length);

  const isHlc = (pulse: number): boolean => (pulses.flags[pulse]! & PULSE_FLAG.LC) !== 0;
  for (const pulse of hits.pulse) if (isHlc(pulse)) selected[pulse] = 1;
  const partners = countPartnerModules(hits, neighbours, selected, timeNs);
  let survivors = 0;
  for (let h = 0; h < hits.pulse.length; h++) {
    const pulse = hits.pulse[h]!;
    if (selected[pulse] === 1 && partners[h]! < coreMultiplicity) selected[pulse] = 0;
    survivors += selected[pulse]!;
  }
  if (survivors === 0) for (const pulse of hits.pulse) if (isHlc(pulse)) selected[pulse] = 1;

  for (let round = 0; round < maxIterations; round++) {
    if (addPartners(hits, neighbours, selected, timeNs) === 0) break;
  }
  return selected;
}

/** Pulses in question, module by module and ascending in time within each. */
interface Hits {
  /** Per module of the map that has hits: index of its first hit; one more at the end. */
  readonly first: Int32Array;
  /** Per hit: pulse index in the map, and its time. */
  readonly pulse: Int32Array;
  readonly time: Float64Array;
  /** Per module: position, and a number that the tubes of one module share. */
  readonly position: Float64Array;
  readonly module: Int32Array;
}

function collectHits(pulses: PulseMap, detector: Detector): Hits {
  const indices = domIndices(detector, pulses);
  const time = pulses.timeNs;
  const first = [0];
  const pulse: number[] = [];
  const position: number[] = [];
  const module: number[] = [];
  for (let d = 0; d < indices.length; d++) {
    const dom = indices[d]!;
    if (dom < 0) continue;
    const own: number[] = [];
    for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) if (!Number.isNaN(time[p]!)) own.push(p);
    if (own.length === 0) continue;
    own.sort((a, b) => time[a]! - time[b]! || a - b);
    for (const p of own) pulse.push(p);
    first.push(pulse.length);
    position.push(detector.x[dom]!, detector.y[dom]!, detector.z[dom]!);
    const isSameModule = d > 0 && pulses.string[d] === pulses.string[d - 1] && pulses.om[d] === pulses.om[d - 1];
    module.push(isSameModule && module.length > 0 ? module.at(-1)! : d);
  }
  return {
    first: Int32Array.from(first),
    pulse: Int32Array.from(pulse),
    time: Float64Array.from(pulse, (p) => time[p]!),
    position: Float64Array.from(position),
    module: Int32Array.from(module),
  };
}

/** Per module the modules within the radius, itself included, ascending. Sweeps along x. */
function findNeighbours(hits: Hits, radiusM: number): number[][] {
  const { position } = hits;
  const n = hits.module.length;
  const byX = Array.from({ length: n }, (_, i) => i).sort((a, b) => position[3 * a]! - position[3 * b]!);
  const neighbours: number[][] = Array.from({ length: n }, (_, i) => [i]);
  const radiusSquared = radiusM * radiusM;
  for (let i = 0; i < n; i++) {
    const a = byX[i]!;
    for (let j = i + 1; j < n; j++) {
      const b = byX[j]!;
      const dx = position[3 * b]! - position[3 * a]!;
      if (dx > radiusM) break;
      const dy = position[3 * b + 1]! - position[3 * a + 1]!;
      const dz = position[3 * b + 2]! - position[3 * a + 2]!;
      if (dx * dx + dy * dy + dz * dz > radiusSquared) continue;
      neighbours[a]!.push(b);
      neighbours[b]!.push(a);
    }
  }
  for (const list of neighbours) list.sort((a, b) => a - b);
  return neighbours;
}

/** The selected hits alone, in the layout of `Hits`. */
function compactSelected(hits: Hits, selected: PulseMask): { first: Int32Array; time: Float64Array } {
  const first = new Int32Array(hits.first.length);
  const time = new Float64Array(hits.time.length);
  let n = 0;
  for (let d = 0; d + 1 < hits.first.length; d++) {
    for (let h = hits.first[d]!; h < hits.first[d + 1]!; h++)
      if (selected[hits.pulse[h]!] === 1) time[n++] = hits.time[h]!;
    first[d + 1] = n;
  }
  return { first, time };
}

/** For every selected hit the number of distinct modules with another selected hit that is its partner. */
function countPartnerModules(hits: Hits, neighbours: number[][], selected: PulseMask, timeNs: number): Int32Array {
  const core = compactSelected(hits, selected);
  const count = new Int32Array(hits.pulse.length);
  const lastModule = new Int32Array(hits.pulse.length).fill(-1);
  for (let a = 0; a < neighbours.length; a++) {
    for (const b of neighbours[a]!) {
      let low = core.first[b]!;
      const end = core.first[b + 1]!;
      if (low === end) continue;
      let own = core.first[a]!;
      for (let h = hits.first[a]!; h < hits.first[a + 1]!; h++) {
        if (selected[hits.pulse[h]!] === 0) continue;
        const t = hits.time[h]!;
        const self = own++;
        while (low < end && t - core.time[low]! >= timeNs) low++;
        // Among the hits of the own tube the hit itself does not count.
        const partner = a === b && low === self ? low + 1 : low;
        if (partner >= end || core.time[partner]! - t >= timeNs) continue;
        if (lastModule[h] === hits.module[b]) continue;
        lastModule[h] = hits.module[b]!;
        count[h]!++;
      }
    }
  }
  return count;
}

/** Selects every hit with a partner among those selected before; returns how many were added. */
function addPartners(hits: Hits, neighbours: number[][], selected: PulseMask, timeNs: number): number {
  const before = compactSelected(hits, selected);
  let added = 0;
  for (let a = 0; a < neighbours.length; a++) {
    for (const b of neighbours[a]!) {
      let low = before.first[b]!;
      const end = before.first[b + 1]!;
      if (low === end) continue;
      for (let h = hits.first[a]!; h < hits.first[a + 1]!; h++) {
        const pulse = hits.pulse[h]!;
        if (selected[pulse] === 1) continue;
        const t = hits.time[h]!;
        while (low < end && t - before.time[low]! >= timeNs) low++;
        if (low === end) break;
        if (before.time[low]! - t >= timeNs) continue;
        selected[pulse] = 1;
        added++;
      }
    }
  }
  return added;
}
