/**
 * The messages of upstream's servers and clients (specs/sky-and-scan.md section 9), one a variation:
 *
 *     to clients:   {"reco_algo": "...", "realtime_format_version": "...", "pframe_pkl_b64": base64 of a pickled frame}
 *     from clients: {"reco_pixel_variation_pkl_b64": base64 of a pickle, "runtime": seconds}
 *
 * Upstream has no message for a task that was given up: it travels as a result whose llh is NaN, with a member that
 * upstream does not look at ("failure_reasons": ["...", ...]).
 */
import { ConfigError, MessageError } from '../../config/index.js';
import { decodeBase64, readPickledFrame } from '../../event/index.js';
import type { RecoResult, RecoTask } from '../../reco/index.js';
import type { TaskOutcome } from '../types.js';
import { picklePixelVariation, readPixelVariation } from './pixel-variation.js';
import { readSeedFrame } from './seed-frame.js';
import { SeedPickles } from './seed-pickles.js';
import type { EventIdentity, OutcomeMessage, TaskContext, TaskMessage } from './types.js';

export const FRAME_KEY = 'pframe_pkl_b64';
export const RESULT_KEY = 'reco_pixel_variation_pkl_b64';

/** JSON texts of a task's data, one a variation. */
export function writeTaskMessages(task: RecoTask, context: TaskContext): string[] {
  const { event } = context;
  if (event === undefined) {
    throw new ConfigError('config/bad-value', 'Tasks in the form of MQClient need the names and times of the event.');
  }
  const head =
    `{"reco_algo":${JSON.stringify(context.recoAlgo)},` +
    `"realtime_format_version":${JSON.stringify(context.formatVersion)},"${FRAME_KEY}":"`;
  const { nside, pixel, zenith, azimuth } = task;
  return task.variations.map(({ variation, seeds }) => {
    const pickle = picklesOf(event).write({ nside, pixel, variation, zenith, azimuth, seeds });
    return `${head}${base64(pickle)}"}`;
  });
}

/** JSON texts of an outcome's data, one a variation. */
export function writeOutcomeMessages(outcome: TaskOutcome): string[] {
  const { runtimeS } = outcome;
  const tail = `","runtime":${Number.isFinite(runtimeS) ? runtimeS : 0}`;
  const write = (result: RecoResult, rest: string): string =>
    `{"${RESULT_KEY}":"${base64(picklePixelVariation(result))}${tail}${rest}}`;
  if (outcome.status === 'done') return outcome.results.map((result) => write(result, ''));
  const reasons = `,"failure_reasons":${JSON.stringify(outcome.reasons)}`;
  return outcome.variations.map((variation) => write(withoutFit(outcome, variation), reasons));
}

/** The task in a message's data. Throws a MessageError, or what the decoders of frames throw. */
export function readTaskMessage(data: Readonly<Record<string, unknown>>): TaskMessage {
  const frame = readPickledFrame(bytesOf(data[FRAME_KEY], FRAME_KEY), 'The message');
  const { nside, pixel, variation, zenith, azimuth, seeds } = readSeedFrame(frame);
  return {
    task: { nside, pixel, zenith, azimuth, variations: [{ variation, seeds }] },
    form: 'mqclient',
    scanId: '',
    recoAlgo: textOf(data.reco_algo, 'reco_algo'),
    formatVersion: textOf(data.realtime_format_version, 'realtime_format_version'),
  };
}

/** The outcome in a message's data. Throws a MessageError, or what the pickle machine throws. */
export function readOutcomeMessage(data: Readonly<Record<string, unknown>>): OutcomeMessage {
  const result = readPixelVariation(bytesOf(data[RESULT_KEY], RESULT_KEY));
  const { nside, pixel, variation } = result;
  const { runtime, failure_reasons: reasons } = data;
  const runtimeS = typeof runtime === 'number' && Number.isFinite(runtime) ? runtime : 0;
  const outcome: TaskOutcome = isTexts(reasons)
    ? { nside, pixel, runtimeS, status: 'failed', variations: [variation], reasons }
    : { nside, pixel, runtimeS, status: 'done', results: [result] };
  return { outcome, form: 'mqclient', scanId: '' };
}

const pickles = new WeakMap<EventIdentity, SeedPickles>();

function picklesOf(event: EventIdentity): SeedPickles {
  let found = pickles.get(event);
  if (found === undefined) {
    found = new SeedPickles(event);
    pickles.set(event, found);
  }
  return found;
}

function withoutFit({ nside, pixel }: TaskOutcome, variation: number): RecoResult {
  const vertex = { x: Number.NaN, y: Number.NaN, z: Number.NaN, timeNs: Number.NaN };
  const energies = { eInGev: Number.NaN, eTotGev: Number.NaN, energyGev: Number.NaN };
  return { nside, pixel, variation, llh: Number.NaN, ...vertex, ...energies };
}

function bytesOf(value: unknown, name: string): Uint8Array {
  const bytes = typeof value === 'string' ? decodeBase64(value) : null;
  if (bytes === null) throw new MessageError(`The message has a ${name} that is not base64.`);
  return bytes;
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new MessageError(`The message has a ${name} that is no text.`);
  return value;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** As `encodeBase64` of event/, at a tenth of the cost: there is no browser at this end of a broker. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
