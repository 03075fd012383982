/**
 * `millipede_original` and `millipede_wilks`: a track as a chain of cascades with free energies
 * (specs/reco-millipede.md). For every line the energies are unfolded from the charges in all time bins; the fit moves
 * the line. prepare.ts cleans and bins, table-light.ts says what light to expect, chain.ts judges a line, fit.ts
 * moves it.
 *
 * Options: `compatible`, `jitter_ns`, `tilt`, for wilks `alpha`.
 */
import { RecoError } from '../../config/index.js';
import { type CascadeTable, tiltShift } from '../../light/index.js';
import { CROSS_VARIATIONS, type HlcTimes, hlcTimes, splitByLocalCoincidence } from '../../prepare/index.js';
import type { Fit, PreparedEvent, Reco, RecoInput } from '../types.js';
import { Chain } from './chain.js';
import { fitCompatibly } from './compatible-fit.js';
import { fitVariations } from './fit.js';
import { findSeedVertex, prepareRows } from './prepare.js';
import type { Rows } from './rows.js';
import { type MillipedeSettings, millipedeSettings } from './settings.js';
import { smearedNodes } from './smeared-nodes.js';
import { TableSegmentLight } from './table-light.js';
import { type InstrumentedVolume, instrumentedVolume } from './volume.js';

/** What the fit needs to know of an event. */
export interface MillipedeData {
  readonly settings: MillipedeSettings;
  readonly rows: Rows;
  /** Per module of the rows: how much higher its ice lies than the table's, m. */
  readonly shiftM: Float64Array;
  readonly volume: InstrumentedVolume;
  readonly table: CascadeTable;
}

/** Free parameters of the last pass; an event must have more rows with charge. */
const PARAMETERS = 4;

async function prepare(kind: MillipedeSettings['kind'], input: RecoInput): Promise<PreparedEvent<MillipedeData>> {
  const name = `millipede_${kind}`;
  const { event, detector, ice } = input;
  const settings = millipedeSettings(kind, input.settings);
  const vertex = findSeedVertex(event, detector, kind);
  const rows = prepareRows(event, detector, settings);
  if (rows.lit === 0) {
    throw new RecoError(
      'reco/bad-event',
      `Nothing is left of the event after the exclusions of ${name}: no module with charge.`,
      'Use another reconstruction.',
    );
  }
  if (input.tables === undefined) {
    throw new RecoError('reco/bad-event', `${name} needs photon tables, and there are none.`, 'Use pandel_mpe.');
  }
  const { cascade } = await input.tables();
  const tilt = settings.usesTilt ? ice.tilt : null;
  const shiftM = rows.x.map((x, m) => (tilt === null ? 0 : tiltShift(tilt, x, rows.y[m]!, rows.z[m]!)));
  return {
    seedVertex: { x: vertex.x, y: vertex.y, z: vertex.z, timeNs: vertex.timeNs },
    hlcTimes: kind === 'wilks' ? firstCoincidences(input) : null,
    data: { settings, rows, shiftM, volume: instrumentedVolume(detector), table: cascade },
    notes: [
      `${name}: ${rows.lit} bins with charge and ${rows.charge.length - rows.lit} without in ${rows.x.length} modules, photon table of ${cascade.iceModel}${tilt === null ? '' : ' with tilt'}.`,
      ...(settings.isCompatible ? ["The reference's minimisers and solver are followed step by step: slow."] : []),
    ],
  };
}

function firstCoincidences({ event, detector }: RecoInput): HlcTimes {
  return hlcTimes(splitByLocalCoincidence(event.pulses).hlc, detector);
}

function createFit({ data, seedVertex }: PreparedEvent<MillipedeData>): Fit {
  const { settings, rows, shiftM, volume, table } = data;
  const stored = settings.alpha === null ? rows.lit : rows.charge.length;
  const light = new TableSegmentLight(
    rows,
    table,
    smearedNodes(table, settings.jitterNs),
    stored,
    shiftM,
    settings.isCompatible,
  );
  const chain = new Chain(rows, light, settings);
  const multiplicity = rows.lit + (rows.lit < rows.charge.length ? 1 : 0);
  const fitTask = settings.isCompatible ? fitCompatibly : fitVariations;
  return (task) => fitTask(chain, volume, settings, task, multiplicity > PARAMETERS, seedVertex);
}

export const millipedeOriginal: Reco<MillipedeData> = {
  name: 'millipede_original',
  about: 'a chain of cascades along the track, Poisson likelihood: the alert reconstruction until 2024',
  variations: CROSS_VARIATIONS,
  rotatesVertex: false,
  refinesTime: false,
  addsFallbackSeed: false,
  taskUnit: 'pixel',
  prepare: (input) => prepare('original', input),
  createFit,
};

export const millipedeWilks: Reco<MillipedeData> = {
  name: 'millipede_wilks',
  about: 'a chain of cascades along the track, softened likelihood: the alert reconstruction above about 40 TeV',
  variations: [[0, 0, 0]],
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: true,
  taskUnit: 'pixel',
  prepare: (input) => prepare('wilks', input),
  createFit,
};
