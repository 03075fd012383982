/**
 * From light along a line to photo-electrons in modules, through any model of the light of cascades: a Poisson number of
 * them for each module, each with an arrival time.
 *
 * A module far away cannot tell places on the line apart that are close together, so sources are grouped in a binary
 * tree: a group counts as one source at its centre of light where it is short against its distance. The times of photons
 * are drawn from the very places of the group, so that grouping costs no resolution in time.
 */
import type { Detector } from '../detector/index.js';
import { type CascadeLight, SPEED_OF_LIGHT } from '../light/index.js';
import type { Emission } from './emission.js';
import type { Random } from './random.js';

/** A line in space and time: metres, ns at the point, where it comes from (radians) and the unit vector of its flight. */
export interface Line {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
  readonly zenith: number;
  readonly azimuth: number;
  readonly directionX: number;
  readonly directionY: number;
  readonly directionZ: number;
}

/** Photo-electrons of every module: those of module i are `timeNs[first[i]]` to `timeNs[first[i + 1] - 1]`, unordered. */
export interface PhotoElectrons {
  readonly first: Int32Array;
  readonly timeNs: Float64Array;
}

/** Longest group of sources against its distance, near and far; light that scattered often forgets where it came from. */
const NEAR_OPENING = 0.1;
const FAR_OPENING = 0.25;
const FAR_M = 200;
/** Beyond this distance from the line all models are a guess, and no light is left in any ice, m. */
const REACH_M = 600;

/** The light of a particle as one module after another sees it. */
export interface SeenLight {
  /** Mean number of photo-electrons in a module of efficiency 1 at the place looked from. */
  readonly total: number;
  /** Takes the place of a module, where the layers of the ice are `shiftM` higher than in the model. */
  lookFrom(x: number, y: number, z: number, shiftM?: number): void;
  /** Draws the arrival time of one photo-electron, ns. */
  drawTime(random: Random): number;
}

/** Draws the photo-electrons of every module that is on. `shiftM`: of tilted layers, per module; null for none. */
export function drawPhotoElectrons(
  detector: Detector,
  light: SeenLight,
  shiftM: Float64Array | null,
  random: Random,
): PhotoElectrons {
  const n = detector.string.length;
  const first = new Int32Array(n + 1);
  const times = new Times();
  for (let i = 0; i < n; i++) {
    if (detector.isOn[i] === 1) {
      light.lookFrom(detector.x[i]!, detector.y[i]!, detector.z[i]!, shiftM === null ? 0 : shiftM[i]!);
      const count = random.poisson(light.total * detector.efficiency[i]!);
      for (let k = 0; k < count; k++) times.push(light.drawTime(random));
    }
    first[i + 1] = times.length;
  }
  return { first, timeNs: times.toArray() };
}

/** The light of cascades along a line. */
export class LineLight implements SeenLight {
  total = 0;
  private readonly n: number;
  /** Sums of light, and of light times place, before source i; length n + 1. */
  private readonly lightBefore: Float64Array;
  private readonly momentBefore: Float64Array;
  /** Groups seen: sources [from, to) and photo-electrons up to and including the group. */
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  private readonly sumTo: Float64Array;
  private groups = 0;
  private readonly stack: Int32Array = new Int32Array(128);
  private domX = 0;
  private domY = 0;
  private domZ = 0;
  private shiftM = 0;

  constructor(
    private readonly light: CascadeLight,
    private readonly line: Line,
    private readonly emission: Emission,
  ) {
    const { alongM, lightGev } = emission;
    const n = alongM.length;
    this.n = n;
    this.lightBefore = new Float64Array(n + 1);
    this.momentBefore = new Float64Array(n + 1);
    for (let i = 0; i < n; i++) {
      this.lightBefore[i + 1] = this.lightBefore[i]! + lightGev[i]!;
      this.momentBefore[i + 1] = this.momentBefore[i]! + lightGev[i]! * alongM[i]!;
    }
    this.from = new Int32Array(n);
    this.to = new Int32Array(n);
    this.sumTo = new Float64Array(n);
    light.setDirection(line.zenith, line.azimuth);
  }

  lookFrom(x: number, y: number, z: number, shiftM = 0): void {
    const { line, emission, stack } = this;
    const { alongM } = emission;
    this.domX = x;
    this.domY = y;
    this.domZ = z;
    this.shiftM = shiftM;
    this.groups = 0;
    this.total = 0;
    if (this.n === 0) return;
    const dx = x - line.x;
    const dy = y - line.y;
    const dz = z - line.z;
    const along = dx * line.directionX + dy * line.directionY + dz * line.directionZ;
    const across2 = Math.max(0, dx * dx + dy * dy + dz * dz - along * along);
    if (across2 > REACH_M * REACH_M) return;
    let depth = 0;
    stack[depth++] = 0;
    stack[depth++] = this.n;
    while (depth > 0) {
      const to = stack[--depth]!;
      const from = stack[--depth]!;
      const start = alongM[from]!;
      const stop = alongM[to - 1]!;
      const gap = along < start ? start - along : along > stop ? along - stop : 0;
      const distance = Math.sqrt(across2 + gap * gap);
      if (distance > REACH_M) continue;
      const opening = NEAR_OPENING + (FAR_OPENING - NEAR_OPENING) * Math.min(1, distance / FAR_M);
      if (to - from > 1 && stop - start > opening * distance) {
        const middle = (from + to) >> 1;
        // The earlier half is looked at first: groups come out in the order of the line.
        stack[depth++] = middle;
        stack[depth++] = to;
        stack[depth++] = from;
        stack[depth++] = middle;
      } else this.addGroup(from, to);
    }
  }

  private addGroup(from: number, to: number): void {
    const light = this.lightBefore[to]! - this.lightBefore[from]!;
    const centre =
      to - from === 1 ? this.emission.alongM[from]! : (this.momentBefore[to]! - this.momentBefore[from]!) / light;
    this.total += light * this.look(centre);
    this.from[this.groups] = from;
    this.to[this.groups] = to;
    this.sumTo[this.groups] = this.total;
    this.groups++;
  }

  drawTime(random: Random): number {
    const group = firstAbove(this.sumTo, 0, this.groups - 1, random.uniform() * this.total);
    const from = this.from[group]!;
    const to = this.to[group]!;
    const before = this.lightBefore;
    let i = from;
    if (to - from > 1) {
      const wanted = before[from]! + random.uniform() * (before[to]! - before[from]!);
      i = firstAbove(before, from + 1, to, wanted) - 1;
    }
    const half = this.emission.halfLengthM[i]!;
    const along = this.emission.alongM[i]! + (half > 0 ? half * (2 * random.uniform() - 1) : 0);
    this.look(along);
    return this.line.timeNs + along / SPEED_OF_LIGHT + this.light.draw(random);
  }

  /** Photo-electrons per GeV at a place of the line. */
  private look(along: number): number {
    const { line } = this;
    const z = line.z + along * line.directionZ;
    return this.light.look(
      z - this.shiftM,
      this.domX - (line.x + along * line.directionX),
      this.domY - (line.y + along * line.directionY),
      this.domZ - z,
    );
  }
}

/** The first index in [low, high] whose value is above `value`; `high` where none is. Values ascend. */
function firstAbove(values: Float64Array, low: number, high: number, value: number): number {
  let a = low;
  let b = high;
  while (a < b) {
    const middle = (a + b) >> 1;
    if (values[middle]! > value) b = middle;
    else a = middle + 1;
  }
  return a;
}

/** A list of numbers that grows. */
class Times {
  length = 0;
  private values: Float64Array = new Float64Array(4096);

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(2 * this.values.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  toArray(): Float64Array {
    return this.values.slice(0, this.length);
  }
}
