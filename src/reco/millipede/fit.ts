/**
 * Fits of one pixel: the direction is fixed, free are two offsets across the line, the time, and the phase of the grid of
 * segments along the line (moving the vertex along the line together with its time moves nothing else).
 */
import { quasiNewton } from '../fit/quasi-newton.js';
import type { RecoResult, RecoTask, Seed } from '../types.js';
import type { QuickChain } from './quick-chain.js';
import type { MillipedeSettings } from './settings.js';
import { type InstrumentedVolume, passage } from './volume.js';

const NS_PER_METRE = 1 / 0.299792458;
/** Lengths by which a fit steps at most: two offsets across the line (m), time (ns), phase (m). */
const COARSE_SCALES = [12, 12, 30, 3];
const FINE_SCALES = [3, 3, 8, 2];

/** Fits all variations of a task. `isFittable`: whether there are enough rows for a fit. */
export function fitVariations(
  chain: QuickChain,
  volume: InstrumentedVolume,
  settings: MillipedeSettings,
  task: RecoTask,
  isFittable: boolean,
): RecoResult[] {
  chain.setDirection(task.zenith, task.azimuth);
  const line = new Line(task.zenith, task.azimuth);
  return task.variations.map(({ variation, seeds }) => {
    let best: Outcome | null = null;
    for (const seed of isFittable ? seeds : []) {
      if (![seed.x, seed.y, seed.z, seed.timeNs].every(Number.isFinite)) continue;
      line.startAt(seed);
      const outcome = fitFrom(chain, line, volume, settings);
      if (best === null || outcome.llh < best.llh) best = outcome;
    }
    const { x, y, z, timeNs } = best ?? seeds[0]!;
    return {
      nside: task.nside,
      pixel: task.pixel,
      variation,
      llh: best?.llh ?? Number.NaN,
      x,
      y,
      z,
      timeNs,
      eInGev: best?.eInGev ?? Number.NaN,
      eTotGev: best?.eTotGev ?? Number.NaN,
      energyGev: Number.NaN,
    };
  });
}

interface Outcome {
  readonly llh: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
  readonly eInGev: number;
  readonly eTotGev: number;
}

function fitFrom(chain: QuickChain, line: Line, volume: InstrumentedVolume, settings: MillipedeSettings): Outcome {
  const start = new Float64Array(4);
  const coarse = descend(chain, line, start, settings.coarseSpacingM, COARSE_SCALES);
  const fine = descend(chain, line, coarse, settings.fineSpacingM, FINE_SCALES);
  const [x, y, z, timeNs] = line.vertexAt(fine) as unknown as [number, number, number, number];
  chain.full(x, y, z, timeNs, settings.fineSpacingM, true, 1e-6);
  const inside = passage(volume, x, y, z, line.direction);
  return {
    llh: chain.published(),
    x,
    y,
    z,
    timeNs,
    eInGev: inside === null ? 0 : chain.energyBetween(inside.enterM, inside.leaveM),
    eTotGev: inside === null ? 0 : chain.energyBetween(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  };
}

export const counts = { evaluations: 0, surveys: 0 };

/** Descends at one spacing until a survey of all segments finds nothing more to gain. */
function descend(
  chain: QuickChain,
  line: Line,
  from: Float64Array,
  spacingM: number,
  scales: readonly number[],
): Float64Array {
  let at: Float64Array = from.slice();
  const gradient = new Float64Array(4);
  for (let round = 0; round < 4; round++) {
    const v = line.vertexAt(at);
    counts.surveys++;
    const surveyed = chain.survey(v[0]!, v[1]!, v[2]!, v[3]!, spacingM, round > 0);
    const minimum = quasiNewton(
      (parameters, out) => {
        counts.evaluations++;
        const w = line.vertexAt(parameters);
        const value = chain.evaluate(w[0]!, w[1]!, w[2]!, w[3]!);
        chain.gradient(gradient);
        line.project(gradient, out);
        return value;
      },
      at,
      { scales, tolerance: 0.02, maxCalls: 60 },
    );
    at = Float64Array.from(minimum.x);
    if (!(minimum.f < surveyed - 0.1)) break;
  }
  return at;
}

/** Lines of one direction: two offsets across it, time and phase, counted from a seed. */
class Line {
  readonly direction: readonly [number, number, number];
  private readonly p: readonly [number, number, number];
  private readonly q: readonly [number, number, number];
  private readonly origin = new Float64Array(4);
  private readonly out = new Float64Array(4);

  constructor(zenith: number, azimuth: number) {
    const sinZ = Math.sin(zenith);
    const cosZ = Math.cos(zenith);
    const cosA = Math.cos(azimuth);
    const sinA = Math.sin(azimuth);
    this.p = [sinA, -cosA, 0];
    this.q = [-cosZ * cosA, -cosZ * sinA, sinZ];
    this.direction = [-sinZ * cosA, -sinZ * sinA, -cosZ];
  }

  startAt({ x, y, z, timeNs }: Seed): void {
    this.origin.set([x, y, z, timeNs]);
  }

  /** x, y, z, time of the vertex for parameters, in scratch memory. */
  vertexAt(parameters: Float64Array): Float64Array {
    const { p, q, direction, origin, out } = this;
    const [a, b, timeNs, phase] = [parameters[0]!, parameters[1]!, parameters[2]!, parameters[3]!];
    for (let k = 0; k < 3; k++) out[k] = origin[k]! + a * p[k]! + b * q[k]! + phase * direction[k]!;
    out[3] = origin[3]! + timeNs + phase * NS_PER_METRE;
    return out;
  }

  /** Derivatives with respect to the parameters out of those with respect to x, y, z and time. */
  project(gradient: Float64Array, out: Float64Array): void {
    const { p, q, direction } = this;
    out[0] = gradient[0]! * p[0] + gradient[1]! * p[1] + gradient[2]! * p[2];
    out[1] = gradient[0]! * q[0] + gradient[1]! * q[1] + gradient[2]! * q[2];
    out[2] = gradient[3]!;
    out[3] =
      gradient[0]! * direction[0] +
      gradient[1]! * direction[1] +
      gradient[2]! * direction[2] +
      gradient[3]! * NS_PER_METRE;
  }
}
