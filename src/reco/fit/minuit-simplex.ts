/**
 * The downhill simplex with the rules of Minuit's SIMPLEX (F. James and M. Roos 1975, Comput. Phys. Commun. 10, 343, and
 * the "Minuit" reference manual), call by call: what the reference of `millipede_wilks` moves its lines with
 * (specs/reco-millipede.md 8.2). It extrapolates along the way down by a parabola, as far as eight times.
 */
import type { Minimum, Objective } from './nelder-mead.js';

/** Settings of the simplex. */
export interface MinuitSimplexOptions {
  /** Step of the start simplex along every coordinate. */
  readonly steps: ArrayLike<number>;
  /** Ends when the values of all corners are within this. Default 0.005. */
  readonly tolerance?: number;
  readonly maxCalls?: number;
  /** Relative precision of the function; steps are not shorter than it allows. Default that of 32-bit floats. */
  readonly precision?: number;
}

const LEAST_STRETCH = 4;
const MOST_STRETCH = 8;

/** Minimises from `start`. */
export function minuitSimplex(f: Objective, start: ArrayLike<number>, options: MinuitSimplexOptions): Minimum {
  const n = start.length;
  const { steps, tolerance = 0.005, maxCalls = 2000, precision = 2 ** -23 } = options;
  const epsilon = 2 * Math.sqrt(precision);
  let calls = 0;
  const evaluate = (x: Float64Array): number => {
    calls++;
    return f(x);
  };
  const corners = Array.from({ length: n + 1 }, (_, i) => {
    const x = Float64Array.from(start);
    if (i > 0) x[i - 1]! += Math.max(steps[i - 1]!, 80 * epsilon * (Math.abs(x[i - 1]!) + epsilon));
    return x;
  });
  const values = Float64Array.from(corners, evaluate);
  let low = 0;
  let high = 0;
  for (let i = 1; i <= n; i++) {
    if (values[i]! < values[low]!) low = i;
    if (values[i]! > values[high]!) high = i;
  }
  const centre = new Float64Array(n);
  const reflected = new Float64Array(n);
  const trial = new Float64Array(n);
  const stretched = new Float64Array(n);
  /** out = a first + (1 - a) second */
  const mix = (a: number, first: Float64Array, second: Float64Array, out: Float64Array): number => {
    for (let k = 0; k < n; k++) out[k] = a * first[k]! + (1 - a) * second[k]!;
    return evaluate(out);
  };
  const replace = (x: Float64Array, value: number): void => {
    corners[high]!.set(x);
    values[high] = value;
    if (value < values[low]!) low = high;
    high = 0;
    for (let i = 1; i <= n; i++) if (values[i]! > values[high]!) high = i;
  };
  const findCentre = (): void => {
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let i = 0; i <= n; i++) if (i !== high) sum += corners[i]![k]!;
      centre[k] = sum / n;
    }
  };
  let iterations = 0;
  let size = values[high]! - values[low]!;
  let before = size;
  do {
    iterations++;
    before = size;
    findCentre();
    const worst = corners[high]!;
    const yReflected = mix(2, centre, worst, reflected);
    if (yReflected > values[low]!) {
      const own = high;
      if (yReflected < values[high]!) replace(reflected, yReflected);
      if (high === own) {
        const yTrial = mix(0.5, corners[high]!, centre, trial);
        if (yTrial > values[high]!) break;
        replace(trial, yTrial);
      }
    } else {
      const yTrial = mix(2, reflected, centre, trial);
      // Where a parabola through worst, reflected and doubled has its minimum, in units of worst to centre.
      const y1 = (yReflected - values[high]!) * 3;
      const y2 = (yTrial - values[high]!) * 2;
      const stretch = Math.min((0.5 * (3 * y1 - 2 * y2)) / (y1 - y2), MOST_STRETCH);
      let isDone = false;
      if (stretch >= LEAST_STRETCH) {
        const yStretched = mix(stretch, centre, worst, stretched);
        if (yStretched < values[low]! && yStretched < yTrial) {
          replace(stretched, yStretched);
          isDone = true;
        }
      }
      if (!isDone) {
        if (yTrial < values[low]!) replace(trial, yTrial);
        else replace(reflected, yReflected);
      }
    }
    size = values[high]! - values[low]!;
  } while ((size > tolerance || before > tolerance) && calls < maxCalls);
  const isWithinLimit = calls < maxCalls;
  findCentre();
  const yCentre = evaluate(centre);
  if (yCentre < values[low]!) replace(centre, yCentre);
  return { x: corners[low]!, f: values[low]!, calls, iterations, converged: isWithinLimit };
}
