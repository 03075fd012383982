/** Pages about a map: the HTML report, the live page of a running scan, and what both share. */
export { type EventPicture, eventPicture } from './event-picture.js';
export { type PixelRun, packPixels, unpackPixels } from './pixel-packing.js';
export { htmlReport, type ReportAssets, type ReportInput } from './report.js';
export { type RegionFigures, type SkyFigures, skyFigures } from './sky-figures.js';
