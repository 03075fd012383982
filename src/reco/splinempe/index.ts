/**
 * `splinempe`: a muon track by the arrival times of first photons with photon tables and the mixture likelihood of
 * likelihood.ts; cleaning, seeds and freedom of the fit are upstream's (specs/reco-splinempe.md). The direction is fixed,
 * the vertex free: two offsets across the track and the time.
 *
 * Options: `energy_gev` (instead of the event's own), `exponent`, `jitter_ns`.
 */
import { RecoError } from '../../config/index.js';
import { type Detector, domIndices } from '../../detector/index.js';
import type { DecodedEvent, PulseMap } from '../../event/index.js';
import { type MuonSplines, type MuonTable, PhotosplineTrackLight, TableTrackLight } from '../../light/index.js';
import {
  CYLINDER_VARIATIONS,
  cleanMuonPulses,
  findVertex,
  hlcTimes,
  splitByLocalCoincidence,
} from '../../prepare/index.js';
import { numberSetting, refuseUnknownSettings } from '../settings.js';
import type { Fit, Pointing, PreparedEvent, Reco, RecoInput } from '../types.js';
import { muonEnergy } from './energy.js';
import { type MuonHits, SplineMpeLikelihood } from './likelihood.js';
import { fitVariations } from './starts.js';
import { mpeExponent, postJitterNs } from './steering.js';

/** What the fit needs to know of an event. */
export interface SplineMpeData {
  readonly hits: MuonHits;
  readonly energyGev: number;
  readonly jitterNs: number;
  readonly light: MuonTables;
}

/** IceCube's tables of the light of muons, or ours. */
export type MuonTables =
  | { readonly kind: 'splines'; readonly splines: MuonSplines }
  | { readonly kind: 'tables'; readonly muon: MuonTable; readonly stochastic: MuonTable };

/** Thresholds of the seed vertex, PE (2.5). */
const VERTEX_THRESHOLDS_PE = [250, 5];
/** Free parameters of the fit; an event with no more hit modules cannot be fitted. */
const PARAMETERS = 3;
const OPTIONS = ['energy_gev', 'exponent', 'jitter_ns'];
/** splinempe_pointed looks this far around the online fit, degrees. */
const POINTED_DEG = 3.5;
/** The online fits that say where to look, newest realtime format first. */
const ONLINE_FITS = ['l2_online_SplineMPE', 'OnlineL2_SplineMPE'];

async function prepare(name: string, input: RecoInput): Promise<PreparedEvent<SplineMpeData>> {
  const { event, detector, ice, settings } = input;
  refuseUnknownSettings(name, settings, OPTIONS);
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
  const guess = muonEnergy(event, detector, ice, muon.cleaned);
  const energyGev = numberSetting(settings, 'energy_gev', guess.energyGev, { min: 0, max: 1e12 });
  const exponent = numberSetting(settings, 'exponent', mpeExponent(energyGev), { min: 0, max: 2 });
  const jitterNs = numberSetting(settings, 'jitter_ns', postJitterNs(energyGev), { min: 0, max: 100 });
  const hits = muonHits(muon.outsideDeepCore, detector, exponent);
  const { light, about } = await muonTables(name, input);
  const source = settings.energy_gev === undefined ? guess.source : 'the option energy_gev';
  return {
    seedVertex: { x: vertex.x, y: vertex.y, z: vertex.z, timeNs: vertex.timeNs },
    hlcTimes: hlcTimes(hlc, detector),
    data: { hits, energyGev, jitterNs, light },
    notes: [
      `${name}: first pulses of ${hits.timeNs.length} modules, ${about}.`,
      `Muon energy ${Math.round(energyGev)} GeV from ${source}: MPE exponent ${exponent.toFixed(3)}, jitter ${jitterNs.toFixed(2)} ns.`,
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

/** First pulse and charge of every module (5.3). */
function muonHits(pulses: PulseMap, detector: Detector, exponent: number): MuonHits {
  const indices = domIndices(detector, pulses);
  const kept = [...indices.keys()].filter((d) => indices[d]! >= 0 && pulses.first[d]! < pulses.first[d + 1]!);
  const place = (axis: Float64Array): Float64Array => Float64Array.from(kept, (d) => axis[indices[d]!]!);
  let startNs = Number.POSITIVE_INFINITY;
  let endNs = Number.NEGATIVE_INFINITY;
  for (const time of pulses.timeNs) {
    startNs = Math.min(startNs, time);
    endNs = Math.max(endNs, time);
  }
  return {
    x: place(detector.x),
    y: place(detector.y),
    z: place(detector.z),
    timeNs: Float64Array.from(kept, (d) => pulses.timeNs[pulses.first[d]!]!),
    photons: Float64Array.from(kept, (d) => {
      const charge = moduleCharge(pulses, d);
      return charge > 0 ? Math.exp(exponent * Math.log(charge)) : 0;
    }),
    startNs,
    // one pulse has no window: keep the densities finite
    endNs: Math.max(endNs, startNs + 1),
  };
}

function moduleCharge(pulses: PulseMap, d: number): number {
  let sum = 0;
  for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) {
    if (!Number.isNaN(pulses.chargePe[p]!)) sum += pulses.chargePe[p]!;
  }
  return sum;
}

function createFit({ data }: PreparedEvent<SplineMpeData>): Fit {
  const light =
    data.light.kind === 'splines'
      ? new PhotosplineTrackLight(data.light.splines)
      : new TableTrackLight(data.light.muon, data.light.stochastic);
  const likelihood = new SplineMpeLikelihood(data.hits, light, data.energyGev, data.jitterNs);
  const isFittable = data.hits.timeNs.length > PARAMETERS;
  return (task) => fitVariations(likelihood, task, isFittable);
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
    `splinempe_pointed needs an online fit to point at, and the event has none of ${ONLINE_FITS.join(', ')}.`,
    'Use splinempe, which scans the whole sky.',
  );
}

const common = {
  variations: CYLINDER_VARIATIONS,
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: true,
  taskUnit: 'pixel',
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
