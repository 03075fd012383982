/**
 * `dummy`: no physics. Every figure is a deterministic function of event, nside, pixel and variation, so that engine,
 * broker and clients can be exercised and compared (specs/reco-splinempe.md section 10; upstream's is random).
 *
 * Options: `delay_s` (seconds that one task takes, default 0).
 */
import { hlcTimes, splitByLocalCoincidence } from '../prepare/index.js';
import { uniformFromIntegers } from './hash.js';
import { numberSetting, refuseUnknownSettings } from './settings.js';
import type { Fit, PreparedEvent, Reco, RecoInput, RecoResult } from './types.js';

/** What a dummy fit needs to know. */
export interface DummyData {
  readonly runId: number;
  readonly eventId: number;
  readonly delayS: number;
}

/** Prepares any event: seed vertex at the origin at time 0. */
export function prepareDummy(input: RecoInput): PreparedEvent<DummyData> {
  const { header, pulses } = input.event;
  return {
    seedVertex: { x: 0, y: 0, z: 0, timeNs: 0 },
    hlcTimes: hlcTimes(splitByLocalCoincidence(pulses).hlc, input.detector),
    data: {
      runId: header.runId,
      eventId: header.eventId,
      delayS: numberSetting(input.settings, 'delay_s', 0, { min: 0, max: 86_400 }),
    },
    notes: ['dummy: figures without physics'],
  };
}

/** The "fit": uniform numbers in [0, 1) for llh, position, time and energies. */
export function dummyFit(data: DummyData): Fit {
  return async (task) => {
    if (data.delayS > 0) await new Promise<void>((resolve) => setTimeout(resolve, data.delayS * 1000));
    return task.variations.map(({ variation }): RecoResult => {
      const draw = (which: number): number =>
        uniformFromIntegers(data.runId, data.eventId, task.nside, task.pixel, variation, which);
      return {
        nside: task.nside,
        pixel: task.pixel,
        variation,
        llh: draw(0),
        x: draw(1),
        y: draw(2),
        z: draw(3),
        timeNs: draw(4),
        eInGev: draw(5),
        eTotGev: draw(6),
        energyGev: draw(7),
      };
    });
  };
}

const OPTIONS: Readonly<Record<string, string>> = { delay_s: 'seconds that one task takes (0)' };

export const dummy: Reco<DummyData> = {
  name: 'dummy',
  about: 'no physics: deterministic figures, to try out a set-up',
  options: OPTIONS,
  variations: [[0, 0, 0]],
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: false,
  taskUnit: 'variation',
  prepare(input) {
    refuseUnknownSettings('dummy', input.settings, Object.keys(OPTIONS));
    return prepareDummy(input);
  },
  createFit: (prepared) => dummyFit(prepared.data),
};
