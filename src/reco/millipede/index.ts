/**
 * `millipede_original` and `millipede_wilks`: a track as a chain of cascades with free energies
 * (specs/reco-millipede.md). For every line the energies are unfolded from the charges in all time bins; the fit moves
 * the line. `monopod`: the same with a single cascade. prepare.ts cleans and bins, table-light.ts (with IceCube's spline
 * tables cascade-segment-light.ts) says what light to expect, chain.ts judges a line, fit.ts moves it, or
 * compatible-fit.ts does as the reference; point-fit.ts moves the single cascade.
 */
import { RecoError } from '../../config/index.js';
import { type CascadeTable, type LightSplines, PhotosplineCascadeLight, tiltShifts } from '../../light/index.js';
import { CROSS_VARIATIONS, type HlcTimes, hlcTimes, splitByLocalCoincidence } from '../../prepare/index.js';
import type { Fit, PreparedEvent, Reco, RecoInput } from '../types.js';
import { CascadeSegmentLight } from './cascade-segment-light.js';
import { Chain } from './chain.js';
import { fitCompatibly } from './compatible-fit.js';
import { fitVariations } from './fit.js';
import type { SegmentLight } from './light.js';
import { fitPoint } from './point-fit.js';
import { findSeedVertex, prepareRows } from './prepare.js';
import type { Rows } from './rows.js';
import { type MillipedeSettings, millipedeSettings, monopodSettings } from './settings.js';
import { HALF_WIDTH, smearedNodes } from './smeared-nodes.js';
import { TableSegmentLight } from './table-light.js';
import { type InstrumentedVolume, instrumentedVolume } from './volume.js';

/** What the fit needs to know of an event. */
export interface MillipedeData {
  readonly settings: MillipedeSettings;
  readonly rows: Rows;
  /** Per module of the rows: how much higher its ice lies than the table's, m. */
  readonly shiftM: Float64Array;
  readonly volume: InstrumentedVolume;
  readonly light: CascadeTables;
}

/** IceCube's tables of the light of cascades, or ours. */
type CascadeTables =
  | { readonly kind: 'splines'; readonly splines: LightSplines }
  | { readonly kind: 'tables'; readonly table: CascadeTable };

/**
 * Pixels this close to the minimum are fitted again from a neighbour's vertex where they stand out: what the levels of
 * IceCube's regions reach (64.2 / 2), and some more; for `monopod` what Wilks' do (4.61 / 2).
 */
const RESTART_WITHIN_LLH = { original: 35, wilks: 35, monopod: 10 } as const;
/**
 * `wilks` has one variation, and so one chance to find its valley: in large pixels all are fitted once more from their
 * neighbours, where pixels are smaller only those that IceCube's regions reach.
 */
const RESTART_ALL_OF_WILKS = [
  { nside: 256, withinLlh: RESTART_WITHIN_LLH.wilks, neighbours: 8 },
  { nside: 16, withinLlh: Number.POSITIVE_INFINITY, neighbours: 3 },
];

/** Free parameters of the last pass; an event must have more rows with charge. */
const PARAMETERS = 4;

async function prepare(
  name: string,
  settings: MillipedeSettings,
  input: RecoInput,
): Promise<PreparedEvent<MillipedeData>> {
  const { event, detector, ice } = input;
  const { kind } = settings;
  const vertex = findSeedVertex(event, detector, settings);
  const rows = prepareRows(event, detector, settings);
  if (rows.lit === 0) {
    throw new RecoError(
      'reco/bad-event',
      `Nothing is left of the event after the exclusions of ${name}: no module with charge.`,
      'Use another reconstruction.',
    );
  }
  const { light, about } = await cascadeTables(name, input);
  const tilt = settings.usesTilt ? ice.tilt : null;
  const shiftM = tiltShifts(tilt, rows.x, rows.y, rows.z);
  return {
    seedVertex: { x: vertex.x, y: vertex.y, z: vertex.z, timeNs: vertex.timeNs },
    hlcTimes: kind === 'wilks' ? firstCoincidences(input) : null,
    data: { settings, rows, shiftM, volume: instrumentedVolume(detector), light },
    notes: [
      `${name}: ${rows.lit} bins with charge and ${rows.charge.length - rows.lit} without in ${rows.x.length} modules, ${about}${tilt === null ? '' : ' with tilt'}.`,
      ...(settings.isCompatible ? ["The reference's minimisers and solver are followed step by step: slow."] : []),
    ],
  };
}

/** Tables of the light of cascades: IceCube's where they are at hand, else ours. */
async function cascadeTables(name: string, input: RecoInput): Promise<{ light: CascadeTables; about: string }> {
  const theirs = (await input.cascadeSplines?.()) ?? null;
  if (theirs !== null) {
    const { splines, directory } = theirs;
    return { light: { kind: 'splines', splines }, about: `IceCube's spline tables in ${directory}` };
  }
  if (input.tables === undefined) {
    throw new RecoError('reco/bad-event', `${name} needs photon tables, and there are none.`, 'Use pandel_mpe.');
  }
  const { cascade: table } = await input.tables();
  return { light: { kind: 'tables', table }, about: `photon table of ${table.iceModel}` };
}

function firstCoincidences({ event, detector }: RecoInput): HlcTimes {
  return hlcTimes(splitByLocalCoincidence(event.pulses).hlc, detector);
}

/** The light of cascades in the rows of an event; rows up to `stored` one by one. */
export function segmentLight({ light, rows, shiftM, settings }: MillipedeData, stored: number): SegmentLight {
  if (light.kind === 'splines') {
    const halfWidthNs = HALF_WIDTH * settings.jitterNs;
    return new CascadeSegmentLight(rows, new PhotosplineCascadeLight(light.splines, halfWidthNs), stored, shiftM);
  }
  const smeared = smearedNodes(light.table, settings.jitterNs);
  return new TableSegmentLight(rows, light.table, smeared, stored, shiftM, settings.isCompatible);
}

function createFit({ data, seedVertex }: PreparedEvent<MillipedeData>): Fit {
  const { settings, rows, volume } = data;
  const stored = settings.alpha === null ? rows.lit : rows.charge.length;
  const light = segmentLight(data, stored);
  const chain = new Chain(rows, light, settings);
  const multiplicity = rows.lit + (rows.lit < rows.charge.length ? 1 : 0);
  const isFittable = multiplicity > PARAMETERS;
  if (settings.isPoint) return (task) => fitPoint(chain, volume, settings, task, isFittable, seedVertex);
  const fitTask = settings.isCompatible ? fitCompatibly : fitVariations;
  return (task) => fitTask(chain, volume, settings, task, isFittable, seedVertex);
}

const OPTIONS = {
  bin_ns: 'width of time bins, ns (0); 0: Bayesian blocks, as the reference has them',
  compatible: "yes or no (no): follow the reference's minimisers and solver step by step, for comparisons; slow",
  jitter_ns: 'time resolution of modules and electronics, ns (2)',
} as const;
const TILT_BY_DEFAULT = "yes or no (yes): use the tilt of the ice's layers";

export const millipedeOriginal: Reco<MillipedeData> = {
  name: 'millipede_original',
  about: 'a chain of cascades along the track, Poisson likelihood: the alert reconstruction until 2024',
  options: { ...OPTIONS, tilt: "yes or no (no): use the tilt of the ice's layers" },
  variations: CROSS_VARIATIONS,
  rotatesVertex: false,
  refinesTime: false,
  addsFallbackSeed: false,
  taskUnit: 'pixel',
  restartWithinLlh: RESTART_WITHIN_LLH.original,
  prepare: async (input) => prepare('millipede_original', millipedeSettings('original', input.settings), input),
  createFit,
};

export const millipedeWilks: Reco<MillipedeData> = {
  name: 'millipede_wilks',
  about: 'a chain of cascades along the track, softened likelihood: the alert reconstruction above about 40 TeV',
  options: {
    ...OPTIONS,
    tilt: TILT_BY_DEFAULT,
    alpha:
      "1 to 2 (2): shape of the softened likelihood, IceCube's is 2; smaller means flatter maps and larger regions",
  },
  variations: [[0, 0, 0]],
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: true,
  taskUnit: 'pixel',
  restartWithinLlh: RESTART_WITHIN_LLH.wilks,
  restartAll: RESTART_ALL_OF_WILKS,
  prepare: async (input) => prepare('millipede_wilks', millipedeSettings('wilks', input.settings), input),
  createFit,
};

export const monopod: Reco<MillipedeData> = {
  name: 'monopod',
  about: "a single cascade, with millipede_original's data and likelihood: for cascades",
  options: {
    bin_ns: 'width of time bins, ns (25); 0: Bayesian blocks, as millipede_original has them',
    jitter_ns: 'width of the smearing of times, ns (5)',
    tilt: TILT_BY_DEFAULT,
  },
  variations: [[0, 0, 0]],
  rotatesVertex: false,
  refinesTime: false,
  addsFallbackSeed: false,
  taskUnit: 'pixel',
  restartWithinLlh: RESTART_WITHIN_LLH.monopod,
  prepare: async (input) => prepare('monopod', monopodSettings(input.settings), input),
  createFit,
};
