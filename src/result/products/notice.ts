/**
 * GCN notices (specs/alert-products.md section 2): position and error of a map with what is known of the event. What a
 * map cannot know (names, significances, URLs, the time of writing) is handed in or left out.
 */
import { ConfigError, SkymapError } from '../../config/index.js';
import { probabilityInCone } from '../../sky/index.js';
import { isoTime } from '../summary/format.js';
import type { SkyMaps } from '../summary/summarize.js';
import type { ScanMetadata, ScanResult } from '../types.js';
import { checkNotice, GCN_SCHEMA, type GcnNotice } from './notice-schema.js';
import { blurText, skyRegion } from './regions.js';

/** Level of the error circle. */
const CONTAINMENT = 0.9;
/** A circle that holds less than this of the map is not the 90 % region. */
export const FAITHFUL_CIRCLE = 0.85;
const DEGREE = Math.PI / 180;

/** Members of a notice that can be handed in. */
type GivenMember =
  | 'pipeline'
  | 'record_number'
  | 'alert_datetime'
  | 'alert_type'
  | 'alert_tense'
  | 'alert_topology'
  | 'number_of_events'
  | 'systematic_included'
  | 'healpix_url'
  | 'nu_energy'
  | 'p_astro'
  | 'far';

/** What a map does not say. */
export type NoticeOptions = { readonly [K in GivenMember]?: GcnNotice[K] | undefined } & {
  /** `IceCube-YYMMDDX`. */
  readonly eventName?: string | undefined;
};

/** A notice and how good its circle is. */
export interface NoticeReport {
  readonly notice: GcnNotice;
  /** Probability of the map inside the circle; below 0.85 the circle is a poor stand-in for the 90 % region. */
  readonly circle_probability: number;
}

/**
 * The notice for a map. Throws SkymapError where it has no position, ConfigError for an option that GCN would not take.
 */
export function gcnNotice(result: ScanResult, sky: SkyMaps | null, options: NoticeOptions = {}): NoticeReport {
  if (sky === null) {
    throw new SkymapError('result/no-fit', 'No pixel of the map has a fit, so there is no position to announce.');
  }
  const { metadata } = result;
  const { peak, floorDeg } = sky.probability;
  const [ra, dec] = [rounded(peak.raRad / DEGREE) % 360, rounded(peak.decRad / DEGREE)];
  const radius = rounded(circleRadiusDeg(sky));
  const inCircle = probabilityInCone(sky.probability, ra * DEGREE, dec * DEGREE, radius * DEGREE);
  const pipeline = options.pipeline ?? pipelineOf(metadata);
  const record = options.record_number ?? 0;
  if (record === 0 && options.systematic_included === true) {
    throw new ConfigError(
      'config/bad-value',
      'A preliminary notice (record number 0) does not include systematic errors.',
      'Give a record number of 1 or more, or leave the systematic errors out.',
    );
  }
  const time = metadata === null ? null : isoTime(metadata.mjd);
  const notice = {
    $schema: GCN_SCHEMA,
    mission: 'IceCube',
    instrument: 'IC86',
    messenger: 'Neutrino',
    pipeline,
    record_number: record,
    event_name: options.eventName === undefined ? undefined : [options.eventName],
    id: metadata === null ? undefined : [`${metadata.runId}_${metadata.eventId}`],
    alert_datetime: options.alert_datetime,
    alert_type: options.alert_type ?? (record === 0 ? 'initial' : 'update'),
    alert_tense: options.alert_tense ?? (metadata?.isRealEvent === true ? 'current' : 'test'),
    alert_topology: options.alert_topology ?? (pipeline === 'Cascade Alert' ? 'Shower' : 'Track'),
    number_of_events: options.number_of_events ?? 1,
    trigger_time: time === null ? undefined : `${time}Z`,
    ra,
    dec,
    ra_dec_error: radius,
    containment_probability: CONTAINMENT,
    systematic_included: options.systematic_included ?? false,
    healpix_url: options.healpix_url,
    nu_energy: options.nu_energy,
    p_astro: options.p_astro,
    far: options.far,
    additional_info:
      `Position and errors are of exp(-delta llh), ${blurText(floorDeg)}. ra_dec_error = sqrt(mean(ra+, ra-) cos(dec) ` +
      `mean(dec+, dec-)) of the 90 % region; the circle holds ${(100 * inCircle).toFixed(1)} % of the map's probability.`,
  };
  const known = Object.fromEntries(Object.entries(notice).filter(([, value]) => value !== undefined));
  return { notice: checkNotice(known), circle_probability: inCircle };
}

/** Radius of the circle that stands for the 90 % region, as IceCube has it since May 2026. */
function circleRadiusDeg(sky: SkyMaps): number {
  const region = skyRegion(sky, 'probability', CONTAINMENT);
  const inRa = ((region.ra_plus_deg + region.ra_minus_deg) / 2) * Math.cos(sky.probability.peak.decRad);
  const inDec = (region.dec_plus_deg + region.dec_minus_deg) / 2;
  return Math.sqrt(inRa * inDec);
}

/** Streams of track alerts are what the event type names. */
function pipelineOf(metadata: ScanMetadata | null): GcnNotice['pipeline'] {
  const type = metadata?.eventType ?? '';
  if (/gold/i.test(type)) return 'Gold Track Alert';
  if (/bronze/i.test(type)) return 'Bronze Track Alert';
  return /cascade/i.test(type) ? 'Cascade Alert' : undefined;
}

/** Four decimals: a third of an arc second. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e4) / 1e4 + 0;
}
