import { beforeAll, expect, it } from 'vitest';
import {
  closedFormAmplitude,
  closedFormTiming,
  DOM_RADIUS,
  GROUP_INDEX,
  gammaP,
  holeIceAcceptance,
  type IceModel,
  loadIceModel,
  PHOTONS_PER_GEV,
  type PointSource,
  SPEED_OF_LIGHT,
} from '../../src/light/index.js';
import { readResource } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedText } from '../support/shared.js';

let ice: IceModel;
beforeAll(async () => {
  ice = await loadIceModel(readResource);
});

/** Rows of a comma-separated file below its comments and its line of names. */
function rows(name: string): number[][] {
  return sharedText(name)
    .split('\n')
    .filter((line) => /^-?\d/.test(line))
    .map((line) => line.split(',').map(Number));
}

/** A source at height z and a module at distance r, cosine `g` to straight up, angle `theta` to the direction of flight. */
function pair(z: number, r: number, g: number, thetaDeg: number): [PointSource, number, number, number] {
  const flat = Math.sqrt(1 - g * g);
  const theta = (thetaDeg * Math.PI) / 180;
  // The direction of flight lies off the line of sight, across the vertical plane.
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
  const source = { x: 30, y: -20, z, directionX: cos * flat, directionY: sin, directionZ: cos * g };
  return [source, 30 + r * flat, -20, z + r * g];
}

const PE_PER_FLUENCE = PHOTONS_PER_GEV * Math.PI * DOM_RADIUS * DOM_RADIUS;

needsShared('the closed form of light', ['data/ice/closed-form-reference.csv', 'data/ice/mc-reference.csv'], () => {
  it('is the one of the reference', () => {
    const table = rows('data/ice/closed-form-reference.csv');
    expect(table.length).toBeGreaterThan(100);
    for (const [z, r, g, theta, , , , fluence, shape, rate, cdf] of table as [number, ...number[]][]) {
      const at = pair(z, r!, g!, theta!);
      const what = `z ${z}, r ${r}, cos gamma ${g}, theta ${theta}`;
      const amplitude = closedFormAmplitude(ice, ...at);
      const timing = closedFormTiming(ice, ...at);
      expectClose(amplitude, PE_PER_FLUENCE * ice.parameters.domEfficiency * fluence!, { relative: 5e-5 }, what);
      expectClose(timing.shape, shape!, { relative: 1e-5 }, what);
      expectClose(timing.ratePerNs, rate!, { relative: 1e-5 }, what);
      expectClose(timing.flightNs, (r! * GROUP_INDEX) / SPEED_OF_LIGHT, { relative: 1e-12 }, what);
      expectClose(gammaP(timing.shape, 100 * timing.ratePerNs), cdf!, { absolute: 2e-6 }, what);
    }
  });

  it('is within a tenth of the photon Monte Carlo in the middle, up to 100 m', () => {
    const ratios = rows('data/ice/mc-reference.csv')
      .filter(([, low]) => low! > 5 && low! < 85)
      .map(([z, low, high, g, theta, fluence]) => {
        const amplitude = closedFormAmplitude(ice, ...pair(z!, Math.sqrt(low! * high!), g!, theta!));
        return Math.abs(Math.log(amplitude / (PE_PER_FLUENCE * ice.parameters.domEfficiency * fluence!)));
      })
      .sort((a, b) => a - b);
    expect(ratios.length).toBeGreaterThan(50);
    expect(ratios[ratios.length >> 1]).toBeLessThan(0.1);
  });
});

it('depends on places only through the distance vector and the height of the source', () => {
  const source = { x: 10, y: 20, z: -300, directionX: 0.6, directionY: 0, directionZ: -0.8 };
  const moved = { ...source, x: 510, y: -180 };
  const turned = { ...source, directionX: 0, directionY: 0.6 };
  const there = closedFormAmplitude(ice, source, 50, 35, -270);
  expectClose(closedFormAmplitude(ice, moved, 550, -165, -270), there, { relative: 1e-12 });
  expectClose(closedFormAmplitude(ice, turned, 10 - 15, 20 + 40, -270), there, { relative: 1e-12 });
  expect(closedFormTiming(ice, moved, 550, -165, -270).shape).toBeCloseTo(
    closedFormTiming(ice, source, 50, 35, -270).shape,
    12,
  );
});

it('shines most at the Cherenkov angle, falls with the distance and stays finite at the source', () => {
  const seen = (r: number, theta: number): number => closedFormAmplitude(ice, ...pair(-300, r, 0.2, theta));
  expect(seen(20, 41)).toBeGreaterThan(3 * seen(20, 90));
  expect(seen(20, 90)).toBeGreaterThan(seen(20, 150));
  for (let r = 2; r < 500; r *= 1.4) expect(seen(1.4 * r, 41)).toBeLessThan(seen(r, 41));
  const source = { x: 0, y: 0, z: 0, directionX: 0, directionY: 0, directionZ: 1 };
  expect(closedFormAmplitude(ice, source, 0, 0, 0)).toBeGreaterThan(0);
  expect(closedFormTiming(ice, source, 0, 0, 0).shape).toBeGreaterThan(0);
});

it('lets modules see light from below best, and never less than nothing', () => {
  expect(holeIceAcceptance(0.6)).toBeGreaterThan(5 * holeIceAcceptance(-0.6));
  for (let x = -1; x <= 1; x += 0.01) expect(holeIceAcceptance(x)).toBeGreaterThanOrEqual(0);
});
