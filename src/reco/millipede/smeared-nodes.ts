/**
 * Time part of a cascade table smeared by the time resolution of modules and electronics, once per fit, so that a look-up
 * costs nothing more. Distributions start half a smearing width before the earliest light; between nodes they are linear
 * in the square root of the time since then, as the table's own (specs/photon-tables.md 6.4).
 */
import { type CascadeTable, CDF_VALUES, NodeDistribution } from '../../light/index.js';

/** Half width of the triangle with standard deviation 1. */
const HALF_WIDTH = Math.sqrt(6);

/** The time part of a table, ready for look-ups. */
export interface SmearedNodes {
  /** CDF at the nodes of every place, [z][r][gamma][theta][16], times `UNIT`. */
  readonly cdf: Uint16Array;
  /** Distributions start this long before r 1.33 / c, ns. */
  readonly leadNs: number;
}

/** Stored value of a CDF of 1. */
export const CDF_UNIT = 65_535;

/** Smears all distributions of a table by a triangle of standard deviation `jitterNs`. */
export function smearedNodes(table: CascadeTable, jitterNs: number): SmearedNodes {
  const leadNs = HALF_WIDTH * jitterNs;
  const { cdf, timeNodes, timeLnR, timeZ, cosGamma, timeThetaDeg } = table;
  const out = new Uint16Array(cdf.length);
  const distribution = new NodeDistribution(timeNodes);
  const values = new Float64Array(timeNodes.length);
  const perR = cosGamma.size * timeThetaDeg.length;
  const places = timeZ.size * timeLnR.size * perR;
  for (let place = 0; place < places; place++) {
    const iR = Math.floor(place / perR) % timeLnR.size;
    const scaleNs = 8 + 1.6 * Math.exp(timeLnR.first + iR * timeLnR.step);
    const at = place * CDF_VALUES;
    // Where the smearing is narrower than the first step of the nodes it makes no difference.
    const isSharp = leadNs < 0.5 * timeNodes[0]! * scaleNs;
    for (let k = 0; k < values.length; k++) values[k] = cdf[at + k]! / 255;
    if (!isSharp) distribution.fill(values, scaleNs);
    for (let k = 0; k < values.length; k++) {
      const c = isSharp ? values[k]! : distribution.smearedCdf(timeNodes[k]! * scaleNs - leadNs, leadNs);
      out[at + k] = Math.round(c * CDF_UNIT);
    }
  }
  return { cdf: out, leadNs };
}
