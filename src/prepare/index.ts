export type { HlcTimes } from './seed-time.js';
