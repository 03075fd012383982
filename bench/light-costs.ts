/** What a model of the light of cascades costs, ns of CPU time: shared by the benches of our tables and of IceCube's. */
import { type CascadeLight, cdfAtEdges } from '../src/light/index.js';

export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Results go here, so that nothing is left out for being useless. */
let sink = 0;

/** CPU time of a call, ns. */
export function ns(calls: number, work: (i: number) => number): number {
  for (let i = 0; i < calls / 20; i++) sink += work(i);
  const s = cpuSeconds(() => {
    for (let i = 0; i < calls; i++) sink += work(i);
  });
  if (Number.isNaN(sink)) throw new Error('a result was no number');
  return Math.round((1e9 * s) / calls);
}

/** Places without any order. */
export const at = (i: number, spread: number): number => ((Math.imul(i, 0x9e3779b1) >>> 8) / 0x100_0000 - 0.5) * spread;

/** Look-ups at places without order: amplitude, its gradient, CDF at one time and at 16, and the gradient of a CDF. */
export function costsOf(light: CascadeLight, calls = 1_000_000): Record<string, number> {
  const slopes = new Float64Array(4);
  const edges = Float64Array.from({ length: 16 }, (_, i) => 50 * i * i + 100);
  const shares = new Float64Array(16);
  light.setDirection(0.3, 1);
  const look = (i: number): number => light.look(at(i, 900), at(i + 1, 300), at(i + 2, 300), at(i + 3, 300));
  const amplitude = ns(calls, look);
  const after = (work: () => number): number => ns(calls / 4, (i) => look(i) + work()) - amplitude;
  return {
    'amplitude, ns': amplitude,
    'its gradient, ns': after(() => {
      light.logSlopes(slopes);
      return slopes[0]!;
    }),
    'CDF at one time, ns': after(() => light.cdf(light.directNs + 40)),
    'CDF at 16 times, ns': after(() => {
      cdfAtEdges(light, edges, 0, 16, 0, shares, 0);
      return shares[5]!;
    }),
    'gradient of the CDF at a time, ns': after(() => {
      light.cdfSlopes(light.directNs + 40, slopes);
      return slopes[0]!;
    }),
  };
}
