/**
 * Evaluations of likelihoods leave nothing for the garbage collector but a few numbers: neither objects nor, which is easily
 * overlooked, numbers that are boxed on their way through functions.
 */
import { beforeAll, expect, it } from 'vitest';
import type { Detector } from '../../src/detector/index.js';
import { decodeTables, type IceModel, loadIceModel, type PhotonTables, ZenithSlice } from '../../src/light/index.js';
import { findReco, type PreparedEvent } from '../../src/reco/index.js';
import { Chain } from '../../src/reco/millipede/chain.js';
import { type MillipedeData, segmentLight } from '../../src/reco/millipede/index.js';
import type { PandelMpeData } from '../../src/reco/pandel-mpe/index.js';
import { PandelMpeLikelihood } from '../../src/reco/pandel-mpe/likelihood.js';
import type { SplineMpeData } from '../../src/reco/splinempe/index.js';
import { TableLikelihood } from '../../src/reco/splinempe/table-likelihood.js';
import { builtinIc86, readResource } from '../prepare/decoded.js';
import { type Track, trackEvent } from './events.js';

const TRACK: Track = { zenith: 1.4, azimuth: 0.7, x: 40, y: -30, z: -330, timeNs: 12_000 };
/** What a call may leave, bytes: some of its numbers come back in boxes of 16. */
const FEW = 2000;
const BATCHES = 15;
const CALLS = 10;
/** The engine's compiler needs a while, the longer the busier the machine is. */
const PATIENCE_MS = 45_000;

/** Bytes that a call leaves, once the engine has compiled it. */
async function bytesPerCall(call: (i: number) => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  const deadline = performance.now() + PATIENCE_MS;
  while (!(least < FEW) && performance.now() < deadline) {
    const batches = Array.from({ length: BATCHES }, () => {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < CALLS; i++) call(i);
      return (process.memoryUsage().heapUsed - before) / CALLS;
    });
    // A collection in between makes a batch or two negative.
    batches.sort((a, b) => a - b);
    least = Math.min(least, batches[BATCHES >> 1]!);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return least;
}

let ic86: Detector;
let ice: IceModel;
let tables: PhotonTables;
beforeAll(async () => {
  [ic86, ice] = await Promise.all([builtinIc86(), loadIceModel(readResource)]);
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
});

async function prepared<D>(name: string): Promise<PreparedEvent<D>> {
  const input = { event: trackEvent(ic86, TRACK), detector: ic86, ice, settings: {}, tables: async () => tables };
  return (await findReco(name).prepare(input)) as PreparedEvent<D>;
}

it.each(['original', 'wilks'])('millipede_%s: values and derivatives', async (kind) => {
  const { data } = await prepared<MillipedeData>(`millipede_${kind}`);
  const { rows, settings } = data;
  const chain = new Chain(rows, segmentLight(data, settings.alpha === null ? rows.lit : rows.charge.length), settings);
  const { zenith, azimuth, x, y, z, timeNs } = TRACK;
  chain.setDirection(zenith, azimuth);
  chain.survey(x, y, z, timeNs, settings.coarseSpacingM, false);
  const gradient = new Float64Array(4);
  const curvature = new Float64Array(16);
  const calls = {
    evaluate: (i: number): void => void chain.evaluate(x + 0.1 * i, y, z, timeNs + i),
    derive: (): void => chain.derive(gradient, curvature),
  };
  for (const [name, call] of Object.entries(calls)) expect(await bytesPerCall(call), name).toBeLessThan(FEW);
});

it('splinempe: values with and without gradients', async () => {
  const { data } = await prepared<SplineMpeData>('splinempe');
  if (data.light.kind !== 'tables') throw new Error('not our own tables');
  const slice = new ZenithSlice(data.light.muon, data.light.stochastic);
  const likelihood = new TableLikelihood(data.hits, slice, data.energyGev, data.jitterNs);
  slice.cut(TRACK.zenith);
  likelihood.setDirection(TRACK.zenith, TRACK.azimuth);
  const at = likelihood.toParameters(TRACK.x, TRACK.y, TRACK.z, TRACK.timeNs);
  for (const gradient of [null, new Float64Array(3)]) {
    const evaluate = (i: number): void => {
      at[0] = 0.1 * i;
      likelihood.evaluate(at, gradient);
    };
    expect(await bytesPerCall(evaluate), gradient === null ? 'value' : 'gradient').toBeLessThan(FEW);
  }
});

it('pandel_mpe: values with gradients', async () => {
  const { data } = await prepared<PandelMpeData>('pandel_mpe');
  const likelihood = new PandelMpeLikelihood(data.hits, data.ice, data.settings);
  likelihood.setDirection(TRACK.zenith, TRACK.azimuth);
  const at = likelihood.toParameters(TRACK.x, TRACK.y, TRACK.z, TRACK.timeNs);
  const gradient = new Float64Array(3);
  const evaluate = (i: number): void => {
    at[0] = 0.1 * i;
    likelihood.evaluate(at, gradient);
  };
  expect(await bytesPerCall(evaluate)).toBeLessThan(FEW);
});
