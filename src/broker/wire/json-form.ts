/**
 * Our own messages: plain JSON, one a pixel with all variations that are fitted together.
 *
 *     {"skymap_scanner_task": {"version": 1, "scan": "...", "reco_algo": "...", "realtime_format_version": "...",
 *       "nside": 8, "pixel": 3, "zenith": 1.2, "azimuth": 3.4,
 *       "variations": [{"variation": 0, "seeds": [[x, y, z, time_ns, energy_gev], ...]}, ...]}}
 *
 *     {"skymap_scanner_outcome": {"version": 1, "scan": "...", "nside": 8, "pixel": 3, "runtime_s": 0.5, "status": "done",
 *       "results": [{"variation": 0, "llh": ..., "vertex": [x, y, z, time_ns], "energies_gev": [in, total, seed]}, ...]}}
 *
 *     {"skymap_scanner_outcome": {..., "status": "failed", "variations": [0, ...], "reasons": ["...", ...]}}
 *
 * Metres, nanoseconds, GeV, radians; RING pixels; null stands for NaN. Numbers come back bit by bit.
 */
import { z } from 'zod';
import { BrokerError, MessageError } from '../../config/index.js';
import type { RecoResult, RecoTask, Seed } from '../../reco/index.js';
import { isNside, pixelCount } from '../../sky/index.js';
import type { TaskOutcome } from '../types.js';
import type { OutcomeMessage, TaskContext, TaskMessage } from './types.js';

export const TASK_KEY = 'skymap_scanner_task';
export const OUTCOME_KEY = 'skymap_scanner_outcome';
const VERSION = 1;

const figure = z.number().nullable();
const name = z.string().max(1000);
const index = z.int().min(0);
const variation = index.max(65_535);
const pixel = {
  version: z.literal(VERSION),
  scan: name,
  nside: z.int().refine(isNside, 'not a power of two'),
  pixel: index,
};
const taskSchema = z.object({
  ...pixel,
  reco_algo: name,
  realtime_format_version: name,
  zenith: z.number(),
  azimuth: z.number(),
  variations: z
    .array(
      z.object({
        variation,
        seeds: z
          .array(z.tuple([z.number(), z.number(), z.number(), z.number(), figure]))
          .min(1)
          .max(16),
      }),
    )
    .min(1)
    .max(4096),
});
const outcomeSchema = z.discriminatedUnion('status', [
  z.object({
    ...pixel,
    runtime_s: z.number(),
    status: z.literal('done'),
    results: z
      .array(
        z.object({
          variation,
          llh: figure,
          vertex: z.tuple([figure, figure, figure, figure]),
          energies_gev: z.tuple([figure, figure, figure]),
        }),
      )
      .max(4096),
  }),
  z.object({
    ...pixel,
    runtime_s: z.number(),
    status: z.literal('failed'),
    variations: z.array(variation).max(4096),
    reasons: z.array(z.string()).max(1000),
  }),
]);

/** JSON text of a task's data. */
export function writeTask(task: RecoTask, { scanId, recoAlgo, formatVersion }: TaskContext): string {
  const variations = task.variations.map(
    (item) => `{"variation":${item.variation},"seeds":[${item.seeds.map(seedText).join()}]}`,
  );
  return (
    `{"${TASK_KEY}":{"version":${VERSION},"scan":${JSON.stringify(scanId)},"reco_algo":${JSON.stringify(recoAlgo)},` +
    `"realtime_format_version":${JSON.stringify(formatVersion)},"nside":${task.nside},"pixel":${task.pixel},` +
    `"zenith":${number(task.zenith)},"azimuth":${number(task.azimuth)},"variations":[${variations.join()}]}}`
  );
}

/** JSON text of an outcome's data. */
export function writeOutcome(outcome: TaskOutcome, scanId: string): string {
  const { nside, pixel: ring, runtimeS, status } = outcome;
  const rest =
    outcome.status === 'done'
      ? `"results":[${outcome.results.map(resultText).join()}]`
      : `"variations":[${outcome.variations.join()}],"reasons":${JSON.stringify(outcome.reasons)}`;
  return (
    `{"${OUTCOME_KEY}":{"version":${VERSION},"scan":${JSON.stringify(scanId)},"nside":${nside},"pixel":${ring},` +
    `"runtime_s":${number(runtimeS)},"status":"${status}",${rest}}}`
  );
}

/**
 * The task in a message's data.
 *
 * @throws MessageError; BrokerError 'broker/other-version' for a task of a version that is not known here
 */
export function readTask(value: unknown): TaskMessage {
  const found = checked(taskSchema, value, 'task');
  const task: RecoTask = {
    nside: found.nside,
    pixel: found.pixel,
    zenith: found.zenith,
    azimuth: found.azimuth,
    variations: found.variations.map((item) => ({ variation: item.variation, seeds: item.seeds.map(seedOf) })),
  };
  return {
    task,
    form: 'json',
    scanId: found.scan,
    recoAlgo: found.reco_algo,
    formatVersion: found.realtime_format_version,
  };
}

/** The outcome in a message's data. Throws as `readTask` does. */
export function readOutcome(value: unknown): OutcomeMessage {
  const found = checked(outcomeSchema, value, 'outcome');
  const { nside, pixel: ring, runtime_s: runtimeS, scan: scanId } = found;
  if (found.status === 'failed') {
    const { status, variations, reasons } = found;
    return { outcome: { nside, pixel: ring, runtimeS, status, variations, reasons }, form: 'json', scanId };
  }
  const results = found.results.map(({ variation: which, llh, vertex, energies_gev }): RecoResult => {
    const [x, y, z, timeNs] = vertex;
    const [eIn, eTot, energy] = energies_gev;
    return {
      nside,
      pixel: ring,
      variation: which,
      llh: orNaN(llh),
      x: orNaN(x),
      y: orNaN(y),
      z: orNaN(z),
      timeNs: orNaN(timeNs),
      eInGev: orNaN(eIn),
      eTotGev: orNaN(eTot),
      energyGev: orNaN(energy),
    };
  });
  return { outcome: { nside, pixel: ring, runtimeS, status: 'done', results }, form: 'json', scanId };
}

function checked<T extends { nside: number; pixel: number }>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refusal(value, what, parsed.error);
  const { nside, pixel: ring } = parsed.data;
  if (ring >= pixelCount(nside))
    throw new MessageError(`The message has a ${what} of pixel ${ring} at nside ${nside}.`);
  return parsed.data;
}

function refusal(value: unknown, what: string, cause: z.ZodError): BrokerError {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (Number.isSafeInteger(version) && version !== VERSION) {
    return new BrokerError(
      'broker/other-version',
      `A message holds a ${what} of version ${version}; this program knows version ${VERSION}.`,
      'Run servers and clients of the same version of the scanner.',
      { cause },
    );
  }
  const [issue] = cause.issues;
  const where = issue?.path.join('.') ?? '';
  return new MessageError(
    `The message has a ${what} with a member ${where || '(all)'} that cannot be: ${issue?.message}.`,
    {
      cause,
    },
  );
}

function seedText({ x, y, z, timeNs, energyGev }: Seed): string {
  return `[${number(x)},${number(y)},${number(z)},${number(timeNs)},${number(energyGev)}]`;
}

function seedOf([x, y, z, timeNs, energy]: readonly [number, number, number, number, number | null]): Seed {
  return { x, y, z, timeNs, energyGev: orNaN(energy) };
}

function resultText(r: RecoResult): string {
  const vertex = `${number(r.x)},${number(r.y)},${number(r.z)},${number(r.timeNs)}`;
  const energies = `${number(r.eInGev)},${number(r.eTotGev)},${number(r.energyGev)}`;
  return `{"variation":${r.variation},"llh":${number(r.llh)},"vertex":[${vertex}],"energies_gev":[${energies}]}`;
}

/** Shortest text that is read back as the same double, the sign of zero included. */
function number(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return Number.isFinite(value) ? String(value) : 'null';
}

function orNaN(value: number | null): number {
  return value ?? Number.NaN;
}
