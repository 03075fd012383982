/**
 * `pandel_mpe`: a muon track by the arrival times of the first photons, without photon tables (likelihood.ts). The
 * cleaning, the seeds and the freedom of the fit are splinempe's (specs/reco-splinempe.md sections 2, 4 and 6). Never
 * present its results under the name splinempe.
 *
 * What it starts from is 14.4 there: light of a cascade at the Cherenkov point, smeared by 15 ns, with an energy-dependent
 * charge exponent. What was changed, each for a measured reason (simulated muons of 20 to 150 TeV whose light comes from
 * Monte Carlo tables, not from this closed form; four real alerts as a check; bench/RESULTS.md has the numbers):
 * - delays of a track's light in place of a cascade's (light/muon-delays.ts);
 * - their width taken 1.25 times and 4 ns of electronics, in place of one smearing for all distances: what the closed form
 *   does not know grows with the distance, and modules near the track keep their precision;
 * - photons counted as the square root of the charge at all energies: later photons of a module err together, and regions
 *   then contain the truth as often as they say; no energy estimate is needed;
 * - a floor of 1e-6 per ns under every density, the share of random pulses that survive the cleaning.
 *
 * Options: `jitter_ns` (electronics), `growth` (factor on the light's own width), `noise_per_ns` (floor of the density),
 * `charge_exponent`.
 */
import { RecoError } from '../../config/index.js';
import { type Detector, domIndices } from '../../detector/index.js';
import type { PulseMap } from '../../event/index.js';
import type { IceModel } from '../../light/index.js';
import {
  CYLINDER_VARIATIONS,
  cleanMuonPulses,
  findVertex,
  hlcTimes,
  splitByLocalCoincidence,
} from '../../prepare/index.js';
import { numberSetting, refuseUnknownSettings } from '../settings.js';
import type { Fit, PreparedEvent, Reco, RecoInput, RecoResult, RecoTask, Seed } from '../types.js';
import { type FirstHits, type LikelihoodSettings, PandelMpeLikelihood } from './likelihood.js';
import { type FittedTrack, Starts } from './starts.js';

/** What the fit needs to know of an event. */
export interface PandelMpeData {
  readonly hits: FirstHits;
  readonly ice: IceModel;
  readonly settings: LikelihoodSettings;
}

/** Thresholds of the seed vertex, PE (2.5). */
const VERTEX_THRESHOLDS_PE = [250, 5];
/** Free parameters of the fit; an event with no more hit modules cannot be fitted. */
const PARAMETERS = 3;

const DEFAULTS = { jitterNs: 4, growth: 1.25, noisePerNs: 1e-6, chargeExponent: 0.5 } as const;
const OPTIONS = ['jitter_ns', 'growth', 'noise_per_ns', 'charge_exponent'];

function prepare(input: RecoInput): PreparedEvent<PandelMpeData> {
  const { event, detector, settings } = input;
  refuseUnknownSettings('pandel_mpe', settings, OPTIONS);
  const jitterNs = numberSetting(settings, 'jitter_ns', DEFAULTS.jitterNs, { min: 1, max: 1000 });
  const noisePerNs = numberSetting(settings, 'noise_per_ns', DEFAULTS.noisePerNs, { min: 1e-18, max: 1 });
  const growth = numberSetting(settings, 'growth', DEFAULTS.growth, { min: 0.1, max: 100 });
  const { hlc } = splitByLocalCoincidence(event.pulses);
  const vertex = findVertex(hlc, detector, VERTEX_THRESHOLDS_PE);
  if (vertex === null) {
    throw new RecoError(
      'reco/bad-event',
      'The event has no more than 5 photo-electrons of coincident pulses within 3 microseconds: no start vertex.',
      'Such an event cannot be scanned with this reconstruction.',
    );
  }
  const muon = cleanMuonPulses(event.pulses, detector);
  const exponent = numberSetting(settings, 'charge_exponent', DEFAULTS.chargeExponent, { min: 0, max: 2 });
  const hits = firstHits(muon.outsideDeepCore, detector, exponent);
  return {
    seedVertex: { x: vertex.x, y: vertex.y, z: vertex.z, timeNs: vertex.timeNs },
    hlcTimes: hlcTimes(hlc, detector),
    data: { hits, ice: input.ice, settings: { jitterNs, growth, noisePerNs } },
    notes: notesOn(hits, input.ice),
  };
}

function notesOn(hits: FirstHits, ice: IceModel): string[] {
  const n = hits.timeNs.length;
  const notes = [`pandel_mpe: first hits of ${n} modules, ice ${ice.name}.`];
  if (n <= PARAMETERS) {
    notes.push(`Insufficient hits: a fit needs more than ${PARAMETERS} modules; the llh of every pixel is NaN.`);
  }
  return notes;
}

/** First pulse and number of photons of every module; charge to the power of `exponent` (5.3). */
function firstHits(pulses: PulseMap, detector: Detector, exponent: number): FirstHits {
  const indices = domIndices(detector, pulses);
  const kept = [...indices.keys()].filter((d) => indices[d]! >= 0 && pulses.first[d]! < pulses.first[d + 1]!);
  const place = (axis: Float64Array): Float64Array => Float64Array.from(kept, (d) => axis[indices[d]!]!);
  const x = place(detector.x);
  const y = place(detector.y);
  const z = place(detector.z);
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  return {
    x,
    y,
    z,
    timeNs: Float64Array.from(kept, (d) => pulses.timeNs[pulses.first[d]!]!),
    photons: Float64Array.from(kept, (d) => photonNumber(moduleCharge(pulses, d), exponent)),
    centre: [mean(x), mean(y), mean(z)],
  };
}

/** Number of photons that count for a charge, 5.5. */
function photonNumber(chargePe: number, exponent: number): number {
  const n = chargePe > 0 ? Math.exp(exponent * Math.log(chargePe)) : 0;
  return n < 1.5 ? 1 : Math.floor(n + 0.5);
}

function moduleCharge(pulses: PulseMap, d: number): number {
  let sum = 0;
  for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) {
    if (!Number.isNaN(pulses.chargePe[p]!)) sum += pulses.chargePe[p]!;
  }
  return sum;
}

/** Fits the variations of a pixel. */
function createFit({ data }: PreparedEvent<PandelMpeData>): Fit {
  const likelihood = new PandelMpeLikelihood(data.hits, data.ice, data.settings);
  const isFittable = data.hits.timeNs.length > PARAMETERS;
  return (task) => {
    likelihood.setDirection(task.zenith, task.azimuth);
    const starts = new Starts(likelihood);
    return task.variations.map(({ variation, seeds }) => {
      const best = isFittable ? starts.best(seeds) : null;
      return toResult(task, variation, best, seeds[0]!);
    });
  };
}

function toResult(task: RecoTask, variation: number, best: FittedTrack | null, first: Seed): RecoResult {
  const { x, y, z, timeNs } = best ?? first;
  return {
    nside: task.nside,
    pixel: task.pixel,
    variation,
    llh: best?.llh ?? Number.NaN,
    x,
    y,
    z,
    timeNs,
    eInGev: Number.NaN,
    eTotGev: Number.NaN,
    energyGev: Number.NaN,
  };
}

export const pandelMpe: Reco<PandelMpeData> = {
  name: 'pandel_mpe',
  about: 'muon track by first-photon times with closed-form light: needs no photon tables',
  variations: CYLINDER_VARIATIONS,
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: true,
  taskUnit: 'pixel',
  prepare,
  createFit,
};
