export { type EmbeddedBroker, embeddedBroker } from './embedded.js';
export type { ClientEnd, Delivery, ServerEnd, TaskHistory, TaskOutcome } from './types.js';
