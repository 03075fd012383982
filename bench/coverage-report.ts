/** What kept maps say: how often regions hold the truth, with which floors, and what thresholds would be exact. */
import {
  angularDistance,
  credibleLevelAt,
  credibleRegion,
  disc,
  finestCells,
  pixelArea,
  pixelPhi,
  pixelTheta,
  pixelVector,
  probabilityMap,
} from '../src/sky/index.js';
import { GROWTH_LLH } from './coverage-map.js';

/** One event: its map around the truth as -log L above the minimum. One line of a kept file. */
export interface Answer {
  readonly event: number;
  readonly energyGev: number;
  readonly raRad: number;
  readonly decRad: number;
  readonly nside: number;
  readonly pixel: readonly number[];
  readonly llh: readonly number[];
  readonly truthLlh: number;
  readonly fits: number;
  readonly seconds: number;
  readonly eInGev: number;
}

const DEG = Math.PI / 180;
const DEG2_PER_SR = DEG ** -2;
/** 2 delta llh of Wilks' 50 % and 90 %, exact. */
const WILKS = [-2 * Math.log(0.5), -2 * Math.log(0.1)] as const;
/** Around what was fitted a blurred region may reach so many floors far; there the llh is far above all others. */
const REACH_FLOORS = 3.5;
const FAR_LLH = 50;

export function printReport(answers: readonly Answer[], floorsDeg: readonly number[]): void {
  const deltas = answers.map(({ truthLlh }) => Math.max(0, 2 * truthLlh));
  const exact = [0.5, 0.9].map((level) => quantile(deltas, level));
  const area = (limit: number): string => {
    // Maps end there.
    if (limit > 2 * GROWTH_LLH) return '';
    const sizes = answers.map(({ nside, llh }) => llh.filter((value) => 2 * value < limit).length * pixelArea(nside));
    return (quantile(sizes, 0.5) * DEG2_PER_SR).toFixed(2);
  };
  console.log(
    `${answers.length} events, ${quantile(of(answers, 'fits'), 0.5)} fits and ${quantile(of(answers, 'seconds'), 0.5).toFixed(1)} s each; ` +
      `energy found over true: ${quantile(
        answers.map(({ eInGev, energyGev }) => eInGev / energyGev),
        0.5,
      ).toFixed(2)}`,
  );
  const errors = [0.5, 0.9].map((level) =>
    [-1, 1].map((sign) =>
      quantile(deltas, level + sign * Math.sqrt((level * (1 - level)) / answers.length)).toFixed(2),
    ),
  );
  console.log(
    `Exact on the plain map: 2 delta llh of ${exact[0]!.toFixed(2)} (50 %; ${errors[0]!.join(' to ')}) and ` +
      `${exact[1]!.toFixed(2)} (90 %; ${errors[1]!.join(' to ')})`,
  );
  console.table([
    ...[WILKS, exact].map(([half, most], k) => ({
      map: k === 0 ? 'plain, Wilks' : 'plain, exact',
      'in 50 %': share(deltas, half!),
      'in 90 %': share(deltas, most!),
      '50 % sq. deg': area(half!),
      '90 % sq. deg': area(most!),
    })),
    ...floorsDeg.map((floor) => blurred(answers, floor)),
  ]);
}

/** The same by the map of probability, blurred by a floor. */
function blurred(answers: readonly Answer[], floorDeg: number): Record<string, string> {
  const rows = answers.map((answer) => {
    const { raRad, decRad } = answer;
    const map = probabilityMap(cellsOf(answer, floorDeg), { floorDeg });
    const half = credibleRegion(map, 0.5).areaDeg2;
    const distance = angularDistance(raRad, decRad, map.peak.raRad, map.peak.decRad) / DEG;
    return {
      level: credibleLevelAt(map, raRad, decRad),
      half,
      most: credibleRegion(map, 0.9).areaDeg2,
      distance,
      radii: distance / Math.sqrt(half / Math.PI),
    };
  });
  const levels = rows.map(({ level }) => level);
  const median = (name: keyof (typeof rows)[number]): string => quantile(of(rows, name), 0.5).toFixed(2);
  return {
    map: floorDeg === 0 ? 'probability' : `blurred by ${floorDeg} deg`,
    'in 50 %': share(levels, 0.5),
    'in 90 %': share(levels, 0.9),
    '50 % sq. deg': median('half'),
    '90 % sq. deg': median('most'),
    'distance deg': median('distance'),
    'distance / radius of 50 %': median('radii'),
  };
}

function cellsOf({ nside, pixel, llh }: Answer, floorDeg: number): ReturnType<typeof finestCells> {
  const best = pixel[llh.indexOf(0)]!;
  const [ra, dec] = [pixelPhi(nside, best), Math.PI / 2 - pixelTheta(nside, best)];
  let reach = 0;
  for (const p of pixel) {
    reach = Math.max(reach, angularDistance(ra, dec, pixelPhi(nside, p), Math.PI / 2 - pixelTheta(nside, p)));
  }
  reach += REACH_FLOORS * floorDeg * DEG + 2 * Math.sqrt(pixelArea(nside));
  const known = new Map(pixel.map((p, i) => [p, llh[i]!]));
  const all = disc(nside, pixelVector(nside, best, new Float64Array(3)), Math.min(Math.PI, reach));
  return finestCells([{ nside, pixel: all, llh: all.map((p) => known.get(p) ?? FAR_LLH) }]);
}

function of<K extends string>(rows: readonly Readonly<Record<K, number>>[], name: K): number[] {
  return rows.map((row) => row[name]);
}

function share(list: readonly number[], limit: number): string {
  return `${((100 * list.filter((value) => value < limit).length) / list.length).toFixed(0)} %`;
}

/** Interpolated between neighbours in order. */
function quantile(list: readonly number[], q: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  const at = Math.min(Math.max(0, q), 1) * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}
