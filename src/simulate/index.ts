export type { ElectronicsOptions } from './electronics.js';
export {
  MAX_ENERGY_GEV,
  MIN_ENERGY_GEV,
  type SimulatedEvent,
  type SimulationOptions,
  type SimulationSetup,
  simulateEvent,
} from './simulate-event.js';
