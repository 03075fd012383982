import { describe, expect, it } from 'vitest';
import { MuonLight, NodeDistribution, TableCascadeLight } from '../../../src/light/index.js';
import { expectClose } from '../../support/close.js';
import { needsShared } from '../../support/shared.js';
import { PROTOTYPE_FILES, prototypeTables, prototypeVectors } from './prototype.js';

needsShared('look-ups in tables made by another program', PROTOTYPE_FILES, () => {
  const tables = prototypeTables();
  const nodes = new Float64Array(15);

  it('give its amplitudes and times for cascades', () => {
    const light = new TableCascadeLight(tables.cascade);
    const vectors = prototypeVectors('em');
    expect(vectors.length).toBeGreaterThan(50);
    for (const v of vectors) {
      light.setDirection(v.zenith, v.azimuth);
      const [x, y, z] = v.source;
      expectClose(
        light.look(z, v.dom[0] - x, v.dom[1] - y, v.dom[2] - z),
        v.pePerGeV,
        { relative: 2e-6 },
        'PE per GeV',
      );
      const r = Math.sqrt((v.dom[0] - x) ** 2 + (v.dom[1] - y) ** 2 + (v.dom[2] - z) ** 2);
      const earliest = (Math.max(r, 1.1) * 1.33) / 0.299792458;
      for (const [i, t] of v.cdfTimesNs.entries()) {
        expectClose(light.cdf(earliest + t), v.cdf[i], { absolute: 5e-7 }, `CDF at ${t} ns`);
      }
    }
  });

  it.each(['muon', 'stochastic'] as const)('give its amplitudes and times for tracks: %s', (kind) => {
    const light = new MuonLight(tables[kind]);
    const distribution = new NodeDistribution(tables[kind].timeNodes);
    const vectors = prototypeVectors(kind);
    expect(vectors.length).toBeGreaterThan(20);
    for (const v of vectors) {
      expectClose(light.amplitude(v.z, v.zenithDeg, v.rho, v.phiDeg), v.A, { relative: 1e-12 }, 'A');
      light.cdfNodes(nodes);
      distribution.fill(nodes, light.scaleNs);
      for (const [i, t] of v.cdfTimesNs.entries()) {
        expectClose(distribution.cdf(t), v.cdf[i], { absolute: 1e-12 }, `CDF at ${t} ns`);
      }
    }
  });

  it('see no light beyond the table and at far heights', () => {
    const light = new TableCascadeLight(tables.cascade);
    expect(light.look(0, 600, 0, 0)).toBe(0);
    expect(light.look(-800, 10, 0, 0)).toBe(0);
    expect(light.look(0, 0, 0, 0)).toBeGreaterThan(0);
  });
});

describe('a time distribution by its nodes', () => {
  const distribution = new NodeDistribution(Float64Array.of(0.01, 0.1, 0.5, 1, 3, 12));
  distribution.fill([0.02, 0.1, 0.4, 0.6, 0.85, 0.99], 50);

  it('rises from 0 to 1, also where its nodes do not', () => {
    const other = new NodeDistribution(Float64Array.of(0.1, 1, 10));
    other.fill([0.5, 0.4, 1.2], 20);
    let before = 0;
    for (let t = -10; t < 1000; t += 1.5) {
      const c = other.cdf(t);
      expect(c).toBeGreaterThanOrEqual(before);
      expect(c).toBeLessThanOrEqual(1);
      before = c;
    }
    expect(other.cdf(0)).toBe(0);
  });

  it('is smeared by a triangle as a sum of many small steps says', () => {
    const half = 6;
    const step = 1e-3;
    for (const t of [-3, 0, 2, 17, 60, 400, 610, 900]) {
      let cdf = 0;
      for (let x = -half + step / 2; x < half; x += step) {
        cdf += (distribution.cdf(t - x) * (half - Math.abs(x)) * step) / (half * half);
      }
      expectClose(distribution.smearedCdf(t, half), cdf, { absolute: 1e-7 }, `CDF at ${t} ns`);
      const slope = (distribution.smearedCdf(t + 1e-3, half) - distribution.smearedCdf(t - 1e-3, half)) / 2e-3;
      expectClose(
        distribution.smearedDensity(t, half),
        slope,
        { absolute: 1e-8, relative: 1e-4 },
        `density at ${t} ns`,
      );
    }
  });
});
