/**
 * All the files an astronomer may want of a map, by name and bytes: what `export` writes and what a page offers to
 * download. One at a time, so that a large one can be written before the next is made.
 */
import { gzipSync } from 'fflate';
import { SkymapError } from '../../config/index.js';
import { type Card, realCard } from '../fits/cards.js';
import { areaCard, eventCards, floorCard, type MapFileOptions } from '../fits/map-cards.js';
import { multiOrderFits, multiOrderLlhFits } from '../fits/multi-order.js';
import { DEFAULT_ANGULAR_ERROR_FLOOR_DEG, type SkyMaps, skyMaps, summarize } from '../summary/summarize.js';
import type { ScanSummary } from '../summary/types.js';
import type { ScanResult } from '../types.js';
import { contoursCsv, contourText, type RegionOutline } from './contours.js';
import { flatLlhFits, flatProbabilityFits } from './flat.js';
import { contoursGeoJson, type MapSource } from './geojson.js';
import { type Moc, mocFits, mocJson, mocOfCells, mocText } from './moc.js';
import {
  blurText,
  cellsInRegion,
  DEFAULT_LEVELS,
  REGION_KINDS,
  type RegionKind,
  regionMethod,
  regionName,
  regionRings,
  type SkyRegion,
  skyRegion,
} from './regions.js';

/** Kinds of files. */
export const PRODUCT_FORMATS = [
  'multiorder',
  'flat',
  'moc-fits',
  'moc-json',
  'moc-text',
  'contours-csv',
  'contours-geojson',
  'contours-text',
] as const;
export type ProductFormat = (typeof PRODUCT_FORMATS)[number];

/** What maps show: the blurred probability, or plain 2 delta llh. */
export const MAP_QUANTITIES = ['probability', 'llh'] as const;
export type MapQuantity = (typeof MAP_QUANTITIES)[number];

/** A file to be. */
export interface Product {
  readonly name: string;
  readonly format: ProductFormat;
  /** What is in it and how that was made: `90 % region, blurred by 0.2 deg`. */
  readonly about: string;
  readonly bytes: Uint8Array | string;
}

/** Choices for {@link skyProducts}; everything has a default. */
export interface ProductOptions extends MapFileOptions {
  /** Default: all but flat maps, which are large. */
  readonly formats?: readonly ProductFormat[];
  /** Of maps. Default: both. */
  readonly quantities?: readonly MapQuantity[];
  /** Of MOCs and contours. Default: both kinds. */
  readonly regions?: readonly RegionKind[];
  /** Of MOCs and contours, between 0 and 1. Default: 0.5 and 0.9. */
  readonly levels?: readonly number[];
  /** Of flat maps. Default: the finest of the result. */
  readonly nside?: number;
  /** Default 0.2. */
  readonly angularErrorFloorDeg?: number;
  /** `skyMaps` of the result if it is there already; its floor counts. */
  readonly sky?: SkyMaps | null;
  readonly recoAlgo?: string | null;
  /** The file that the result was read from. */
  readonly source?: MapSource;
  /** Compress multi-order maps too; flat ones always are. */
  readonly gzip?: boolean;
}

/** Formats that are made when none is asked for. */
export const DEFAULT_FORMATS: readonly ProductFormat[] = PRODUCT_FORMATS.filter((format) => format !== 'flat');

/**
 * The files of a map, their names beginning with `stem`, in the order of the formats above. Throws SkymapError for a
 * result without any fit, ConfigError for an nside or floor that cannot be.
 */
export function* skyProducts(
  result: ScanResult,
  stem: string,
  options: ProductOptions = {},
): Generator<Product, void, void> {
  const { formats = DEFAULT_FORMATS, quantities = MAP_QUANTITIES, levels = DEFAULT_LEVELS } = options;
  const { angularErrorFloorDeg = DEFAULT_ANGULAR_ERROR_FLOOR_DEG, regions: kinds = REGION_KINDS } = options;
  const sky = options.sky === undefined ? skyMaps(result, angularErrorFloorDeg) : options.sky;
  if (sky === null)
    throw new SkymapError('result/no-fit', 'No pixel of the map has a fit, so there is nothing to export.');
  const wants = (format: ProductFormat): boolean => formats.includes(format);
  const summary = summarize(result, { recoAlgo: options.recoAlgo ?? null, nRecos: null, wallS: null, sky });
  const maps = MAP_QUANTITIES.filter((quantity) => quantities.includes(quantity));
  if (wants('multiorder')) for (const quantity of maps) yield multiOrder(result, summary, sky, stem, quantity, options);
  if (wants('flat')) for (const quantity of maps) yield flat(result, summary, sky, stem, quantity, options);

  const isMoc = wants('moc-fits') || wants('moc-json') || wants('moc-text');
  const isContour = wants('contours-csv') || wants('contours-geojson') || wants('contours-text');
  if (!isMoc && !isContour) return;
  const chosen = REGION_KINDS.filter((kind) => kinds.includes(kind)).flatMap((kind) =>
    levels.map((level) => skyRegion(sky, kind, level)),
  );
  if (isMoc) for (const region of chosen) yield* mocs(result, region, sky, stem, formats, options);
  if (!isContour) return;
  const outlines = chosen.map((region): RegionOutline => ({ ...region, rings: regionRings(sky, region) }));
  const about = `outlines of ${outlines.map(regionText).join('; ')}`;
  if (wants('contours-csv')) {
    yield { name: `${stem}.contours.csv`, format: 'contours-csv', about, bytes: contoursCsv(outlines) };
  }
  if (wants('contours-geojson')) {
    const bytes = contoursGeoJson(result, outlines, options.source ?? null);
    yield { name: `${stem}.contours.geojson`, format: 'contours-geojson', about, bytes };
  }
  if (!wants('contours-text')) return;
  for (const outline of outlines) {
    const name = `${stem}.contour_${regionName(outline)}.txt`;
    yield { name, format: 'contours-text', about: `outline of ${regionText(outline)}`, bytes: contourText(outline) };
  }
}

function multiOrder(
  result: ScanResult,
  summary: ScanSummary,
  sky: SkyMaps,
  stem: string,
  quantity: MapQuantity,
  options: ProductOptions,
): Product {
  const write = quantity === 'probability' ? multiOrderFits : multiOrderLlhFits;
  const bytes = write(result, summary, { ...options, sky })!;
  return {
    name: `${stem}.${quantity}.multiorder.fits${options.gzip ? '.gz' : ''}`,
    format: 'multiorder',
    about: `multi-order map of ${quantityText(quantity, sky)}`,
    bytes: options.gzip ? gzipped(bytes) : bytes,
  };
}

function flat(
  result: ScanResult,
  summary: ScanSummary,
  sky: SkyMaps,
  stem: string,
  quantity: MapQuantity,
  options: ProductOptions,
): Product {
  const nside = options.nside ?? Math.max(...summary.nsides);
  const bytes =
    quantity === 'probability'
      ? flatProbabilityFits(result, summary, sky.probability, nside, options)
      : flatLlhFits(result, summary, nside, options);
  return {
    // skyreader's name, which scripts look for.
    name: `${stem}.skymap_nside_${nside}_${quantity}.fits.gz`,
    format: 'flat',
    about: `nside ${nside} map of ${quantityText(quantity, sky)}`,
    bytes: gzipped(bytes),
  };
}

function* mocs(
  result: ScanResult,
  region: SkyRegion,
  sky: SkyMaps,
  stem: string,
  formats: readonly ProductFormat[],
  options: MapFileOptions,
): Generator<Product, void, void> {
  const moc = mocOfCells(cellsInRegion(sky, region));
  const writers: readonly [ProductFormat, string, (moc: Moc) => Uint8Array | string][] = [
    ['moc-fits', 'fits', (moc) => mocFits(moc, [...eventCards(result, options), ...regionCards(region)])],
    ['moc-json', 'json', mocJson],
    ['moc-text', 'txt', mocText],
  ];
  for (const [format, extension, write] of writers) {
    if (!formats.includes(format)) continue;
    const name = `${stem}.moc_${regionName(region)}.${extension}`;
    yield { name, format, about: `coverage of ${regionText(region)}`, bytes: write(moc) };
  }
}

function regionCards(region: SkyRegion): Card[] {
  return [
    { key: 'REGION', value: regionText(region) },
    realCard('LEVEL', region.level, 'probability, or coverage by Wilks'),
    region.delta_2llh === null
      ? floorCard(region.angular_error_floor_deg ?? 0)
      : realCard('DELTA_2LLH', region.delta_2llh, '2 delta llh of the region'),
    areaCard(region),
  ];
}

function regionText(region: SkyRegion): string {
  return `the ${Number((100 * region.level).toFixed(4))} % region, ${regionMethod(region)}`;
}

function quantityText(quantity: MapQuantity, sky: SkyMaps): string {
  return quantity === 'llh' ? '2 delta llh, not blurred' : `exp(-delta llh), ${blurText(sky.probability.floorDeg)}`;
}

/** Compressed without a time or name in it: the same bytes each time. */
function gzipped(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { mtime: 0 });
}
