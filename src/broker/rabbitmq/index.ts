/** RabbitMQ between servers and clients. Only for Node; loaded when it is asked for (broker/remote.ts). */
export { openRabbitClient } from './client-end.js';
export { openRabbitServer } from './server-end.js';
