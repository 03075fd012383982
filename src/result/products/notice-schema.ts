/**
 * What a GCN notice about a neutrino may hold (specs/alert-products.md section 2). Stricter than the public schema of
 * GCN, which any notice that passes here passes too: it knows no member that must be there, and no bounds. The JSON
 * Schema made from this is published as resources/schemas/notice.schema.json; a test holds the two together (and
 * rewrites the file: `vitest -u`).
 */
import { z } from 'zod';
import { ConfigError } from '../../config/index.js';

export const PIPELINES = ['Gold Track Alert', 'Bronze Track Alert', 'Cascade Alert'] as const;
export const ALERT_TYPES = ['initial', 'update', 'retraction'] as const;
export const ALERT_TENSES = ['current', 'test', 'injection', 'archival'] as const;
export const TOPOLOGIES = ['Track', 'Shower', 'Multiplet'] as const;

/** A GCN notice as JSON. */
export interface GcnNotice {
  readonly $schema: string;
  readonly mission: 'IceCube';
  readonly instrument: string;
  readonly messenger: 'Neutrino';
  readonly pipeline?: (typeof PIPELINES)[number] | undefined;
  readonly record_number: number;
  readonly event_name?: readonly string[] | undefined;
  readonly id?: readonly string[] | undefined;
  readonly alert_datetime?: string | undefined;
  readonly alert_type: (typeof ALERT_TYPES)[number];
  readonly alert_tense: (typeof ALERT_TENSES)[number];
  readonly alert_topology: (typeof TOPOLOGIES)[number];
  readonly number_of_events: number;
  readonly trigger_time?: string | undefined;
  readonly ra: number;
  readonly dec: number;
  readonly ra_dec_error: number | readonly [semiMajor: number, semiMinor: number, positionAngle: number];
  readonly containment_probability: number;
  readonly systematic_included: boolean;
  readonly healpix_url?: string | undefined;
  readonly nu_energy?: number | undefined;
  readonly p_astro?: number | undefined;
  readonly far?: number | undefined;
  readonly additional_info?: string | undefined;
}

/** Where GCN keeps the schema that its consumers read notices with. */
export const GCN_SCHEMA = 'https://gcn.nasa.gov/schema/main/gcn/notices/icecube/single_neutrino_alerts.schema.json';

const TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?Z$/;
const time = z.string().regex(TIME);
const degrees = z.number().min(0).max(180);

const schema: z.ZodType<GcnNotice> = z
  .strictObject({
    $schema: z.literal(GCN_SCHEMA).describe('The public schema that the notice follows.'),
    mission: z.literal('IceCube'),
    instrument: z.string().min(1).describe('Detector and its strings, e.g. IC86.'),
    messenger: z.literal('Neutrino'),
    pipeline: z.enum(PIPELINES).optional().describe('Selection that found the event.'),
    record_number: z.int().min(0).describe('0 preliminary, 1 and more revised.'),
    event_name: z
      .array(z.string().regex(/^IceCube-\d{6}[A-Z]$/))
      .min(1)
      .optional(),
    id: z
      .array(z.string().regex(/^\d+_\d+$/))
      .min(1)
      .optional()
      .describe('RUN_EVENT.'),
    alert_datetime: time.optional().describe('When the notice was made, UTC.'),
    alert_type: z.enum(ALERT_TYPES),
    alert_tense: z.enum(ALERT_TENSES),
    alert_topology: z.enum(TOPOLOGIES),
    number_of_events: z.int().min(1),
    trigger_time: time.optional().describe('When the neutrino came, UTC.'),
    ra: z.number().min(0).lt(360).describe('Right ascension, ICRS degrees.'),
    dec: z.number().min(-90).max(90).describe('Declination, ICRS degrees.'),
    ra_dec_error: z
      .union([degrees, z.tuple([degrees, degrees, z.number().min(0).lt(360)])])
      .describe('Radius in degrees; or semi-major and semi-minor axis and the position angle, north through east.'),
    containment_probability: z.number().gt(0).lt(1).describe('Probability inside the error.'),
    systematic_included: z.boolean().describe('Whether the error allows for systematic errors.'),
    healpix_url: z
      .string()
      .regex(/^https?:\/\/\S+$/)
      .optional()
      .describe('Where the probability map is. Left out where there is none.'),
    nu_energy: z.number().gt(0).optional().describe('Most probable neutrino energy, TeV.'),
    p_astro: z.number().min(0).max(1).optional().describe('Probability of astrophysical origin.'),
    far: z.number().min(0).optional().describe('False alarm rate, Hz.'),
    additional_info: z.string().optional(),
  })
  .describe('GCN notice about a neutrino.');

/** The schema of notices as JSON Schema (2020-12), for resources/schemas/notice.schema.json and other validators. */
export function noticeJsonSchema(): object {
  return { title: 'GCN notice about a neutrino', ...z.toJSONSchema(schema) };
}

/** The notice, if it is one. Throws ConfigError `config/bad-value` that names the first member that is not as it should be. */
export function checkNotice(value: unknown): GcnNotice {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = issue!.path.join('.') || 'the whole';
  throw new ConfigError(
    'config/bad-value',
    `The notice would not be valid (${member}: ${issue!.message}).`,
    'Correct the option that this member comes from; resources/schemas/notice.schema.json says what each may hold.',
    { cause: parsed.error },
  );
}
