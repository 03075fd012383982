import { beforeAll, expect, it } from 'vitest';
import {
  DELAY,
  FRONT_NS_PER_M,
  type IceModel,
  loadIceModel,
  MuonDelays,
  prepareSmearedGamma,
  SMEARED,
  SPEED_OF_LIGHT,
  smearedGamma,
  TAN_CHERENKOV,
} from '../../src/light/index.js';
import { readResource } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedBytes, sharedJson } from '../support/shared.js';
import { randomNumbers } from './random.js';

let ice: IceModel;
beforeAll(async () => {
  ice = await loadIceModel(readResource);
  prepareSmearedGamma();
});

function delay(delays: MuonDelays, i: number, rho: number, up: number): Float64Array {
  const work = new Float64Array(DELAY.length);
  work[DELAY.rho] = rho;
  work[DELAY.up] = up;
  delays.at(i, work);
  return work;
}

it('has the derivatives of its own values', () => {
  const heights = Float64Array.of(-433.1, -140.7, 0.3, 255.9);
  const delays = new MuonDelays(ice, heights);
  const random = randomNumbers(5);
  const step = 1e-6;
  for (let n = 0; n < 400; n++) {
    const i = n % 4;
    const rho = 2 + 200 * random();
    const up = 1.4 * rho * (2 * random() - 1);
    // Heights between the nodes of the table of mean scattering, where the slope is one-sided.
    if (Math.abs(((heights[i]! - up) / 5) % 1) < 0.01) continue;
    const here = delay(delays, i, rho, up);
    const byRho = [delay(delays, i, rho + step, up), delay(delays, i, rho - step, up)];
    const byUp = [delay(delays, i, rho, up + step), delay(delays, i, rho, up - step)];
    for (const base of [DELAY.lnShape, DELAY.lnRate, DELAY.start, DELAY.width]) {
      const slope = ([high, low]: Float64Array[]): number => (high![base]! - low![base]!) / (2 * step);
      expectClose(
        here[base + 1]!,
        slope(byRho),
        { absolute: 1e-6, relative: 1e-6 },
        `by rho, ${base} at ${rho}, ${up}`,
      );
      expectClose(here[base + 2]!, slope(byUp), { absolute: 1e-6, relative: 1e-6 }, `by up, ${base} at ${rho}, ${up}`);
    }
  }
});

it('stays finite on the track, beside the detector and in rock', () => {
  const delays = new MuonDelays(ice, Float64Array.of(-500, 0, 500));
  for (const rho of [1e-3, 1, 50, 2000, 1e5]) {
    for (const up of [-1e5, -700, 0, 700, 1e5]) {
      for (let i = 0; i < 3; i++) {
        expect(delay(delays, i, rho, up).every(Number.isFinite), `rho ${rho}, up ${up}`).toBe(true);
        expect(delay(delays, i, rho, up)[DELAY.width]).toBeGreaterThanOrEqual(0);
      }
    }
  }
});

it('takes longer through dust, and longer the farther the light goes', () => {
  const delays = new MuonDelays(ice, Float64Array.of(-110, -350));
  const mean = (i: number, rho: number): number => {
    const work = delay(delays, i, rho, 0.5);
    return work[DELAY.start]! + Math.exp(work[DELAY.lnShape]! - work[DELAY.lnRate]!);
  };
  expect(mean(0, 40)).toBeGreaterThan(1.3 * mean(1, 40));
  for (let rho = 3; rho < 150; rho *= 1.5) expect(mean(1, 1.5 * rho)).toBeGreaterThan(mean(1, rho));
});

needsShared('delays against the tables of infinite muons', ['data/photon-table/spice_mie-muon/table.json'], () => {
  it('differ from their time distributions by 0.07 in the middle, from 10 to 150 m', () => {
    const folder = 'data/photon-table/spice_mie-muon/';
    const { amplitude, cdf } = sharedJson(`${folder}table.json`);
    const bytes = sharedBytes(`${folder}cdf.u8`);
    const random = randomNumbers(6);
    const work = new Float64Array(SMEARED.length);
    const worst: number[] = [];
    for (let n = 0; n < 1500; n++) {
      const [iz, it, ir, ip] = [8 + 55 * random(), 19 * random(), 10 + 12 * random(), 7 * random()].map(Math.floor);
      const rho: number = amplitude.rho[ir!];
      const zenith = (amplitude.zenithDeg[it!] * Math.PI) / 180;
      const phi = (amplitude.phiDeg[ip!] * Math.PI) / 180;
      const domZ = amplitude.z[iz!] + rho * Math.cos(phi) * Math.sin(zenith);
      const up = domZ - amplitude.z[iz!] - (rho / TAN_CHERENKOV) * Math.cos(zenith);
      const found = delay(new MuonDelays(ice, Float64Array.of(domZ)), 0, rho, up);
      const first = (rho * Math.sqrt(1.33 ** 2 - 1)) / SPEED_OF_LIGHT - rho * FRONT_NS_PER_M - found[DELAY.start]!;
      const width = found[DELAY.width]!;
      let distance = 0;
      cdf.nodesPerScale.forEach((node: number, k: number) => {
        work[SMEARED.lnShape] = found[DELAY.lnShape]!;
        work[SMEARED.lnRate] = found[DELAY.lnRate]! + Math.log(width);
        work[SMEARED.time] = ((8 + 2 * rho) * node + first) / width;
        smearedGamma(work, true);
        const share = 1 - Math.exp(-Math.exp(work[SMEARED.lnHazard]!));
        const table = bytes[(((iz! * 19 + it!) * 28 + ir!) * 7 + ip!) * 16 + k]! / 255;
        distance = Math.max(distance, Math.abs(share - table));
      });
      worst.push(distance);
    }
    worst.sort((a, b) => a - b);
    expect(worst[750]).toBeLessThan(0.072);
  });
});
