/**
 * The open event format as zod schemas. The JSON Schema in `resources/schemas/event.schema.json` is made from
 * `openEventSchema`; docs/event-format.md explains the format to people.
 *
 * Lists can be long and files hostile, so a list is checked entry by entry and given up at its first bad one.
 */
import { z } from 'zod';
import {
  OPEN_EVENT_FORMAT,
  OPEN_EVENT_VERSION,
  type OpenDetectorDocument,
  type OpenEventDocument,
  type OpenModule,
  type OpenModulePulses,
  type OpenModuleWindows,
  type OpenParticle,
  type OpenSite,
} from './document.js';

/** Bounds far above any telescope: KM3NeT will have 200,000 tubes, a very bright event has some 10,000 pulses. */
const MAX_MODULES = 1_000_000;
const MAX_PULSES_OF_MODULE = 1_000_000;
const MAX_WINDOWS = 10_000;
const MAX_PARTICLES = 1_000;
const MAX_TEXT = 10_000;

type ListSchema<T> = z.ZodType<readonly T[]>;
interface Entry {
  readonly issue: object & { readonly path?: readonly PropertyKey[] };
  readonly input: unknown;
}

/** A schema for lists of `min` to `max` entries; `check` tells what is wrong with an entry, null if nothing is. */
function list<T>(
  items: object,
  { min = 0, max }: { min?: number; max: number },
  check: (entry: unknown) => Entry | null,
): ListSchema<T> {
  const schema = z.unknown().check(({ value, issues }) => {
    const report = (issue: object, input: unknown, at: readonly PropertyKey[]): void => {
      issues.push({ ...issue, input, path: [...at] } as z.core.$ZodRawIssue);
    };
    if (!Array.isArray(value)) return report({ code: 'invalid_type', expected: 'array' }, value, []);
    if (value.length > max) return report({ code: 'custom', message: `has more than ${max} entries` }, value, []);
    if (value.length < min) {
      const message = value.length === 0 ? 'is empty' : `has fewer than ${min} entries`;
      return report({ code: 'custom', message }, value, []);
    }
    for (let i = 0; i < value.length; i++) {
      const bad = check(value[i]);
      if (bad !== null) return report(bad.issue, bad.input, [i, ...(bad.issue.path ?? [])]);
    }
  });
  const shape = { type: 'array', items, ...(min > 0 ? { minItems: min } : {}), maxItems: max };
  return schema.meta(shape) as unknown as ListSchema<T>;
}

/** The JSON Schema of a part. */
function shapeOf(part: z.ZodType): object {
  const { $schema: _, ...shape } = z.toJSONSchema(part, { unrepresentable: 'any' });
  return shape;
}

/** A list whose entries follow a schema. */
function listOf<T>(item: z.ZodType<T>, size: { min?: number; max: number }): ListSchema<T> {
  return list(shapeOf(item), size, (entry) => {
    const issue = item.safeParse(entry, { reportInput: true }).error?.issues[0];
    return issue === undefined ? null : { issue, input: issue.input };
  });
}

/** A list of numbers: `listOf(z.number())` at a fraction of its cost. */
function numbers(
  size: { min?: number; max: number },
  options: { whole?: boolean; least?: number } = {},
): ListSchema<number> {
  const { whole = false, least } = options;
  const wanted = `should be a ${whole ? 'whole ' : ''}number${least === undefined ? '' : ` of ${least} or more`}`;
  const items = { type: whole ? 'integer' : 'number', ...(least === undefined ? {} : { minimum: least }) };
  const isGood = whole ? Number.isSafeInteger : Number.isFinite;
  return list(items, size, (entry) =>
    isGood(entry) && (least === undefined || (entry as number) >= least)
      ? null
      : { issue: { code: 'custom', message: wanted }, input: entry },
  );
}

const text: z.ZodString = z.string().max(MAX_TEXT);
/** A number that may be unknown. */
const known: z.ZodNullable<z.ZodNumber> = z.number().nullable();
const position = z.tuple([z.number(), z.number(), z.number()]);
const window = z.tuple([z.number(), known]).describe('[start, stop) in ns since readout start; stop null: open end.');

const moduleName = numbers({ min: 2, max: 3 }, { whole: true }).describe(
  '[string, om], or [string, om, tube] for modules with several tubes (0 to 255).',
);

const header = z.strictObject({
  run_id: z.int().min(0),
  event_id: z.int().min(0),
  sub_event_id: z.int().min(0).optional(),
  event_type: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/, 'should be letters, digits and hyphens, at most 32')
    .nullable()
    .optional()
    .describe('Becomes part of the names of result files.'),
  start_time_utc: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,10})?Z$/, 'should be a UTC time like 2022-05-24T07:41:32.185352Z')
    .describe('Start of the event, ISO 8601 in UTC, up to 10 digits after the point.'),
  mjd: z.number().optional().describe('The same as modified Julian day (UTC); checked against start_time_utc.'),
  real: z.boolean().describe('true for data, false for simulation.'),
  format_version: text.optional().describe('Version of the alert message that the event came in.'),
});

const figures = {
  efficiency: z.number().positive().optional().describe('Light yield relative to a standard module; 1 where absent.'),
  noise_hz: z.number().min(0).optional().describe('Dark noise in Hz; needed in every module or in the defaults.'),
  mean_charge_pe: z.number().positive().optional().describe('Mean recorded charge per photo-electron; 0.86 if absent.'),
};

const detectorModule: z.ZodType<OpenModule> = z.strictObject({
  module: moduleName,
  position_m: position,
  ...figures,
  on: z.boolean().optional().describe('Whether the module could see light; yes where absent.'),
  slc_only: z.boolean().optional().describe('Whether the module never takes part in local coincidences; no if absent.'),
});

const site: z.ZodType<OpenSite> = z.strictObject({
  latitude_deg: z.number().min(-90).max(90).describe('Geodetic, north positive.'),
  longitude_deg: z.number().min(-180).max(180).describe('East positive.'),
  x_axis_azimuth_deg: z.number().min(-360).max(360).describe('Where the x axis points: 0 East, 90 North.'),
});

const detector: z.ZodType<OpenDetectorDocument> = z.strictObject({
  name: z.string().min(1).max(100),
  site: site.optional().describe('Where the telescope stands on Earth; as IceCube where absent.'),
  provenance: z.array(text).max(100).optional().describe('How these figures came about, for people.'),
  defaults: z.strictObject(figures).optional().describe('Figures of every module that does not give its own.'),
  modules: listOf(detectorModule, { min: 1, max: MAX_MODULES }),
});

const perModule = { max: MAX_PULSES_OF_MODULE };
const flag: z.ZodNumber = z.int().min(0).max(255);
const modulePulses: z.ZodType<OpenModulePulses> = z.strictObject({
  module: moduleName,
  t_ns: numbers(perModule).describe('Times in ns since the start of the readout.'),
  q_pe: numbers(perModule, { least: 0 }).describe('Charges in photo-electrons.'),
  width_ns: z.union([z.number().min(0), numbers(perModule, { least: 0 })]).optional(),
  flags: z
    .union([flag, listOf(flag, perModule)])
    .optional()
    .describe('Bits: 1 hard local coincidence, 2 ATWD, 4 FADC. Either flags or hlc.'),
  hlc: z
    .union([z.boolean(), listOf(z.boolean(), perModule)])
    .optional()
    .describe('Whether a pulse is part of a local coincidence. Either flags or hlc.'),
});

const particle: z.ZodType<OpenParticle> = z.strictObject({
  shape: z.string().max(100).describe("'infinite track', 'cascade', ..."),
  position_m: z.tuple([known, known, known]),
  t_ns: known,
  zenith_rad: known.describe('Where the particle comes from: angle against the vertical.'),
  azimuth_rad: known.describe('Where the particle comes from: angle from the x axis towards the y axis.'),
  energy_gev: known.optional(),
  length_m: known.optional(),
  pdg: z.int().optional(),
  status: z.string().max(100).optional().describe("'OK' where absent."),
});

/** Particles by name; given up at the first bad one, as lists are. */
const particles = z
  .record(z.string(), z.unknown())
  .check(({ value, issues }) => {
    const names = Object.keys(value);
    if (names.length > MAX_PARTICLES) {
      issues.push({ code: 'custom', message: `has more than ${MAX_PARTICLES} entries`, input: value, path: [] });
      return;
    }
    for (const name of names) {
      const issue = particle.safeParse(value[name], { reportInput: true }).error?.issues[0];
      if (issue === undefined) continue;
      issues.push({ ...issue, input: issue.input, path: [name, ...issue.path] } as z.core.$ZodRawIssue);
      return;
    }
  })
  .meta({ additionalProperties: shapeOf(particle) }) as unknown as z.ZodType<Readonly<Record<string, OpenParticle>>>;

const moduleWindows: ListSchema<OpenModuleWindows> = listOf(
  z.strictObject({ module: moduleName, windows_ns: listOf(window, { max: MAX_WINDOWS }) }),
  { max: MAX_MODULES },
);

const alert = z.strictObject({
  nch: known,
  npulses: known,
  qtot_pe: known,
  event_time_utc: text.nullable(),
  message: z.record(z.string(), z.unknown()).describe('What else the alert message said, as it came.'),
});

/** The whole file. */
export const openEventSchema: z.ZodType<OpenEventDocument> = z
  .strictObject({
    $schema: text.optional(),
    format: z.literal(OPEN_EVENT_FORMAT),
    version: z.literal(OPEN_EVENT_VERSION),
    comment: text.optional().describe('For people; ignored.'),
    header,
    truth: particle.nullable().optional().describe('What was simulated.'),
    readout_window_ns: window.optional().describe('When the telescope was looking.'),
    particles: particles.optional().describe('Earlier fits by name.'),
    veto_vertex: z.strictObject({ position_m: position, t_ns: z.number() }).optional(),
    alert: alert.optional().describe('Figures that the alert message quotes.'),
    warnings: z.array(text).max(1000).optional().describe('What was odd about the event when it was converted.'),
    calibration_errata: moduleWindows.optional().describe('When the waveforms of a module could not be calibrated.'),
    saturation_windows: moduleWindows.optional().describe('When the tube of a module was beyond its linear range.'),
    pulses_name: text.optional(),
    pulses: listOf(modulePulses, { max: MAX_MODULES }),
    detector: z
      .union([z.literal('IC86'), detector], 'should be "IC86" or an object with the modules')
      .describe('"IC86" for the built-in detector, or the modules of any other.'),
  })
  .meta({ title: 'Skymap Scanner event', description: 'One event of a neutrino telescope. See docs/event-format.md.' });

/** The JSON Schema of the format (draft 2020-12), as published in `resources/schemas/event.schema.json`. */
export function openEventJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(openEventSchema, { unrepresentable: 'any' }) as Record<string, unknown>;
}
