/** An event prepared for a reco: what a scan does once, and every client again for itself. */
import { type ReadResource, RecoError, SkymapError } from '../config/index.js';
import type { Detector } from '../detector/index.js';
import type { DecodedEvent } from '../event/index.js';
import { loadIceModel, type PhotonTables } from '../light/index.js';
import type { PreparedEvent, Reco, RecoInput, RecoSettings } from '../reco/index.js';

/** What decides how an event is prepared. */
export interface PrepareOptions {
  readonly event: DecodedEvent;
  readonly detector: Detector;
  readonly settings: RecoSettings;
  /** Name of the ice model; undefined for the default. */
  readonly iceModel?: string | undefined;
}

/** Where light comes from on the machine or page that prepares. */
export interface LightSources {
  readonly readResource: ReadResource;
  /** The photon tables of an ice model. */
  photonTables(iceModel: string): Promise<PhotonTables>;
  /** IceCube's spline tables for an ice model; absent where nobody can have them. */
  muonSplines?(iceModel: string): ReturnType<NonNullable<RecoInput['muonSplines']>>;
  cascadeSplines?(iceModel: string): ReturnType<NonNullable<RecoInput['cascadeSplines']>>;
}

/** Prepares an event. Throws a `SkymapError` where the reco cannot work on it. */
export async function prepareWith(
  light: LightSources,
  reco: Reco,
  { event, detector, settings, iceModel }: PrepareOptions,
): Promise<{ readonly input: RecoInput; readonly prepared: PreparedEvent }> {
  const ice = await loadIceModel(light.readResource, iceModel);
  const input: RecoInput = {
    event,
    detector,
    ice,
    settings,
    tables: () => light.photonTables(ice.name),
    ...(light.muonSplines === undefined ? {} : { muonSplines: () => light.muonSplines!(ice.name) }),
    ...(light.cascadeSplines === undefined ? {} : { cascadeSplines: () => light.cascadeSplines!(ice.name) }),
  };
  return { input, prepared: await checkedPrepared(reco, input) };
}

/** What a reco from outside prepares may be anything. */
async function checkedPrepared(reco: Reco, input: RecoInput): Promise<PreparedEvent> {
  let prepared: PreparedEvent;
  try {
    prepared = await reco.prepare(input);
  } catch (error) {
    if (error instanceof SkymapError) throw error;
    throw recoFailed(`${reco.name} could not prepare the event: ${(error as Error)?.message ?? error}`, error);
  }
  const { seedVertex, hlcTimes, data, notes } = prepared ?? {};
  const { x, y, z, timeNs } = seedVertex ?? {};
  if (![x, y, z, timeNs].every(Number.isFinite)) {
    throw recoFailed(`${reco.name} prepared the event without a seed vertex of finite x, y, z and timeNs.`);
  }
  return { seedVertex: seedVertex!, hlcTimes: hlcTimes ?? null, data, notes: notes ?? [] };
}

/** The error of a reco that does not work. */
export function recoFailed(sentence: string, cause?: unknown): RecoError {
  return new RecoError('reco/failed', sentence, 'Try it with --debug to see more.', { cause });
}
