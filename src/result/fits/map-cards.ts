/**
 * What the header of every map file says besides its format: which event, who wrote it, where and how sure, with what
 * settings (keys of skyreader, specs/sky-and-scan.md 8.4; those over eight characters become HIERARCH cards).
 */
import { eventStem } from '../stem.js';
import { isoTime } from '../summary/format.js';
import type { RegionBox, ScanSummary } from '../summary/types.js';
import type { ScanResult } from '../types.js';
import { type Card, realCard } from './cards.js';

/** Column of 2 delta llh in every map file. */
export const LIKELIHOOD_COLUMN = '2DLLH';

/** What a result does not say about its file. */
export interface MapFileOptions {
  /** Program and version, e.g. `skymap-scanner 1.0.0`. */
  readonly creator?: string;
  /** Time of writing, ISO 8601 UTC; leave it out where the bytes must not depend on it. */
  readonly date?: string;
  /** Who publishes the map. Default: IceCube Collaboration for real events, nobody for others. */
  readonly sender?: string;
}

/** Cards of a probability map blurred by `floorDeg`; with the position to publish, if there is one. */
export function probabilityCards(
  result: ScanResult,
  summary: ScanSummary,
  floorDeg: number,
  options: MapFileOptions,
): Card[] {
  const { peak, regions } = summary;
  return [
    ...eventCards(result, options),
    ...scanCards(summary),
    ...(peak === null ? [] : positionCards(peak, regions, 'Highest posterior density 50% and 90% credible region')),
    floorCard(floorDeg),
    {
      key: 'NOTE',
      value: `exp(-delta llh)${floorDeg > 0 ? ` blurred by ${floorDeg} deg` : ''}; density 0 where nothing is known`,
    },
  ];
}

/** Cards of a map of 2 delta llh. */
export function likelihoodCards(result: ScanResult, summary: ScanSummary, options: MapFileOptions): Card[] {
  const { best_fit: best, wilks_regions: regions } = summary;
  return [
    ...eventCards(result, options),
    ...scanCards(summary),
    ...(best === null ? [] : positionCards(best, regions, 'Change in 2LLH based on Wilks theorem')),
    ...regions.map(({ level, delta_2llh: delta }) =>
      realCard(`DELTA_2LLH_${percent(level)}`, delta, `2 delta llh of the ${percent(level)}% contour`),
    ),
    { key: 'NOTE', value: '2 (llh - smallest llh), not blurred; NaN where no fit succeeded' },
  ];
}

/** Which event, and who wrote the file. */
export function eventCards({ metadata }: Pick<ScanResult, 'metadata'>, options: MapFileOptions): Card[] {
  const cards: Card[] = [];
  const text = (key: string, value: string | null | undefined, comment?: string): void => {
    if (value != null) cards.push(comment === undefined ? { key, value } : { key, value, comment });
  };
  if (metadata !== null) text('OBJECT', eventStem(metadata));
  text('CREATOR', options.creator);
  text('DATE', options.date);
  if (metadata === null) return cards;
  cards.push({ key: 'RUNID', value: metadata.runId }, { key: 'EVENTID', value: metadata.eventId });
  text('SENDER', options.sender ?? (metadata.isRealEvent ? 'IceCube Collaboration' : undefined));
  if (Number.isFinite(metadata.mjd)) {
    text('DATE-OBS', isoTime(metadata.mjd), 'UTC date of the observation');
    cards.push(realCard('MJD-OBS', metadata.mjd, 'modified Julian date of the observation'));
  }
  text('I3TYPE', metadata.eventType ?? 'None', 'Alert Type');
  return cards;
}

/** How wide the probability was blurred. */
export function floorCard(floorDeg: number): Card {
  return realCard('ANGULAR_ERROR_FLOOR', floorDeg, 'sigma of the blur an axis (deg)');
}

/** How it was scanned. */
function scanCards({ reco_algo: reco, nsides }: ScanSummary): Card[] {
  return [
    ...(reco === null ? [] : [{ key: 'RECO', value: reco, comment: 'reconstruction' }]),
    { key: 'NSIDES', value: nsides.join(' '), comment: 'scanned resolutions' },
  ];
}

function positionCards(
  position: { readonly ra_deg: number; readonly dec_deg: number },
  regions: readonly (RegionBox & { readonly level: number })[],
  uncertainty: string,
): Card[] {
  const cards = [
    realCard('RA', twoDigits(position.ra_deg), 'Degree'),
    realCard('DEC', twoDigits(position.dec_deg), 'Degree'),
  ];
  for (const region of regions) {
    const edge = (axis: string, side: string, value: number, comment: string): Card =>
      realCard(
        `${axis}_ERR_${side}_${percent(region.level)}`,
        twoDigits(value),
        `${percent(region.level)}% containment error ${comment}`,
      );
    cards.push(
      edge('RA', 'PLUS', region.ra_plus_deg, 'high'),
      edge('RA', 'MINUS', region.ra_minus_deg, 'low'),
      edge('DEC', 'PLUS', region.dec_plus_deg, 'high'),
      edge('DEC', 'MINUS', region.dec_minus_deg, 'low'),
    );
  }
  return [
    ...cards,
    ...regions.map(areaCard),
    { key: 'COMMENTS', value: `50% and 90% uncertainty location => ${uncertainty}` },
  ];
}

/** Area of a region; more digits than skyreader's two: that of a good track is a few hundredths. */
export function areaCard({ level, area_deg2: area }: { readonly level: number; readonly area_deg2: number }): Card {
  return realCard(`CONTOUR_AREA_${percent(level)}`, Number(area.toFixed(4)), `${percent(level)}% contour area (sqdeg)`);
}

/** A level as names and headers have it: 90, or 99.73. */
export function percent(level: number): number {
  return Number((100 * level).toFixed(4));
}

function twoDigits(degrees: number): number {
  return Math.round(degrees * 100) / 100 + 0;
}
