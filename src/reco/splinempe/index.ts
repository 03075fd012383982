/**
 * `splinempe`: a muon track by the arrival times of first photons with photon tables and the mixture likelihood of
 * likelihood.ts; cleaning, seeds and freedom of the fit are upstream's (specs/reco-splinempe.md). The direction is fixed,
 * the vertex free: two offsets across the track and the time.
 *
 * With our own tables the best track is searched for by gradients, from all starts of a pixel together (search.ts), with
 * IceCube's splines by simplexes (simplex-starts.ts); where `compatible` is asked for, as the reference does
 * (reference-fit.ts).
 *
 * Options: `energy_gev` (instead of the event's own), `exponent`, `jitter_ns`, `compatible` (yes or no).
 */
import { RecoError } from '../../config/index.js';
import type { Detector } from '../../detector/index.js';
import type { DecodedEvent, PulseMap } from '../../event/index.js';
import {
  type IceModel,
  type MuonSplines,
  type MuonTable,
  PhotosplineTrackLight,
  ZenithSlice,
} from '../../light/index.js';
import { CYLINDER_VARIATIONS } from '../../prepare/index.js';
import { firstPulses, MUON_PARAMETERS, notesOnHits, prepareMuon } from '../muon-event.js';
import { firstHits, PANDEL_DEFAULTS } from '../pandel-mpe/hits.js';
import { type FirstHits, PandelMpeLikelihood } from '../pandel-mpe/likelihood.js';
import { resultOf } from '../results.js';
import { numberSetting, refuseUnknownSettings, yesOrNoSetting } from '../settings.js';
import type { Fit, Pointing, PreparedEvent, Reco, RecoInput } from '../types.js';
import { muonEnergy } from './energy.js';
import { type MuonHits, SplineMpeLikelihood } from './likelihood.js';
import { fitVariationsAsReference } from './reference-fit.js';
import { searchTrack } from './search.js';
import { fitVariationsBySimplex } from './simplex-starts.js';
import { mpeExponent, postJitterNs } from './steering.js';
import { TableLikelihood } from './table-likelihood.js';

/** What the fit needs to know of an event. */
export interface SplineMpeData {
  readonly hits: MuonHits;
  readonly energyGev: number;
  readonly jitterNs: number;
  /** Fits as the reference does. */
  readonly isCompatible: boolean;
  readonly light: MuonTables;
  /** What `pandel_mpe` makes of the hits; its closed form leads the search. */
  readonly closedFormHits: FirstHits;
  readonly ice: IceModel;
}

/** IceCube's tables of the light of muons, or ours. */
export type MuonTables =
  | { readonly kind: 'splines'; readonly splines: MuonSplines }
  | { readonly kind: 'tables'; readonly muon: MuonTable; readonly stochastic: MuonTable };

const OPTIONS: Readonly<Record<string, string>> = {
  energy_gev: "muon energy that steers exponent and jitter (the event's own)",
  exponent: 'power of the charge that counts the photons of a module (by the energy)',
  jitter_ns: 'width of the smoothing over time (by the energy)',
  compatible: "yes or no (no): the reference's simplex from every start, for comparisons; slower, and stuck more often",
};
/** splinempe_pointed looks this far around the online fit, degrees. */
const POINTED_DEG = 3.5;
/** The online fits that say where to look, newest realtime format first. */
const ONLINE_FITS = ['l2_online_SplineMPE', 'OnlineL2_SplineMPE'];

async function prepare(name: string, input: RecoInput): Promise<PreparedEvent<SplineMpeData>> {
  const { event, detector, ice, settings } = input;
  refuseUnknownSettings(name, settings, Object.keys(OPTIONS));
  const muon = prepareMuon(event, detector);
  const guess = muonEnergy(event, detector, ice, muon.pulses.cleaned);
  const energyGev = numberSetting(settings, 'energy_gev', guess.energyGev, { min: 0, max: 1e12 });
  const exponent = numberSetting(settings, 'exponent', mpeExponent(energyGev), { min: 0, max: 2 });
  const jitterNs = numberSetting(settings, 'jitter_ns', postJitterNs(energyGev), { min: 0, max: 100 });
  const hits = muonHits(muon.pulses.outsideDeepCore, detector, exponent);
  const { light, about } = await muonTables(name, input);
  const source = settings.energy_gev === undefined ? guess.source : 'the option energy_gev';
  return {
    seedVertex: muon.seedVertex,
    hlcTimes: muon.hlcTimes,
    data: {
      hits,
      energyGev,
      jitterNs,
      isCompatible: yesOrNoSetting(settings, 'compatible', false),
      light,
      closedFormHits: firstHits(muon.pulses.outsideDeepCore, detector, PANDEL_DEFAULTS.chargeExponent),
      ice,
    },
    notes: [
      `${name}: first pulses of ${hits.timeNs.length} modules, ${about}.`,
      `Muon energy ${Math.round(energyGev)} GeV from ${source}: MPE exponent ${exponent.toFixed(3)}, jitter ${jitterNs.toFixed(2)} ns.`,
      ...notesOnHits(hits.timeNs.length),
    ],
  };
}

/** Tables of the light of muons: IceCube's where they are at hand, else ours. */
async function muonTables(name: string, input: RecoInput): Promise<{ light: MuonTables; about: string }> {
  const installed = await input.muonSplines?.();
  if (installed) {
    const { splines, directory } = installed;
    return { light: { kind: 'splines', splines }, about: `IceCube's spline tables in ${directory}` };
  }
  if (input.tables === undefined) {
    throw new RecoError('reco/bad-event', `${name} needs photon tables, and there are none.`, 'Use pandel_mpe.');
  }
  const { muon, stochastic } = await input.tables();
  return { light: { kind: 'tables', muon, stochastic }, about: `photon tables of ${muon.iceModel}` };
}

/** First pulses with the time that all pulses take (5.3). */
function muonHits(pulses: PulseMap, detector: Detector, exponent: number): MuonHits {
  let startNs = Number.POSITIVE_INFINITY;
  let endNs = Number.NEGATIVE_INFINITY;
  for (const time of pulses.timeNs) {
    startNs = Math.min(startNs, time);
    endNs = Math.max(endNs, time);
  }
  // one pulse has no window: keep the densities finite
  return { ...firstPulses(pulses, detector, exponent), startNs, endNs: Math.max(endNs, startNs + 1) };
}

function createFit({ data }: PreparedEvent<SplineMpeData>): Fit {
  const { hits, energyGev, jitterNs, light, isCompatible } = data;
  const isFittable = hits.timeNs.length > MUON_PARAMETERS;
  if (light.kind === 'tables') {
    const slice = new ZenithSlice(light.muon, light.stochastic);
    const smeared = (halfWidthNs: number): TableLikelihood =>
      new TableLikelihood(hits, slice, energyGev, 0, halfWidthNs);
    const likelihood = new TableLikelihood(hits, slice, energyGev, jitterNs);
    if (isCompatible) {
      return (task) => {
        slice.cut(task.zenith);
        likelihood.setDirection(task.zenith, task.azimuth);
        const at = (x: number, y: number, z: number, timeNs: number): number =>
          likelihood.evaluate(likelihood.toParameters(x, y, z, timeNs), null);
        return fitVariationsAsReference(at, task, isFittable);
      };
    }
    const objectives = {
      closedForm: new PandelMpeLikelihood(data.closedFormHits, data.ice, PANDEL_DEFAULTS),
      smeared100: smeared(100),
      smeared30: smeared(30),
      likelihood,
    };
    return (task) => {
      slice.cut(task.zenith);
      for (const objective of Object.values(objectives)) objective.setDirection(task.zenith, task.azimuth);
      const track = isFittable ? searchTrack(objectives, task) : null;
      return task.variations.map((variation) => resultOf(task, variation, track));
    };
  }
  const likelihood = new SplineMpeLikelihood(hits, new PhotosplineTrackLight(light.splines), energyGev, jitterNs);
  return (task) => {
    likelihood.setDirection(task.zenith, task.azimuth);
    return isCompatible
      ? fitVariationsAsReference((x, y, z, timeNs) => likelihood.evaluate(x, y, z, timeNs), task, isFittable)
      : fitVariationsBySimplex(likelihood, task, isFittable);
  };
}

function pointing(event: DecodedEvent): Pointing {
  for (const key of ONLINE_FITS) {
    const fit = event.particles[key];
    if (fit !== undefined && Number.isFinite(fit.zenith) && Number.isFinite(fit.azimuth)) {
      return { zenith: fit.zenith, azimuth: fit.azimuth, radiusRad: (POINTED_DEG * Math.PI) / 180 };
    }
  }
  throw new RecoError(
    'reco/bad-event',
    `splinempe_pointed needs an online fit to point at, and the event has no direction of ${ONLINE_FITS.join(' or ')}.`,
    'Use splinempe, which scans the whole sky; an open event may name a direction in "particles".',
  );
}

const common = {
  variations: CYLINDER_VARIATIONS,
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: true,
  taskUnit: 'pixel',
  options: OPTIONS,
  // Everywhere: in directions where no track fits most pixels are stuck, and a neighbour's fit lowers many of them.
  restartWithinLlh: Number.POSITIVE_INFINITY,
  createFit,
} as const;

export const splineMpe: Reco<SplineMpeData> = {
  ...common,
  name: 'splinempe',
  about: 'muon track by first-photon times with photon tables: the alert reconstruction below about 40 TeV',
  prepare: (input) => prepare('splinempe', input),
};

export const splineMpePointed: Reco<SplineMpeData> = {
  ...common,
  name: 'splinempe_pointed',
  about: `splinempe within ${POINTED_DEG} deg of the online SplineMPE fit`,
  prepare: (input) => prepare('splinempe_pointed', input),
  pointing: ({ event }) => pointing(event),
};
