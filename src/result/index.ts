export {
  type ColumnComparison,
  compareResults,
  type MetadataDifference,
  type NsideComparison,
  type ResultComparison,
  SKYREADER_TOLERANCES,
  type Tolerances,
} from './compare.js';
export {
  type MultiOrderMap,
  type MultiOrderOptions,
  multiOrderFits,
  multiOrderLlhFits,
  readMultiOrderFits,
} from './fits/multi-order.js';
export { fromJson, toJson } from './json.js';
export {
  bestFit,
  countPixels,
  flattenLlh,
  isOfOldScanner,
  llhAt,
  type ScannedPixel,
  scannedPixelAt,
} from './lookup.js';
export { readNpz, writeNpz } from './npz/npz.js';
export { combineResults } from './products/combine.js';
export { contoursCsv, contourText, type RegionOutline } from './products/contours.js';
export {
  DEFAULT_FORMATS,
  MAP_QUANTITIES,
  type MapQuantity,
  PRODUCT_FORMATS,
  type Product,
  type ProductFormat,
  type ProductOptions,
  skyProducts,
} from './products/files.js';
export { flatLlhFits, flatProbability, flatProbabilityFits } from './products/flat.js';
export { contoursGeoJson, type MapSource } from './products/geojson.js';
export {
  MOC_RANGE_ORDER,
  type Moc,
  mocAreaDeg2,
  mocCells,
  mocFits,
  mocJson,
  mocOfCells,
  mocOfRanges,
  mocText,
  probabilityInMoc,
} from './products/moc.js';
export { readMoc } from './products/moc-file.js';
export { type CatalogSource, type NearSource, nearestSources } from './products/nearest.js';
export { FAITHFUL_CIRCLE, gcnNotice, type NoticeOptions, type NoticeReport } from './products/notice.js';
export {
  ALERT_TENSES,
  ALERT_TYPES,
  checkNotice,
  type GcnNotice,
  noticeJsonSchema,
  PIPELINES,
  TOPOLOGIES,
} from './products/notice-schema.js';
export { type PlanePoint, type PlanePolygon, planePolygons } from './products/plane.js';
export { greatCirclePolygon, planePolygonUnion, probabilityInPolygon, type SkyPolygon } from './products/polygon.js';
export { readPolygon } from './products/polygon-file.js';
export {
  blurText,
  cellsInRegion,
  DEFAULT_LEVELS,
  delta2LlhAt,
  isInRegion,
  REGION_KINDS,
  type RegionKind,
  regionBelow,
  regionMethod,
  regionRings,
  type SkyRegion,
  skyRegion,
  wilksDelta,
} from './products/regions.js';
export { readResult } from './read.js';
export { type EventId, eventStem, resultFileStem } from './stem.js';
export { formatAngleDms, formatDuration, formatEnergy, formatRaHms, isoTime } from './summary/format.js';
export { readSummary, summaryJsonSchema } from './summary/schema.js';
export {
  DEFAULT_ANGULAR_ERROR_FLOOR_DEG,
  type SkyMaps,
  type SummaryOptions,
  skyMaps,
  summarize,
  summaryJson,
} from './summary/summarize.js';
export { summaryText } from './summary/text.js';
export type {
  BestFitSummary,
  PeakSummary,
  RegionBox,
  RegionSummary,
  ScanSummary,
  WilksRegionSummary,
} from './summary/types.js';
export type { NsideMap, ScanMetadata, ScanResult } from './types.js';
