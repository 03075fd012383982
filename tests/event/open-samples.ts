/** Open events that tests change one thing about. */

/** The smallest there is. */
export const SMALLEST = {
  format: 'skymap-scanner-event',
  version: 1,
  header: { run_id: 7, event_id: 3, start_time_utc: '2017-11-29T10:50:39.1836075052Z', real: false },
  pulses: [{ module: [1, 2], t_ns: [100, 250], q_pe: [1.225, 0.9], hlc: true }],
  detector: 'IC86',
} as const;

/** A detector of three modules. */
export const TELESCOPE = {
  name: 'ARCA6',
  defaults: { noise_hz: 7000 },
  modules: [
    { module: [2, 1], position_m: [90, 0, 36] },
    { module: [1, 2, 30], position_m: [0, 0, 72], efficiency: 0.9, on: false },
    { module: [1, 2], position_m: [0, 0, 72], noise_hz: 6000, mean_charge_pe: 1, slc_only: true },
  ],
} as const;
