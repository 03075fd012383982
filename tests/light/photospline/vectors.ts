/** Tables and vectors of ../shared/data/photospline. */

import type { SplineTable } from '../../../src/light/photospline/table.js';
import { decodeSplineTable } from '../../../src/light/photospline/table.js';
import { sharedBytes, sharedJson } from '../../support/shared.js';

const FOLDER = 'data/photospline';

export const TABLES: readonly string[] = [
  'fit_1d_order2',
  'fit_1d_order3_monotonic',
  'fit_2d_order2',
  'hand_1d_order2_clamped',
  'hand_1d_order3_noextents',
  'hand_2d_order1_3_period',
  'hand_2d_order2_float64',
  'hand_3d_order2_3_1',
  'hand_4d_order2_2_3_1',
  'synthetic_cascade.abs',
  'synthetic_cascade.prob',
  'synthetic_cascade_cyl.abs',
  'synthetic_cascade_cyl.prob',
  'synthetic_cascade_odd.abs',
  'synthetic_cascade_odd.prob',
  'synthetic_infmuon.abs',
  'synthetic_infmuon.prob',
  'synthetic_infmuon_stoch.abs',
  'synthetic_infmuon_stoch.prob',
];

export const TABLE_FILES: readonly string[] = TABLES.flatMap((name) => [
  `${FOLDER}/${name}.fits`,
  `${FOLDER}/${name}.vectors.json`,
]);

export function tableBytes(name: string): Uint8Array {
  return sharedBytes(`${FOLDER}/${name}.fits`);
}

export function splineTable(name: string): SplineTable {
  return decodeSplineTable(tableBytes(name), `${name}.fits`);
}

export function tableVectors(name: string): any {
  return sharedJson(`${FOLDER}/${name}.vectors.json`);
}
