import { beforeAll, describe, expect, test } from 'vitest';
import {
  DOM_RADIUS,
  decodeTables,
  FRONT_NS_PER_M,
  MuonLight,
  NodeDistribution,
  PHOTONS_PER_METRE,
  type PhotonTables,
  SPEED_OF_LIGHT,
  TableCascadeLight,
} from '../../src/light/index.js';
import { type MuonEmission, muonEmission, muonLightPerMetre } from '../../src/simulate/emission.js';
import { type Line, LineLight } from '../../src/simulate/light.js';
import { MuonInTables } from '../../src/simulate/muon-light.js';
import { Random } from '../../src/simulate/random.js';
import { readResource } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';
import { kolmogorovSmirnov, lineOf, mean } from './support.js';

let tables: PhotonTables;
beforeAll(async () => {
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
});

/** A muon that loses nothing much: 100 GeV kept all along. */
const QUIET: MuonEmission = {
  ...muonEmission(3e4, -800, 800, new Random(1)),
  losses: { alongM: new Float64Array(0), lightGev: new Float64Array(0), halfLengthM: new Float64Array(0) },
  energyAt: () => 100,
};

describe('a muon that flies through photon tables', () => {
  const line: Line = lineOf(1.2, 0.4, 10, -5, -250);
  /** A module `rho` metres above or beside the track. */
  const beside = (rho: number): [number, number, number] => [10 + rho * Math.sin(0.4), -5 - rho * Math.cos(0.4), -250];

  test('has the light of the tables of tracks: its own cone, and small losses by its energy', () => {
    const light = new MuonInTables(tables, line, QUIET);
    const perFluence = PHOTONS_PER_METRE * Math.PI * DOM_RADIUS * DOM_RADIUS * tables.muon.domEfficiency;
    for (const rho of [4, 20, 70]) {
      light.lookFrom(...beside(rho));
      const zenith = (1.2 * 180) / Math.PI;
      const cone = new MuonLight(tables.muon).amplitude(-250, zenith, rho, 90);
      const small = new MuonLight(tables.stochastic).amplitude(-250, zenith, rho, 90);
      expectClose(light.total, perFluence * (cone + (muonLightPerMetre(100) - 1) * small), { relative: 1e-9 });
    }
  });

  test('comes at the times of those tables, hardly ever before the Cherenkov front', () => {
    const light = new MuonInTables(tables, line, QUIET);
    const [x, y, z] = beside(30);
    light.lookFrom(x, y, z);
    const random = new Random(3);
    const times = Float64Array.from({ length: 5000 }, () => light.drawTime(random));
    const zenith = (1.2 * 180) / Math.PI;
    const nodes = new Float64Array(15);
    const parts = [tables.muon, tables.stochastic].map((table) => {
      const part = new MuonLight(table);
      const weight = part.amplitude(-250, zenith, 30, 90);
      part.cdfNodes(nodes);
      const distribution = new NodeDistribution(table.timeNodes);
      distribution.fill(nodes, part.scaleNs);
      return { weight, start: part.earliestNs, distribution };
    });
    const small = muonLightPerMetre(100) - 1;
    const total = parts[0]!.weight + small * parts[1]!.weight;
    const cdf = (t: number): number =>
      parts.reduce((sum, p, i) => sum + (i === 0 ? 1 : small) * p.weight * p.distribution.cdf(t - p.start), 0) / total;
    expect(kolmogorovSmirnov(times, cdf)).toBeLessThan(1.95);
    const early = times.filter((t) => t < 30 * FRONT_NS_PER_M - 3).length;
    expect(early / times.length).toBeLessThan(0.02);
  });

  test('has about the light of as many cascades along its way, a hundred metres off', () => {
    const ratios: number[] = [];
    for (const [seed, z] of [
      [1, -250],
      [2, 100],
      [3, 250],
    ] as const) {
      const at = lineOf(1.2, 0.4, 10, -5, z);
      const muon = muonEmission(3e4, -700, 700, new Random(seed));
      const tracks = new MuonInTables(tables, at, muon);
      const points = new LineLight(new TableCascadeLight(tables.cascade), at, muon);
      for (const rho of [60, 100]) {
        const [x, y] = beside(rho);
        tracks.lookFrom(x, y, z);
        points.lookFrom(x, y, z);
        ratios.push(tracks.total / points.total);
      }
    }
    expectClose(mean(ratios), 1, { absolute: 0.12 });
  });

  test('loses energy on its way, which its small losses follow', () => {
    const muon = muonEmission(1e5, -700, 700, new Random(4));
    expect(muon.energyAt(-900)).toBe(1e5);
    expect(muon.energyAt(0)).toBeLessThan(1e5);
    expectClose(muon.energyAt(699), muon.finalEnergyGev, { relative: 0.05 });
    const light = muon.lightGev.reduce((sum, gev) => sum + gev, 0);
    const losses = muon.losses.lightGev.reduce((sum, gev) => sum + gev, 0);
    // 1400 m of bare track count as 1400 x 0.19 x 1.4 GeV.
    expectClose(light - losses, 1400 * 0.1903 * muonLightPerMetre(5e4), { relative: 0.02 });
  });

  test('passes later where it started later', () => {
    const [x, y, z] = beside(10);
    const drawn = (timeNs: number): number => {
      const light = new MuonInTables(tables, { ...line, timeNs }, QUIET);
      light.lookFrom(x + 30 * line.directionX, y + 30 * line.directionY, z + 30 * line.directionZ);
      return light.drawTime(new Random(9));
    };
    expectClose(drawn(1000) - drawn(0), 1000, { absolute: 1e-9 });
    expect(drawn(0)).toBeGreaterThan(30 / SPEED_OF_LIGHT);
  });
});
