/**
 * `crash_dummy`: computes what `dummy` computes and then, with a settable probability, fails: evenly an error or an
 * endless loop (specs/reco-splinempe.md section 10). For trying out what a set-up does with bad nodes.
 *
 * Options: `crash_probability` (0 to 1, default 0.5; SKYSCAN_CRASH_DUMMY_PROBABILITY sets it too), `delay_s`.
 */
import { type DummyData, dummyFit, prepareDummy } from './dummy.js';
import { numberSetting, refuseUnknownSettings } from './settings.js';
import type { Fit, PreparedEvent, Reco } from './types.js';

interface CrashDummyData extends DummyData {
  readonly crashProbability: number;
}

function crashDummyFit(data: CrashDummyData): Fit {
  const figures = dummyFit(data);
  return async (task) => {
    const results = await figures(task);
    // Unseeded on purpose: the accident is random, a task tried again may do well. The figures are deterministic.
    const dice = Math.random();
    if (dice >= data.crashProbability) return results;
    if (dice < data.crashProbability / 2) throw new Error('intentional crash-dummy error');
    for (;;) {
      // an intentional endless loop: the task's time-out ends it
    }
  };
}

const OPTIONS: Readonly<Record<string, string>> = {
  crash_probability: 'share of the tasks that fail or hang, 0 to 1 (0.5)',
  delay_s: 'seconds that one task takes (0)',
};

export const crashDummy: Reco<CrashDummyData> = {
  name: 'crash_dummy',
  about: 'like dummy, but fails or hangs now and then: to try out what a set-up does with bad nodes',
  options: OPTIONS,
  variations: [[0, 0, 0]],
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: false,
  taskUnit: 'variation',
  prepare(input): PreparedEvent<CrashDummyData> {
    refuseUnknownSettings('crash_dummy', input.settings, Object.keys(OPTIONS));
    const prepared = prepareDummy(input);
    const crashProbability = numberSetting(input.settings, 'crash_probability', 0.5, { min: 0, max: 1 });
    return { ...prepared, data: { ...prepared.data, crashProbability } };
  },
  createFit: (prepared) => crashDummyFit(prepared.data),
};
