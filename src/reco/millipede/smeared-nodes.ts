/** Time part of a cascade table smeared by the time resolution of modules and electronics, once per fit. */
import { type CascadeTable, type SmearedTimePart, smearTimes } from '../../light/index.js';

/** Half width of the triangle with standard deviation 1. */
export const HALF_WIDTH: number = Math.sqrt(6);

/** The time part of a table, ready for look-ups. */
export type SmearedNodes = SmearedTimePart;

/** Stored value of a CDF of 1. */
export const CDF_UNIT = 65_535;

/** Smears all distributions of a table by a triangle of standard deviation `jitterNs`. */
export function smearedNodes(table: CascadeTable, jitterNs: number): SmearedNodes {
  return smearTimes(table, HALF_WIDTH * jitterNs);
}
