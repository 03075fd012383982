/**
 * Fits of one pixel from many starts without a gradient. The direction is fixed, so that all starts share their minima: a
 * fit ends early where it runs into one that is known, or where it has settled far above the lowest.
 */
import { type Minimum, nelderMead, stepSimplex } from '../fit/nelder-mead.js';
import { type Fitted, isUsable, resultOf } from '../results.js';
import type { RecoResult, RecoTask, Seed } from '../types.js';
import type { SplineMpeLikelihood } from './likelihood.js';

const SPEED_OF_LIGHT = 0.299792458;
/** Steps of the start simplex: two offsets across the track (m) and the time (ns), specs/reco-splinempe.md 14.5. */
const STEPS = [40, 40, 120];
/** A fit this close to a known minimum, in every parameter and in value, is in it. */
const SAME = [4, 4, 12];
const SAME_LLH = 1;
/** After this many evaluations a fit may be given up that is this far above the lowest minimum. */
const PATIENCE = 30;
const HOPELESS_LLH = 60;

/** Fits all variations of a task whose direction the likelihood has. `isFittable`: whether there are enough hits. */
export function fitVariationsBySimplex(
  likelihood: SplineMpeLikelihood,
  task: RecoTask,
  isFittable: boolean,
): RecoResult[] {
  const line = new Line(task.zenith, task.azimuth);
  const minima: Minimum[] = [];
  return task.variations.map((variation) => {
    let best: Fitted | null = null;
    for (const seed of isFittable ? variation.seeds.filter(isUsable) : []) {
      line.startAt(seed);
      const minimum = fitFrom(likelihood, line, minima);
      if (!Number.isFinite(minimum.f) || !minimum.converged) continue;
      if (best !== null && !(minimum.f < (best as Fitted).llh)) continue;
      const [x, y, z, timeNs] = line.vertexAt(minimum.x);
      best = { llh: minimum.f, x: x!, y: y!, z: z!, timeNs: timeNs! };
    }
    return resultOf(task, variation, best);
  });
}

/** One fit; its minimum, or the known one that it ran into. */
function fitFrom(likelihood: SplineMpeLikelihood, line: Line, minima: Minimum[]): Minimum {
  let known: Minimum | null = null;
  const minimum = nelderMead(
    (parameters) => {
      const v = line.vertexAt(parameters);
      return likelihood.evaluate(v[0]!, v[1]!, v[2]!, v[3]!);
    },
    stepSimplex(line.parameters, STEPS),
    {
      isEnough(x, f, calls) {
        known = minima.find((m) => isSame(m, x, f)) ?? null;
        return known !== null || (calls > PATIENCE && minima.some((m) => f > m.f + HOPELESS_LLH));
      },
    },
  );
  if (known !== null && (known as Minimum).f <= minimum.f) return known;
  if (minimum.converged && Number.isFinite(minimum.f)) minima.push(minimum);
  return minimum;
}

function isSame(minimum: Minimum, x: Float64Array, f: number): boolean {
  if (!(f < minimum.f + SAME_LLH)) return false;
  for (let k = 0; k < SAME.length; k++) if (!(Math.abs(x[k]! - minimum.x[k]!) < SAME[k]!)) return false;
  return true;
}

/** Track parameters of a fixed direction: two offsets across it and the time at the plane through the origin. */
class Line {
  readonly parameters: Float64Array = new Float64Array(3);
  private readonly p: readonly [number, number, number];
  private readonly q: readonly [number, number, number];
  private readonly d: readonly [number, number, number];
  /** Place along the line at which vertices are given: that of the seed. */
  private along = 0;
  private readonly out = new Float64Array(4);

  constructor(zenith: number, azimuth: number) {
    const sinZ = Math.sin(zenith);
    const cosZ = Math.cos(zenith);
    const cosA = Math.cos(azimuth);
    const sinA = Math.sin(azimuth);
    this.p = [sinA, -cosA, 0];
    this.q = [-cosZ * cosA, -cosZ * sinA, sinZ];
    this.d = [-sinZ * cosA, -sinZ * sinA, -cosZ];
  }

  /** Takes a seed: its parameters, and where along the line its vertex lies. */
  startAt({ x, y, z, timeNs }: Seed): void {
    const { p, q, d, parameters } = this;
    this.along = x * d[0] + y * d[1] + z * d[2];
    parameters[0] = x * p[0] + y * p[1] + z * p[2];
    parameters[1] = x * q[0] + y * q[1] + z * q[2];
    parameters[2] = timeNs - this.along / SPEED_OF_LIGHT;
  }

  /** x, y, z, time of the vertex for parameters, in scratch memory. */
  vertexAt(parameters: Float64Array): Float64Array {
    const { p, q, d, along, out } = this;
    const a = parameters[0]!;
    const b = parameters[1]!;
    out[0] = a * p[0] + b * q[0] + along * d[0];
    out[1] = a * p[1] + b * q[1] + along * d[1];
    out[2] = a * p[2] + b * q[2] + along * d[2];
    out[3] = parameters[2]! + along / SPEED_OF_LIGHT;
    return out;
  }
}
