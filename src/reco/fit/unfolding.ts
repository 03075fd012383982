/**
 * Unfolding: energies E >= 0 of sources whose light, y = noise + response E, explains the charges best in the sense of
 * Poisson: the maximum of sum [x ln y - y] - E.R.E (specs/reco-millipede.md section 7). The problem is concave. Rows
 * without charge are linear in E and enter as one sum a source.
 */

/** One problem. Arrays may be longer than the numbers of rows and sources say. */
export interface UnfoldingProblem {
  rows: number;
  sources: number;
  /** Expected charge per energy, source by source: row i of source j is at j * stride + i. */
  readonly response: Float64Array;
  stride: number;
  /** Per row: charge, expected noise (> 0). */
  readonly charge: Float64Array;
  readonly noise: Float64Array;
  /** Per source: response summed over further rows, which have no charge; and the noise expected in those. */
  readonly darkResponse: Float64Array;
  darkNoise: number;
  /** R, the same for all sources but the last, which has none. */
  penalty: number;
}

/** What is maximised, for the energies given; the noise of dark rows, a constant, is left out. */
export function unfoldingObjective(problem: UnfoldingProblem, energy: Float64Array): number {
  const { rows, sources, response, stride, charge, noise, darkResponse, penalty } = problem;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let y = noise[i]!;
    for (let j = 0; j < sources; j++) if (energy[j] !== 0) y += response[j * stride + i]! * energy[j]!;
    sum += charge[i]! > 0 ? charge[i]! * Math.log(y) - y : -y;
  }
  for (let j = 0; j < sources; j++) {
    const e = energy[j]!;
    sum -= darkResponse[j]! * e + (j < sources - 1 ? penalty * e * e : 0);
  }
  return sum;
}
