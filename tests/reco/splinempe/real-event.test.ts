/** Run 136662 through splinempe, beside what the reference made of it with tables that are not public. */
import { beforeAll, expect, it } from 'vitest';
import type { Detector } from '../../../src/detector/index.js';
import { decodeEvent } from '../../../src/event/index.js';
import {
  decodeTables,
  type IceModel,
  loadIceModel,
  type PhotonTables,
  TableTrackLight,
} from '../../../src/light/index.js';
import { findReco, type PreparedEvent, type RecoResult, type RecoTask } from '../../../src/reco/index.js';
import type { SplineMpeData } from '../../../src/reco/splinempe/index.js';
import { SplineMpeLikelihood } from '../../../src/reco/splinempe/likelihood.js';
import { SMOOTHED_WIDTHS, WEIGHTS } from '../../../src/reco/splinempe/smoothing.js';
import { mpeExponent, postJitterNs } from '../../../src/reco/splinempe/steering.js';
import { parseProgression } from '../../../src/scan/index.js';
import { scanMetadata, scanSetup } from '../../../src/session/index.js';
import { builtinIc86, readResource } from '../../prepare/decoded.js';
import { scanLandscape } from '../../scan/scan-landscape.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedBytes, sharedJson } from '../../support/shared.js';

const ALERT = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
const REFERENCE = 'data/splinempe/run00136662.json';

let detector: Detector;
let ice: IceModel;
let tables: PhotonTables;
beforeAll(async () => {
  [detector, ice] = await Promise.all([builtinIc86(), loadIceModel(readResource)]);
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
});

needsShared('run 136662', [ALERT, REFERENCE], () => {
  const reco = findReco('splinempe');
  const reference = sharedJson(REFERENCE);
  const input = () => {
    const event = decodeEvent(sharedBytes(ALERT), ALERT);
    return { event, detector, ice, settings: {}, tables: async () => tables };
  };
  const prepared = async () => (await reco.prepare(input())) as PreparedEvent<SplineMpeData>;

  it('is prepared as the reference prepares it: seed, hits, energy, what the energy steers', async () => {
    const { seedVertex, data } = await prepared();
    expect([seedVertex.x, seedVertex.y, seedVertex.z]).toEqual(reference.seed_vertex);
    expect(seedVertex.timeNs).toBe(reference.seed_time);
    const [nModules] = reference.counts.CleanedMuonPulsesIC;
    expect(data.hits.timeNs).toHaveLength(nModules);
    // The alert message quotes the energy with fewer digits.
    expectClose(data.energyGev, reference.muex_result.energy, { relative: 1e-6 }, 'energy');
    expectClose(mpeExponent(reference.muex_result.energy), reference.mpe_exponent, { relative: 1e-12 }, 'exponent');
    expectClose(postJitterNs(reference.muex_result.energy), reference.jitter_ns, { relative: 1e-12 }, 'jitter');
    const { offsets_in_sigma: offsets, weights } = reference.post_jitter_filter;
    expectClose(SMOOTHED_WIDTHS, offsets.at(-1), { relative: 1e-12 }, 'reach of the smoothing');
    for (const [i, weight] of weights.entries()) expectClose(WEIGHTS[i]!, weight, { relative: 1e-12 }, `weight ${i}`);
  });

  it('has nearly the likelihood of the reference where its fits ended', async () => {
    const { data } = await prepared();
    const light = new TableTrackLight(tables.muon, tables.stochastic);
    const likelihood = new SplineMpeLikelihood(data.hits, light, data.energyGev, data.jitterNs);
    const { seed, position, llh } = reference.single_fit;
    likelihood.setDirection(seed.zenith, seed.azimuth);
    const [x, y, z] = position;
    const value = likelihood.evaluate(x, y, z, seed.time);
    expectClose(value, llh, { absolute: 3 }, 'llh of the single fit');
  });

  it('ends near the reference in the directions of nside 1, or far below where that got stuck', async () => {
    const whole = await prepared();
    const fitTask = await reco.createFit(whole);
    const { outcome } = await scanLandscape({
      landscape: { base: 0, bowls: [] },
      progression: [],
      whole: scanSetup({
        metadata: scanMetadata(input().event),
        event: input().event,
        reco,
        input: input(),
        prepared: whole,
        progression: parseProgression(['1:0']),
        threshold: 1,
      }),
      answer: (task: RecoTask) => {
        return { nside: 1, pixel: task.pixel, runtimeS: 1, status: 'done', results: fitTask(task) as RecoResult[] };
      },
    });
    const { pixel, llh } = outcome.result.maps[0]!;
    const above = Array.from(pixel, (p, i) => llh[i]! - reference.nside1_llh[p]!);
    // The right direction; the others fit no track, and each program ends in what minimum it finds.
    expectClose(llh[pixel.indexOf(reference.pointed.pixel)]!, reference.pointed.llh, { absolute: 1 }, 'pointed scan');
    expect(above.filter((difference) => difference < 4).length).toBeGreaterThanOrEqual(9);
    expect(Math.max(...above)).toBeLessThan(15);
    expect(above.reduce((sum, difference) => sum + difference, 0)).toBeLessThan(-150);
  });
});
