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
export type { EventScanOptions, ScanJobReport } from './event-scan.js';
export {
  ensureDirectory,
  listDirectory,
  type NewFile,
  probeWritable,
  readWholeFile,
  writeFiles,
} from './files/files.js';
export { type LoadEventOptions, type LoadedEvent, loadEvent } from './files/load-event.js';
export { loadResult, remarksBeside, resultStem, type ScanRemarks } from './files/load-result.js';
export { hasPhotonTables, loadPhotonTables, readPhotonTables } from './files/photon-tables.js';
export { svgToPng } from './files/png.js';
export { packageVersion, readResource } from './files/resources.js';
export { openReco, type RecoChoice, type RecoSource } from './fits/reco-source.js';
export { INTERRUPTED, type Interrupt, interruptible } from './interrupt.js';
export { loadOptics, type MakeTablesOptions, makeTables, type TableProgress } from './make-tables.js';
export { type LogFormat, timeStamp } from './observe/log.js';
export { type Observer, type ObserverOptions, observe } from './observe/observer.js';
export {
  type ProgressDisplay,
  type ProgressOptions,
  type ProgressStyle,
  progressDisplay,
  progressStyle,
  type Terminal,
} from './observe/progress.js';
export { fitOneTask, type OneTaskOptions } from './one-task.js';
export { serveDirectory } from './pages/directory-page.js';
export { type ReportOptions, reportOfResult } from './pages/html-report.js';
export { DEFAULT_PAGE_PORT, type PagePlace, pagePlace } from './pages/page-place.js';
export { openScanPage, type ScanPage, type ScanPageOptions } from './pages/scan-page.js';
export { type BrokerPlace, brokerPlace } from './remote-broker.js';
export { type ScanJobOptions, scanOnThisMachine } from './scan-job.js';
export { type ServerJobOptions, serveScan } from './server-job.js';
export { shellText } from './shell-text.js';
export type { SkydriverOptions } from './skydriver/skydriver.js';
export { type SkydriverPlace, skydriverPlace } from './skydriver/skydriver-http.js';
