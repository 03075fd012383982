/** What holds for the light of cascades whichever model gives it. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CascadeLight,
  ClosedFormCascadeLight,
  cdfAtEdges,
  decodeLightSplines,
  decodeTables,
  densityAtEdges,
  type IceModel,
  lineAmplitudes,
  lineInBins,
  loadIceModel,
  type PhotonTables,
  PhotosplineCascadeLight,
  SPEED_OF_LIGHT,
  smearTimes,
  TableCascadeLight,
  tiltShifts,
} from '../../src/light/index.js';
import { Random } from '../../src/simulate/random.js';
import { readResource } from '../prepare/decoded.js';
import { kolmogorovSmirnov } from '../simulate/support.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedBytes } from '../support/shared.js';

const SPLINES = ['data/photospline/synthetic_cascade.abs.fits', 'data/photospline/synthetic_cascade.prob.fits'];
let ice: IceModel;
let tables: PhotonTables;
beforeAll(async () => {
  ice = await loadIceModel(readResource);
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
});

const HALF_WIDTH_NS = 6;
type Make = (halfWidthNs: number) => CascadeLight;
/** Height of the source, module minus source, zenith, azimuth: near and far, above and below, before and behind. */
const PLACES = [
  [-303, 31, 12, -7, 1.1, 0.4],
  [41, -20, 55, 30, 2.3, 3.1],
  [123, 15, -8, -21, 0.6, 5.2],
  [-87, 90, 40, 51, 1.7, 2.6],
  [284, -70, -62, 33, 1.3, 1.2],
] as const;

function followsTheRules(name: string, make: Make): void {
  it('comes with a share that rises from 0 to 1, and a density that is its slope', () => {
    for (const h of [0, HALF_WIDTH_NS]) {
      const light = make(h);
      for (const [z, vx, vy, vz, zenith, azimuth] of PLACES) {
        light.setDirection(zenith, azimuth);
        expect(light.look(z, vx, vy, vz)).toBeGreaterThan(0);
        let before = 0;
        for (let t = light.directNs - 60; t < light.directNs + 5000; t += 7) {
          const share = light.cdf(t);
          expect(share).toBeGreaterThanOrEqual(before - 1e-9);
          expect(share).toBeLessThanOrEqual(1);
          before = share;
        }
        expect(light.cdf(light.directNs - 60)).toBe(0);
        expect(before).toBeGreaterThan(0.9);
        for (const delay of [23.3, 61, 140, 411, 1300]) {
          const t = light.directNs + delay;
          const d = 1e-3;
          const slope = (light.cdf(t + d) - light.cdf(t - d)) / (2 * d);
          expectClose(light.density(t), slope, { absolute: 1e-8, relative: 1e-5 }, `density at ${delay} ns`);
        }
      }
    }
  });

  it('has the derivatives of its values', () => {
    // The closed form reads the emission profile from bins: over few of them its slope is none.
    const isStepped = name === 'closed form';
    const d = 1e-3;
    const wide = isStepped ? 1 : d;
    const by = new Float64Array(3);
    const cdfBy = new Float64Array(4);
    for (const h of [0, HALF_WIDTH_NS]) {
      const light = make(h);
      for (const [z, vx, vy, vz, zenith, azimuth] of PLACES) {
        light.setDirection(zenith, azimuth);
        const t = 1.36 * 3.336 * Math.hypot(vx, vy, vz) + 43;
        const moved = (axis: number, step: number): [number, number] => {
          const [sx, sy, sz] = [0, 1, 2].map((i) => (i === axis ? step : 0)) as [number, number, number];
          const ln = Math.log(light.look(z + sz, vx - sx, vy - sy, vz - sz));
          return [ln, light.cdf(t)];
        };
        light.look(z, vx, vy, vz);
        light.logSlopes(by);
        light.cdfSlopes(t, cdfBy);
        for (let axis = 0; axis < 3; axis++) {
          const slope = (moved(axis, wide)[0] - moved(axis, -wide)[0]) / (2 * wide);
          const tolerance = isStepped ? { relative: 0.05, absolute: 2e-3 } : { relative: 1e-5, absolute: 1e-7 };
          expectClose(by[axis]!, slope, tolerance, `ln PE by ${axis}`);
          const c1 = moved(axis, d)[1];
          const c0 = moved(axis, -d)[1];
          expectClose(cdfBy[axis]!, (c1 - c0) / (2 * d), { relative: 1e-4, absolute: 1e-6 }, `CDF by ${axis}`);
        }
        light.look(z, vx, vy, vz);
        expectClose(cdfBy[3]!, (light.cdf(t - d) - light.cdf(t + d)) / (2 * d), { relative: 1e-4, absolute: 1e-8 });
      }
    }
  });

  it('is smeared as the mean over a triangle', () => {
    const sharp = make(0);
    const smeared = make(HALF_WIDTH_NS);
    // Nodes carry smeared distributions of tables no finer than the nodes are.
    const tolerance = name === 'tables' ? 0.02 : 2e-3;
    for (const [z, vx, vy, vz, zenith, azimuth] of PLACES) {
      for (const light of [sharp, smeared]) {
        light.setDirection(zenith, azimuth);
        light.look(z, vx, vy, vz);
      }
      for (const delay of [-3, 4, 17, 80, 400]) {
        const t = sharp.directNs + delay;
        let sum = 0;
        const n = 400;
        for (let i = 0; i < n; i++) {
          const u = (2 * i + 1) / n - 1;
          sum += ((1 - Math.abs(u)) * sharp.cdf(t + HALF_WIDTH_NS * u) * 2) / n;
        }
        expectClose(smeared.cdf(t), sum, { absolute: tolerance }, `CDF at ${delay} ns`);
      }
    }
  });

  it('is drawn with its distribution', () => {
    const light = make(0);
    const random = new Random(5);
    for (const [z, vx, vy, vz, zenith, azimuth] of PLACES.slice(0, 3)) {
      light.setDirection(zenith, azimuth);
      light.look(z, vx, vy, vz);
      const times = Array.from({ length: 4000 }, () => light.draw(random));
      expect(kolmogorovSmirnov(times, (t) => light.cdf(t))).toBeLessThan(1.95);
    }
  });

  it('is the same at many edges, and for lines of cascades in many modules', () => {
    const light = make(0);
    const [x, y, z] = [Float64Array.of(20, -30, 45), Float64Array.of(5, 12, -60), Float64Array.of(-240, -210, -290)];
    const modules = { x, y, z, shiftM: tiltShifts(ice.tilt, x, y, z), efficiency: Float64Array.of(1, 1.35, 1) };
    expect(modules.shiftM.some((shift) => shift !== 0)).toBe(true);
    const line = { x: 3, y: 2, z: -250, timeNs: 500, zenith: 1.2, azimuth: 0.7, alongM: Float64Array.of(-20, 4, 33) };
    const edgesNs = Float64Array.of(500, 700, 900, 2000, 600, 800);
    const bins = { first: Int32Array.of(0, 4, 4, 6), edgesNs };
    const amplitudes = new Float64Array(9);
    const inBins = new Float64Array(3 * 4);
    lineAmplitudes(light, line, modules, amplitudes);
    lineInBins(light, line, modules, bins, inBins);
    const at = new Float64Array(4);
    const densities = new Float64Array(4);
    for (const [c, along] of line.alongM.entries()) {
      const [dx, dy, dz] = [-Math.sin(1.2) * Math.cos(0.7), -Math.sin(1.2) * Math.sin(0.7), -Math.cos(1.2)];
      for (let i = 0; i < 3; i++) {
        const source = [3 + along * dx, 2 + along * dy, -250 + along * dz] as const;
        const pe = light.look(source[2] - modules.shiftM[i]!, x[i]! - source[0], y[i]! - source[1], z[i]! - source[2]);
        expectClose(amplitudes[3 * c + i]!, pe * modules.efficiency[i]!, { relative: 1e-12 });
        if (i === 1) continue;
        const [from, count, row] = i === 0 ? [0, 4, 4 * c] : [4, 2, 4 * c + 3];
        const passed = 500 + along / SPEED_OF_LIGHT;
        cdfAtEdges(light, edgesNs, from, count, passed, at, 0);
        densityAtEdges(light, edgesNs, from, count, passed, densities, 0);
        for (let e = 0; e < count; e++) {
          expect(at[e]).toBe(light.cdf(edgesNs[from + e]! - passed));
          expect(densities[e]).toBe(light.density(edgesNs[from + e]! - passed));
          if (e > 0)
            expectClose(inBins[row + e - 1]!, amplitudes[3 * c + i]! * (at[e]! - at[e - 1]!), { absolute: 1e-15 });
        }
      }
    }
  });
}

describe('light of cascades from tables', () => {
  followsTheRules('tables', (h) => {
    return new TableCascadeLight(tables.cascade, h > 0 ? smearTimes(tables.cascade, h) : undefined);
  });
});

describe('light of cascades from the closed form', () => {
  followsTheRules('closed form', (h) => new ClosedFormCascadeLight(ice, h));
});

needsShared("light of cascades from IceCube's spline tables", SPLINES, () => {
  followsTheRules('splines', (h) => {
    const [amplitude, time] = SPLINES.map((name) => ({ name, bytes: sharedBytes(name) }));
    return new PhotosplineCascadeLight(decodeLightSplines(amplitude!, time!), h);
  });
});
