/**
 * `pandel_mpe`: a muon track by the arrival times of the first photons, without photon tables (likelihood.ts). The
 * cleaning, the seeds and the freedom of the fit are splinempe's (specs/reco-splinempe.md sections 2, 4 and 6). Never
 * present its results under the name splinempe.
 *
 * What it starts from is 14.4 there: light of a cascade at the Cherenkov point, smeared by 15 ns, with an energy-dependent
 * charge exponent. What was changed, each because simulated muons of 20 to 150 TeV asked for it, whose light comes from
 * Monte Carlo tables and tilted ice (bench/coverage.ts; numbers in bench/RESULTS.md; real alerts were a check):
 * - delays of a track's light in place of a cascade's (light/muon-delays.ts);
 * - their width taken 1.5 times and 4 ns of electronics, in place of one smearing for all distances: what the closed form
 *   does not know grows with the distance, and modules near the track keep their precision;
 * - photons counted as the square root of the charge at all energies, because the photons of a module err together; no
 *   energy estimate is needed;
 * - a floor of 1e-5 per ns under every density: random pulses that survive the cleaning, late light of single losses.
 * The plain map's 50 and 90 % regions then hold the truth of 45 and 85 % of such muons (27 and 65 % with the exponent and
 * jitter of 5.2). Of muons above 150 TeV they hold 24 and 54 %: there the closed form, not chance, limits the fit, and only
 * the blur of the published map (100 %) makes up for it.
 *
 * Options: `jitter_ns` (electronics), `growth` (factor on the light's own width), `noise_per_ns` (floor of the density),
 * `charge_exponent`.
 */
import type { IceModel } from '../../light/index.js';
import { CYLINDER_VARIATIONS } from '../../prepare/index.js';
import { MUON_PARAMETERS, notesOnHits, prepareMuon, RESTART_WITHIN_LLH } from '../muon-event.js';
import { numberSetting, refuseUnknownSettings } from '../settings.js';
import { fitVariations } from '../starts.js';
import type { Fit, PreparedEvent, Reco, RecoInput } from '../types.js';
import { firstHits, PANDEL_DEFAULTS } from './hits.js';
import { type FirstHits, type LikelihoodSettings, PandelMpeLikelihood } from './likelihood.js';

/** What the fit needs to know of an event. */
export interface PandelMpeData {
  readonly hits: FirstHits;
  readonly ice: IceModel;
  readonly settings: LikelihoodSettings;
}

const OPTIONS: Readonly<Record<string, string>> = {
  jitter_ns: `width of the smearing by the electronics (${PANDEL_DEFAULTS.jitterNs})`,
  growth: `factor on the width with which the light itself is smeared (${PANDEL_DEFAULTS.growth})`,
  noise_per_ns: `floor of the density of a hit (${PANDEL_DEFAULTS.noisePerNs})`,
  charge_exponent: `power of the charge that counts the photons of a module (${PANDEL_DEFAULTS.chargeExponent})`,
};

function prepare(input: RecoInput): PreparedEvent<PandelMpeData> {
  const { event, detector, settings } = input;
  refuseUnknownSettings('pandel_mpe', settings, Object.keys(OPTIONS));
  const jitterNs = numberSetting(settings, 'jitter_ns', PANDEL_DEFAULTS.jitterNs, { min: 1, max: 1000 });
  const noisePerNs = numberSetting(settings, 'noise_per_ns', PANDEL_DEFAULTS.noisePerNs, { min: 1e-18, max: 1 });
  const growth = numberSetting(settings, 'growth', PANDEL_DEFAULTS.growth, { min: 0.1, max: 100 });
  const muon = prepareMuon(event, detector);
  const exponent = numberSetting(settings, 'charge_exponent', PANDEL_DEFAULTS.chargeExponent, { min: 0, max: 2 });
  const hits = firstHits(muon.pulses.outsideDeepCore, detector, exponent);
  const n = hits.timeNs.length;
  return {
    seedVertex: muon.seedVertex,
    hlcTimes: muon.hlcTimes,
    data: { hits, ice: input.ice, settings: { jitterNs, growth, noisePerNs } },
    notes: [`pandel_mpe: first hits of ${n} modules, ice ${input.ice.name}.`, ...notesOnHits(n)],
  };
}

/** Fits the variations of a pixel. */
function createFit({ data }: PreparedEvent<PandelMpeData>): Fit {
  const likelihood = new PandelMpeLikelihood(data.hits, data.ice, data.settings);
  const isFittable = data.hits.timeNs.length > MUON_PARAMETERS;
  return (task) => {
    likelihood.setDirection(task.zenith, task.azimuth);
    return fitVariations(likelihood, task, isFittable);
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
  options: OPTIONS,
  restartWithinLlh: RESTART_WITHIN_LLH,
  prepare,
  createFit,
};
