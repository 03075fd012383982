export type { Detector } from './types.js';
