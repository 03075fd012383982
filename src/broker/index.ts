export type { ClientEnd, Delivery, ServerEnd, TaskOutcome } from './types.js';
