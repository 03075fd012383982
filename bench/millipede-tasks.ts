/** Millipede's tasks on shared events, as a scan has them: for millipede.ts and compatible.ts. */
import type { DecodedEvent } from '../src/event/index.js';
import { loadIceModel } from '../src/light/index.js';
import { loadEvent } from '../src/node/files/load-event.js';
import { loadPhotonTables } from '../src/node/files/photon-tables.js';
import { readResource } from '../src/node/files/resources.js';
import { refineSeedTime } from '../src/prepare/index.js';
import { type Fit, findReco, type PreparedEvent, type Reco, type RecoTask } from '../src/reco/index.js';
import { type CoarserFit, taskOf as scanTask } from '../src/scan/seeds.js';
import { skyFrame } from '../src/sky/index.js';

/** The reference data beside the checkout. */
export const DATA = '../shared/data';

/** A reco with an event, ready to fit. */
export interface Bench {
  readonly event: DecodedEvent;
  readonly reco: Reco<unknown>;
  readonly prepared: PreparedEvent;
  readonly fitTask: Fit;
}

/** Prepares `millipede_<kind>` for an event of the reference data. */
export async function benchOf(kind: string, file: string, settings: Record<string, string>): Promise<Bench> {
  const { event, detector } = await loadEvent(`${DATA}/events/${file}`, {});
  const reco = findReco(`millipede_${kind}`);
  const ice = await loadIceModel(readResource, 'spice_mie');
  const tables = (): ReturnType<typeof loadPhotonTables> => loadPhotonTables('spice_mie');
  const prepared: PreparedEvent = await reco.prepare({ event, detector, ice, settings, tables });
  return { event, reco, prepared, fitTask: await reco.createFit(prepared) };
}

/** The task of a pixel, as a scan has it: from the event's own vertex, or from where the fit of a coarser pixel ended. */
export function pixelTask(bench: Bench, nside: number, pixel: number, coarser: CoarserFit | null = null): RecoTask {
  const { event, reco, prepared } = bench;
  const source = { rules: reco, frame: skyFrame(event.header.mjd), ...prepared };
  return scanTask(source, nside, pixel, [...reco.variations.keys()], coarser);
}

/** A task of any direction. */
export function taskOf(
  { seedVertex, hlcTimes }: PreparedEvent,
  variations: readonly (readonly [number, number, number])[],
  nside: number,
  pixel: number,
  zenith: number,
  azimuth: number,
): RecoTask {
  const seeds = variations.map(([dx, dy, dz], variation) => {
    const [x, y, z] = [seedVertex.x + dx, seedVertex.y + dy, seedVertex.z + dz];
    const timeNs =
      hlcTimes === null ? seedVertex.timeNs : refineSeedTime(hlcTimes, x, y, z, zenith, azimuth, seedVertex.timeNs);
    return { variation, seeds: [{ x, y, z, timeNs, energyGev: Number.NaN }] };
  });
  return { nside, pixel, zenith, azimuth, variations: seeds };
}
