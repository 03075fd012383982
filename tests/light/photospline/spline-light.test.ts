import { expect, it } from 'vitest';
import { decodeLightSplines } from '../../../src/light/photospline/light-splines.js';
import { SplineLight } from '../../../src/light/photospline/spline-light.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';
import { TABLE_FILES, tableBytes } from './vectors.js';

const VECTORS = 'data/millipede-vectors/photonics-service.json';

/** Photons of a source times what one of them gives. */
function photons({ type, energy }: { type: number; energy: number }): number {
  const e = Math.max(energy, 0.01);
  return 32582 * (type === 0 ? 1.172 + 0.0324 * Math.log(e) : type === 1 ? 5.21 * e : 0.86 * 4.076 * e);
}

needsShared('light from pairs of spline tables', [VECTORS, ...TABLE_FILES], () => {
  const lights = new Map<string, SplineLight>();
  const lightOf = (name: string, sigma: number): SplineLight => {
    const key = `${name} ${sigma}`;
    if (!lights.has(key)) {
      const part = (kind: string) => ({ name: `${name}.${kind}.fits`, bytes: tableBytes(`${name}.${kind}`) });
      lights.set(key, new SplineLight(decodeLightSplines(part('abs'), part('prob')), sigma));
    }
    return lights.get(key)!;
  };
  // A receiver on the axis of the source has no azimuth, and the reference decides it by rounding.
  const cases: any[] = sharedJson(VECTORS).cases.map((c: any) => {
    const light = lightOf(c.tables, c.timingSigma);
    const v = [c.om[0] - c.source.x, c.om[1] - c.source.y, c.om[2] - c.source.z] as const;
    const sin = Math.sin(c.source.zenith);
    const [dx, dy] = [-sin * Math.cos(c.source.azimuth), -sin * Math.sin(c.source.azimuth)];
    const dz = -Math.cos(c.source.zenith);
    const l = v[0] * dx + v[1] * dy + v[2] * dz;
    const onAxis = Math.hypot(v[0] - l * dx, v[1] - l * dy, v[2] - l * dz) < 1e-9;
    const isTooFar = Math.hypot(...v) > (c.maxRadius === 'inf' ? Number.POSITIVE_INFINITY : c.maxRadius);
    const look = (): boolean => {
      light.setDirection(c.source.zenith, c.source.azimuth);
      return light.look(c.source.z, v[0], v[1], v[2], c.source.length === -1);
    };
    return { ...c, light, look, onAxis, isTooFar, isPoint: c.source.type !== 0 };
  });
  const compared = cases.filter(({ onAxis, isTooFar }) => !onAxis && !isTooFar);

  it('is as much, and starts when, the reference says', () => {
    expect(compared.length).toBeGreaterThan(80);
    for (const { light, look, source, expect: wanted, tables } of compared) {
      const hasLight = look();
      expect(hasLight, tables).toBe(wanted.meanPEs >= 0);
      if (hasLight) expectClose(light.yield * photons(source), wanted.meanPEs, { relative: 1e-9 }, `PE of ${tables}`);
      expectClose(light.directNs, wanted.geoTime, { absolute: 1e-9, relative: 1e-12 }, 'direct time');
      expectClose(
        light.emissionDistance,
        wanted.emissionPointDistance,
        { relative: 1e-12, absolute: 1e-9 },
        'distance',
      );
    }
  });

  it('comes when the reference says, smeared too', () => {
    for (const { light, look, source, binEdges, timingSigma, expect: wanted } of compared) {
      if (!look()) continue;
      const tolerance = timingSigma > 0 ? { absolute: 1e-6 } : { absolute: 1e-11, relative: 1e-9 };
      const edges = Float64Array.from(binEdges);
      const fractions = new Float64Array(edges.length - 1);
      light.fractions(edges, 0, edges.length, source.time, fractions, 0);
      for (const [q, fraction] of fractions.entries()) expectClose(fraction, wanted.quantiles[q], tolerance, 'share');
      for (const [q, edge] of edges.entries()) {
        const density = light.density(edge - light.directNs - source.time);
        expectClose(density, wanted.densityAtEdges[q], tolerance, 'density');
      }
    }
  });

  it('of points changes with the source as the reference says', () => {
    const slopes = new Float64Array(6);
    const left = new Float64Array(6);
    const right = new Float64Array(6);
    let entries = 0;
    for (const { light, look, source, binEdges, timingSigma, isPoint, expect: wanted } of compared) {
      if (!isPoint || !look()) continue;
      const relative = timingSigma > 0 ? 1e-5 : 1e-8;
      const same = (actual: number[], values: (number | null)[], what: string): void => {
        const largest = Math.max(...values.map((value) => Math.abs(value ?? 0)));
        for (const [i, value] of values.entries()) {
          if (value === null) continue;
          expectClose(actual[i]!, value, { absolute: relative * largest + 1e-12 }, `${what} ${i}`);
          entries++;
        }
      };
      light.logYieldSlopes(slopes);
      const pe = light.yield * photons(source);
      const [x, y, z, , zenith, azimuth] = [...slopes].map((slope) => slope * pe);
      same([x!, y!, z!, zenith!, azimuth!], wanted.meanPEsGradient.slice(0, 5), 'slope of PE');
      const zero = light.directNs + source.time;
      light.cdfSlopes(binEdges[0] - zero, left);
      for (const [q, values] of wanted.quantileGradients.entries()) {
        light.cdfSlopes(binEdges[q + 1] - zero, right);
        // a share that the reference cut to 0 has slopes all the same
        same(
          [...right].map((slope, i) => slope - left[i]!),
          values,
          'slope of a share',
        );
        left.set(right);
      }
    }
    expect(entries).toBeGreaterThan(1000);
  });
});
