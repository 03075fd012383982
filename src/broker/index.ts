export { type EmbeddedBroker, embeddedBroker } from './embedded.js';
export type { ClientEnd, Delivery, ServerEnd, TaskOutcome } from './types.js';
