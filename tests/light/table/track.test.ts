/** Light of tracks from our tables: what the plain look-up says, and its derivatives. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  decodeTables,
  MuonLight,
  NodeDistribution,
  type PhotonTables,
  TableTrackLight,
} from '../../../src/light/index.js';
import { readResource } from '../../prepare/decoded.js';
import { expectClose } from '../../support/close.js';

let tables: PhotonTables;
beforeAll(async () => {
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
});

/** Height of the track's point, module minus point, zenith, azimuth. */
const PLACES = [
  [-303, 31, 12, -7, 1.1, 0.4],
  [41, -20, 55, 30, 2.3, 3.1],
  [123, 45, -8, -121, 0.6, 5.2],
  [-87, 90, 140, 51, 1.7, 2.6],
] as const;

describe('light of tracks from tables', () => {
  it('is that of the plain look-up', () => {
    const light = new TableTrackLight(tables.muon, tables.stochastic);
    const nodes = new Float64Array(15);
    for (const [z, vx, vy, vz, zenith, azimuth] of PLACES) {
      light.setDirection(zenith, azimuth);
      expect(light.look(z, vx, vy, vz)).toBe(true);
      const plain = [tables.muon, tables.stochastic].map((table) => {
        const one = new MuonLight(table);
        one.setDirection(zenith, azimuth);
        return { one, fluence: one.look(z, vx, vy, vz) };
      });
      const perFluence = light.bareYield / plain[0]!.fluence;
      expectClose(perFluence, 2450.08 * 1.0228 * Math.PI * 0.1651 * 0.1651, { relative: 1e-4 });
      expectClose(light.stochasticYield, perFluence * 3.4e-4 * 5.21 * plain[1]!.fluence, { relative: 1e-6 });
      plain[0]!.one.cdfNodes(nodes);
      const distribution = new NodeDistribution(tables.muon.timeNodes);
      distribution.fill(nodes, plain[0]!.one.scaleNs);
      const passes =
        (vx * -Math.sin(zenith) * Math.cos(azimuth) -
          vy * Math.sin(zenith) * Math.sin(azimuth) -
          vz * Math.cos(zenith)) /
        0.299792458;
      for (const residual of [-2, 5, 60, 400]) {
        const t = light.directNs + residual - passes - plain[0]!.one.earliestNs;
        expectClose(light.cdf(residual), distribution.smearedCdf(t, 4), { absolute: 1e-6 });
        expectClose(light.density(residual), distribution.smearedDensity(t, 4), { relative: 1e-5, absolute: 1e-9 });
      }
    }
  });

  it('has derivatives by the place and time of the track', () => {
    const light = new TableTrackLight(tables.muon, tables.stochastic);
    const by = new Float64Array(3);
    const cdfBy = new Float64Array(4);
    const h = 1e-3;
    for (const [z, vx, vy, vz, zenith, azimuth] of PLACES) {
      light.setDirection(zenith, azimuth);
      light.look(z, vx, vy, vz);
      const t = light.directNs + 37;
      light.logSlopes(by);
      light.cdfSlopes(37, cdfBy);
      // in either order
      light.logSlopes(by);
      const moved = (axis: number, step: number): [number, number] => {
        const [sx, sy, sz] = [0, 1, 2].map((i) => (i === axis ? step : 0)) as [number, number, number];
        light.look(z + sz, vx - sx, vy - sy, vz - sz);
        return [Math.log(light.bareYield), light.cdf(t - light.directNs)];
      };
      for (let axis = 0; axis < 3; axis++) {
        const [ln1, c1] = moved(axis, h);
        const [ln0, c0] = moved(axis, -h);
        expectClose(by[axis]!, (ln1 - ln0) / (2 * h), { relative: 1e-5, absolute: 1e-7 }, `ln yield by ${axis}`);
        expectClose(cdfBy[axis]!, (c1 - c0) / (2 * h), { relative: 1e-4, absolute: 1e-6 }, `CDF by ${axis}`);
      }
      light.look(z, vx, vy, vz);
      expectClose(cdfBy[3]!, -light.density(37), { relative: 1e-6 });
    }
  });
});
