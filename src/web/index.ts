/** Pages about a map: the HTML report, the live page of a running scan, and what both share. */
export { type EventPicture, eventPicture } from './event-picture.js';
export { type LiveFeed, type LiveFeedOptions, liveFeed } from './live-feed.js';
export type { LiveAbout, LiveEvent, LiveFailure, LiveProgress, LiveState, LiveWorkers } from './live-messages.js';
export { FAVICON, type ListedScan, listPage, livePage, messagePage, PAGE_POLICY, tokenPage } from './live-page.js';
export { CellStore, type StoredPixel } from './page/cell-store.js';
export { type PixelRun, packPixels, unpackPixels } from './pixel-packing.js';
export { htmlReport, type ReportAssets } from './report.js';
export { PARTIAL, type ReportInput } from './report-input.js';
export { type RegionFigures, type SkyFigures, skyFigures } from './sky-figures.js';
