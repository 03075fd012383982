/**
 * What a `TYPE.summary.json` may hold. The JSON Schema made from this is published as
 * resources/schemas/summary.schema.json; a test holds the two together (and rewrites the file: `vitest -u`).
 */
import { z } from 'zod';
import { badFile } from '../errors.js';
import type {
  BestFitSummary,
  PeakSummary,
  RegionBox,
  RegionSummary,
  ScanSummary,
  WilksRegionSummary,
} from './types.js';

const distance: z.ZodType<number> = z.number().min(0).max(360);

const box: { [K in keyof RegionBox]: z.ZodType<RegionBox[K]> } = {
  area_deg2: z.number().min(0).describe('Area in square degrees.'),
  ra_minus_deg: distance.describe('From the position down to the western edge of the box around the region, in RA.'),
  ra_plus_deg: distance.describe('From the position up to the eastern edge, in RA.'),
  dec_minus_deg: distance.describe('From the position down to the southern edge.'),
  dec_plus_deg: distance.describe('From the position up to the northern edge.'),
};

const region: z.ZodType<RegionSummary> = z
  .strictObject({ level: z.number().min(0).max(1).describe('Probability inside the region.'), ...box })
  .describe('Smallest region of the blurred map that holds `level` of the probability; distances from `peak`.');

const wilksRegion: z.ZodType<WilksRegionSummary> = z
  .strictObject({
    level: z.number().min(0).max(1).describe('Coverage by Wilks, two degrees of freedom.'),
    delta_2llh: z.number().min(0).describe('Pixels belong to it whose 2 (llh - smallest llh) is below this.'),
    ...box,
  })
  .describe('Finest known pixels below a level of the likelihood; distances from `best_fit`.');

const bestFit: z.ZodType<BestFitSummary> = z
  .strictObject({
    ra_deg: z.number().min(0).max(360).describe('Right ascension (J2000) of the centre of the pixel.'),
    dec_deg: z.number().min(-90).max(90).describe('Declination (J2000) of the centre of the pixel.'),
    nside: z.int().min(1).describe('HEALPix resolution of the pixel.'),
    pixel: z.int().min(0).describe('HEALPix number of the pixel, RING order.'),
    llh: z.number().describe('-log L, not doubled, no constant removed.'),
    position_m: z.tuple([z.number(), z.number(), z.number()]).nullable().describe('Fitted vertex, detector frame.'),
    time_ns: z.number().nullable().describe('Fitted time, since the start of the readout.'),
    e_in_gev: z.number().nullable().describe('Energy lost inside the detector.'),
    e_tot_gev: z.number().nullable().describe('Energy lost in total.'),
  })
  .describe('The pixel of the smallest llh.');

const peak: z.ZodType<PeakSummary> = z
  .strictObject({
    ra_deg: z.number().min(0).max(360).describe('Right ascension (J2000).'),
    dec_deg: z.number().min(-90).max(90).describe('Declination (J2000).'),
    angular_error_floor_deg: z.number().min(0).describe('Sigma of the blur, per axis.'),
  })
  .describe('Where exp(-delta llh), blurred with a Gaussian, is largest: the position to publish.');

const schema: z.ZodType<ScanSummary> = z
  .strictObject({
    run_id: z.int().min(0).nullable(),
    event_id: z.int().min(0).nullable(),
    event_type: z.string().nullable().describe('Kind of alert, e.g. neutrino or HESE.'),
    mjd: z.number().nullable().describe('Modified Julian day of the event, UTC.'),
    is_real_event: z.boolean().nullable().describe('False for simulated events.'),
    reco_algo: z.string().nullable(),
    reco_choice: z.string().optional().describe('Why that one; only where the choice was left to the scanner.'),
    nsides: z.array(z.int().min(1)).describe('Resolutions that have pixels, ascending.'),
    n_pixels: z.int().min(0).describe('Finished pixels of all nsides.'),
    n_failed_pixels: z.int().min(0).describe('Those of them in which every fit failed.'),
    n_recos: z.int().min(0).nullable().describe('Fits that were made.'),
    predictive_scanning_threshold: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Below 1 the choice of pixels, and with it the map, may depend on the order in which fits finished.'),
    wall_s: z.number().min(0).nullable().describe('Duration of the scan.'),
    best_fit: bestFit.nullable(),
    peak: peak.nullable(),
    regions: z.array(region),
    wilks_regions: z.array(wilksRegion),
  })
  .describe(
    'Summary of a sky scan. A number that does not exist is null; where no fit succeeded there is no position.',
  );

/** The summary as JSON Schema (2020-12), for resources/schemas/summary.schema.json and other validators. */
export function summaryJsonSchema(): object {
  return { title: 'Summary of a sky scan', ...z.toJSONSchema(schema) };
}

/** Decodes the text of a `.summary.json`. `name` of the file is for messages. Throws FileFormatError `result/bad-file`. */
export function readSummary(text: string, name = 'The summary'): ScanSummary {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badFile(name, 'is not JSON, or is cut short', error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue!.path.length === 0 ? 'the whole' : issue!.path.join('.');
  throw badFile(name, `is not the summary of a scan (${at}: ${issue!.message})`, parsed.error);
}
