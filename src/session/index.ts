/**
 * A scan in one place, the same on a machine and in a page: what is between an event that was read and files that will
 * be written. Threads, files and addresses are handed in.
 */
export {
  type EventCopy,
  eventCopy,
  eventCopyName,
  MANIFEST_NAME,
  manifestFile,
  type ScannedEvent,
  type ScannedWith,
  type ScanState,
} from './beside-map.js';
export { type ChoiceInput, chooseReco, listChoices } from './choose-reco.js';
export { answerFiles, mapFiles, mapStem, type NamedFile, pictureFiles, type ScanRecord } from './files.js';
export { answerTasks, type FitterMessage, type FitterPort, type PortFitter, portFitter } from './fitter-messages.js';
export { type LightSources, type PrepareOptions, prepareWith, recoFailed } from './prepare-event.js';
export { type RunHereOptions, runHere } from './run-here.js';
export { type SetupOptions, scanMetadata, scanSetup, truthOf } from './setup.js';
export { shareLargeArrays } from './share.js';
