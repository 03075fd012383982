/** An event, a scan and a task to make messages of. */
import type { TaskContext } from '../../../src/broker/wire/index.js';
import type { RecoTask } from '../../../src/reco/index.js';

export const event = {
  runId: 136662,
  subRunId: 0,
  eventId: 35405932,
  state: 20,
  start: { year: 2022, tenthNs: 123828921853524946n },
  end: { year: 2022, tenthNs: 123828921853719677n },
};

export const context: TaskContext = {
  scanId: '35405932-1:0-1689867940',
  recoAlgo: 'millipede_wilks',
  formatVersion: '2021a',
  event,
};

export function task(): RecoTask {
  const start = { x: -122.8, y: 1e-300, z: -0, timeNs: 1 / 3, energyGev: Number.NaN };
  return {
    nside: 8,
    pixel: 5,
    zenith: 1.25,
    azimuth: 0.1 + 0.2,
    variations: [
      { variation: 0, seeds: [start] },
      { variation: 3, seeds: [start, { ...start, energyGev: 1e5 }] },
    ],
  };
}
