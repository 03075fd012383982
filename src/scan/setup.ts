/** What a scan is given. */
import { RecoError } from '../config/index.js';
import type { HlcTimes } from '../prepare/index.js';
import type { Pointing, Reco, Vertex } from '../reco/index.js';
import type { ScanMetadata } from '../result/index.js';
import { raDecOf, type Site, type SkyFrame, skyFrame } from '../sky/index.js';
import type { PointedDisc } from './choose-pixels.js';
import type { ScanListener } from './events.js';
import { MOST_VARIATIONS } from './pixel-table.js';
import { checkProgression, type Progression } from './progression.js';
import type { RestartRules } from './restarts.js';
import { ScanState } from './scan-state.js';
import { checkThreshold } from './thresholds.js';

/** The part of a reco that the engine needs: it chooses seeds, the fits happen at the clients. */
export type ScanReco = Pick<
  Reco,
  | 'name'
  | 'variations'
  | 'rotatesVertex'
  | 'refinesTime'
  | 'addsFallbackSeed'
  | 'taskUnit'
  | 'restartWithinLlh'
  | 'restartAll'
>;

/** A scan, up to the start. Plain data. */
export interface ScanSetup {
  /** Which event; its `mjd` and the site turn sky pixels into directions. */
  readonly metadata: Omit<ScanMetadata, 'complete'>;
  /** Where the telescope stands. Default: IceCube's site. */
  readonly site?: Site;
  readonly reco: ScanReco;
  /** Restricts the first nside to a disc; null for the whole sky. */
  readonly pointing: Pointing | null;
  /** Where fits of the coarsest pixels start. */
  readonly seedVertex: Vertex;
  /** First HLC pulses; needed where `reco.refinesTime`. */
  readonly hlcTimes: HlcTimes | null;
  readonly progression: Progression;
  /**
   * Predictive scanning threshold in [0.1, 1]: the finished fraction of an nside at which the next may start. At 1 the
   * result is the same whatever the number and speed of workers; below, it may depend on the order of arrival.
   */
  readonly threshold: number;
  /**
   * Order in which the pixels of a round are sent. Default: ascending at threshold 1; shuffled below (ascending is the
   * worst there, since the minimum would be approached step by step and every step opens new pixels). The shuffle is
   * seeded with run and event number. Change it to compare with other scans pixel by pixel.
   */
  readonly order?: 'ascending' | 'shuffled';
}

/** The state machine of a scan, before its first round. Throws `ConfigError` and `RecoError` for a bad setup. */
export function stateOf(setup: ScanSetup, listen: ScanListener | null): ScanState {
  const { metadata, reco, pointing, threshold } = setup;
  checkProgression(setup.progression);
  checkThreshold(threshold);
  const variations = reco.variations.length;
  if (variations < 1 || variations > MOST_VARIATIONS) {
    throw new RecoError(
      'reco/bad-module',
      `${reco.name} has ${variations} vertex variations`,
      `A reconstruction has 1 to ${MOST_VARIATIONS} of them.`,
    );
  }
  const frame = skyFrame(metadata.mjd, setup.site);
  const order = setup.order ?? (threshold === 1 ? 'ascending' : 'shuffled');
  return new ScanState(
    {
      seedSource: { rules: reco, frame, seedVertex: setup.seedVertex, hlcTimes: setup.hlcTimes },
      taskUnit: reco.taskUnit,
      progression: setup.progression,
      threshold,
      restarts: restartRules(reco),
      pointed: pointing === null ? null : pointedDisc(frame, pointing),
      shuffleSeeds: order === 'shuffled' ? [metadata.runId, metadata.eventId] : null,
    },
    listen,
  );
}

function restartRules({ restartWithinLlh, restartAll }: ScanReco): RestartRules | null {
  return restartWithinLlh === undefined ? null : { withinLlh: restartWithinLlh, all: restartAll ?? [] };
}

function pointedDisc(frame: SkyFrame, { zenith, azimuth, radiusRad }: Pointing): PointedDisc {
  return { ...raDecOf(frame, zenith, azimuth), radiusRad };
}
