export { OPEN_EVENT_FORMAT, OPEN_EVENT_VERSION, type OpenEventDocument } from './document.js';
export { readOpenEvent } from './read.js';
export { openEventJsonSchema } from './schema.js';
export { parseUtc, type Utc } from './utc.js';
export { type DetectorFigures, openModules, writeOpenEvent } from './write.js';
