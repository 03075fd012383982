/**
 * The Node edge of the scanner: files, threads, processes, signals, terminals. What runs anywhere is in the library's
 * public face beside it.
 */

export type { BrokerEvents, BrokerListener } from '../broker/remote-types.js';
export {
  argumentsOfJson,
  argumentsOfPairs,
  type BatchEngine,
  type ClientOption,
  type ClientStarterOptions,
  type StartedClients,
  startClients,
} from './batch/index.js';
export { type ClientJobOptions, type ClientJobReport, runClient } from './client-job.js';
export { serveDirectory } from './directory-page.js';
export type { EventScanOptions, ScanJobReport } from './event-scan.js';
export {
  ensureDirectory,
  listDirectory,
  type NewFile,
  probeWritable,
  readWholeFile,
  writeFiles,
} from './files.js';
export { type ReportOptions, reportOfResult } from './html-report.js';
export { INTERRUPTED, type Interrupt, interruptible } from './interrupt.js';
export { type LoadEventOptions, type LoadedEvent, loadEvent } from './load-event.js';
export { loadResult, remarksBeside, resultStem, type ScanRemarks } from './load-result.js';
export { type LogFormat, timeStamp } from './log.js';
export { loadOptics, type MakeTablesOptions, makeTables, type TableProgress } from './make-tables.js';
export { type Observer, type ObserverOptions, observe } from './observer.js';
export { fitOneTask, type OneTaskOptions } from './one-task.js';
export { DEFAULT_PAGE_PORT, type PagePlace, pagePlace } from './page-server.js';
export { hasPhotonTables, loadPhotonTables, readPhotonTables } from './photon-tables.js';
export { svgToPng } from './png.js';
export {
  type ProgressDisplay,
  type ProgressOptions,
  type ProgressStyle,
  progressDisplay,
  progressStyle,
  type Terminal,
} from './progress.js';
export { openReco, type RecoChoice, type RecoSource } from './reco-source.js';
export { type BrokerPlace, brokerPlace } from './remote-broker.js';
export { packageVersion, readResource } from './resources.js';
export { type ScanJobOptions, scanOnThisMachine } from './scan-job.js';
export { openScanPage, type ScanPage, type ScanPageOptions } from './scan-page.js';
export { type ServerJobOptions, serveScan } from './server-job.js';
export { shellText } from './shell-text.js';
export type { SkydriverOptions } from './skydriver.js';
export { type SkydriverPlace, skydriverPlace } from './skydriver-http.js';
