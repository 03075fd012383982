import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../../src/detector/index.js';
import { decodeEvent } from '../../../src/event/index.js';
import {
  decodeTables,
  type IceModel,
  loadIceModel,
  type PhotonTables,
  TableTrackLight,
  ZenithSlice,
} from '../../../src/light/index.js';
import { refineSeedTime, rotateIntoTrack } from '../../../src/prepare/index.js';
import {
  type Fit,
  findReco,
  type PreparedEvent,
  type RecoResult,
  type RecoTask,
  type Seed,
  type Vertex,
} from '../../../src/reco/index.js';
import type { SplineMpeData } from '../../../src/reco/splinempe/index.js';
import { SplineMpeLikelihood } from '../../../src/reco/splinempe/likelihood.js';
import { MIX, MixtureTable, mixture } from '../../../src/reco/splinempe/mixture.js';
import { fitVariationsBySimplex } from '../../../src/reco/splinempe/simplex-starts.js';
import { TableLikelihood } from '../../../src/reco/splinempe/table-likelihood.js';
import { randomNumbers } from '../../light/random.js';
import { builtinIc86, readResource } from '../../prepare/decoded.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedBytes } from '../../support/shared.js';
import { type Track, trackEvent } from '../events.js';

const TRACK: Track = { zenith: 1.4, azimuth: 0.7, x: 40, y: -30, z: -330, timeNs: 12_000 };
/** The whole energy range of exponents and jitters, and the switches: no energy, no jitter. */
const SETTINGS: Record<string, string>[] = [
  { energy_gev: '20000' },
  { energy_gev: '500' },
  { energy_gev: '3e6' },
  { energy_gev: '0' },
  { energy_gev: '20000', jitter_ns: '0' },
];

let ic86: Detector;
let ice: IceModel;
let tables: PhotonTables;
beforeAll(async () => {
  [ic86, ice] = await Promise.all([builtinIc86(), loadIceModel(readResource)]);
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
});

const reco = findReco('splinempe');

async function prepare(event: ReturnType<typeof trackEvent>, settings: Record<string, string>) {
  const input = { event, detector: ic86, ice, settings, tables: async () => tables };
  return (await reco.prepare(input)) as PreparedEvent<SplineMpeData>;
}

/** Some vertices around the track's, the farther ones of wrong hypotheses. */
function places(n: number): [number, number, number, number][] {
  const random = randomNumbers(5);
  return Array.from({ length: n }, (_, i) => {
    const spread = i < n / 2 ? 10 : 200;
    const by = (): number => spread * (random() - 0.5);
    return [TRACK.x + by(), TRACK.y + by(), TRACK.z + by(), TRACK.timeNs + 2 * by()];
  });
}

describe('the fast likelihood of our own tables', () => {
  it.each(SETTINGS)('is the likelihood of splinempe: %j', async (settings) => {
    const { data } = await prepare(trackEvent(ic86, TRACK), settings);
    const { hits, energyGev, jitterNs } = data;
    const exact = new SplineMpeLikelihood(
      hits,
      new TableTrackLight(tables.muon, tables.stochastic),
      energyGev,
      jitterNs,
    );
    const slice = new ZenithSlice(tables.muon, tables.stochastic);
    const fast = new TableLikelihood(hits, slice, energyGev, jitterNs);
    exact.setDirection(TRACK.zenith, TRACK.azimuth);
    slice.cut(TRACK.zenith);
    fast.setDirection(TRACK.zenith, TRACK.azimuth);
    for (const place of places(40)) {
      const value = fast.evaluate(fast.toParameters(...place), new Float64Array(3));
      expectClose(value, exact.evaluate(...place), { absolute: 2e-3 }, `-ln L at ${place.join(' ')}`);
    }
  });

  it.each(SETTINGS)('has the gradient that differences have: %j', async (settings) => {
    const { data } = await prepare(trackEvent(ic86, TRACK), settings);
    const slice = new ZenithSlice(tables.muon, tables.stochastic);
    const fast = new TableLikelihood(data.hits, slice, data.energyGev, data.jitterNs);
    const [gradient, unused] = [new Float64Array(3), new Float64Array(3)];
    let largest = 0;
    for (const zenith of [0, 0.3, 1.4, 2.9]) {
      slice.cut(zenith);
      fast.setDirection(zenith, TRACK.azimuth);
      for (const place of places(12)) {
        const at = fast.toParameters(...place);
        fast.evaluate(at, gradient);
        for (let k = 0; k < 3; k++) {
          const shifted = (by: number): number =>
            fast.evaluate(
              at.map((v, j) => (j === k ? v + by : v)),
              unused,
            );
          const slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
          largest = Math.max(largest, Math.abs(slope));
          // 32-bit nodes make steps of 1e-7 in the value; between cells the tables have kinks.
          expectClose(gradient[k]!, slope, { absolute: 5e-4, relative: 1e-3 }, `slope ${k} at ${place.join(' ')}`);
        }
      }
    }
    expect(largest).toBeGreaterThan(1);
  });

  it('takes the mixture from a table that is right to a millionth', () => {
    const table = new MixtureTable();
    const exact = new Float64Array(MIX.length);
    // Below 1e-9 photo-electrons a module sees nothing but noise.
    for (let ln = -20; ln < 12; ln += 0.0137) {
      table.lnExpected[0] = ln;
      table.look();
      mixture(ln, exact);
      for (const [k, name] of ['direct', 'late', 'flat', 'after'].entries()) {
        expectClose(table.weights[k]!, exact[k]!, { absolute: 1e-6, relative: 1e-4 }, `${name} at ${ln}`);
      }
    }
  });
});

const ALERTS = [
  'run00135292-evt000056063172.pkl',
  'run00136055-evt000000348073.pkl',
  'run00136504-evt000001833389.pkl',
  'run00136662-evt000035405932-BRONZE.pkl',
].map((name) => `data/events/${name}`);

needsShared('the search by gradients', ALERTS, () => {
  /** A task as the scan sends it: of the first nside, or of a finer one around the fit of a coarser pixel. */
  function task({ prepared }: Fitted, zenith: number, azimuth: number, coarser: Vertex | null): RecoTask {
    const seedAt = (base: Vertex, offset: readonly [number, number, number]): Seed => {
      const [dx, dy, dz] = rotateIntoTrack(offset, zenith, azimuth);
      const [x, y, z] = [base.x + dx, base.y + dy, base.z + dz];
      const timeNs = refineSeedTime(prepared.hlcTimes!, x, y, z, zenith, azimuth, base.timeNs);
      return { x, y, z, timeNs, energyGev: Number.NaN };
    };
    const bases = coarser === null ? [prepared.seedVertex] : [coarser, prepared.seedVertex];
    const variations = reco.variations.map((offset, variation) => ({
      variation,
      seeds: bases.map((base) => seedAt(base, offset)),
    }));
    return { nside: coarser === null ? 8 : 64, pixel: 5, zenith, azimuth, variations };
  }

  interface Fitted {
    readonly prepared: PreparedEvent;
    readonly fitTask: Fit;
  }
  async function fitted(
    file: string,
  ): Promise<{ fast: Fitted; simplex: Fitted; track: { zenith: number; azimuth: number } }> {
    const event = decodeEvent(sharedBytes(file), file);
    const prepared = await prepare(event, {});
    const { hits, energyGev, jitterNs } = prepared.data;
    const light = new TableTrackLight(tables.muon, tables.stochastic);
    const likelihood = new SplineMpeLikelihood(hits, light, energyGev, jitterNs);
    const fast = { prepared, fitTask: await reco.createFit(prepared) };
    const simplex = {
      prepared,
      fitTask: (at: RecoTask): RecoResult[] => {
        likelihood.setDirection(at.zenith, at.azimuth);
        return fitVariationsBySimplex(likelihood, at, true);
      },
    };
    const track = Object.values(event.particles).find(({ zenith }) => Number.isFinite(zenith))!;
    return { fast, simplex, track };
  }
  async function best({ fitTask }: Fitted, at: RecoTask): Promise<RecoResult> {
    const results = (await fitTask(at)).filter(({ llh }) => !Number.isNaN(llh));
    return results.reduce((a, b) => (b.llh < a.llh ? b : a));
  }

  it.each(ALERTS)('ends nowhere around the minimum more than 0.1 above the simplex: %s', async (file) => {
    const { fast, simplex, track } = await fitted(file);
    const coarser = await best(fast, task(fast, track.zenith + 0.02, track.azimuth, null));
    for (const [dZenith, dAzimuth] of [
      [0, 0],
      [0.004, 0],
      [0, -0.006],
      [-0.012, 0.01],
      [0.015, -0.01],
    ] as const) {
      const at = task(fast, track.zenith + dZenith, track.azimuth + dAzimuth, coarser);
      const { llh } = await best(fast, at);
      expect(llh, `${dZenith} ${dAzimuth}`).toBeLessThan((await best(simplex, at)).llh + 0.1);
    }
  });

  it('is on the average no worse than the simplex where no track fits', async () => {
    const random = randomNumbers(3);
    let sum = 0;
    for (const file of ALERTS) {
      const { fast, simplex } = await fitted(file);
      for (let n = 0; n < 2; n++) {
        const at = task(fast, Math.acos(2 * random() - 1), 2 * Math.PI * random(), null);
        sum += (await best(fast, at)).llh - (await best(simplex, at)).llh;
      }
    }
    expect(sum).toBeLessThan(0);
  });
});
