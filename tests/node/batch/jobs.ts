/** Clients whose names try every quoting there is. */
import type { ClientJobs } from '../../../src/node/batch/types.js';

export const ARGUMENTS: readonly string[] = [
  '--debug-directory',
  `/data/it's "my" $HOME $(ProcId) \\ debug`,
  '--debug',
];

export function clientJobs(other: Partial<ClientJobs> = {}): ClientJobs {
  return {
    name: 'skyscan-20240101-120000',
    scanId: '7-1:0-1700000000-abcdef',
    jobs: 3,
    workers: 2,
    memoryMib: 2048,
    startupFile: '/data/my scan/startup.json',
    clientArguments: ARGUMENTS,
    image: null,
    logs: '/data/logs of 100%/skyscan',
    defaults: { EWMS_PILOT_TASK_TIMEOUT: '1200' },
    group: null,
    settings: [],
    ...other,
  };
}
