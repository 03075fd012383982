/** Where a telescope stands, and how its axes lie: what its directions need to become places on the sky. */

/** A telescope on Earth, degrees. Its z axis points to the zenith, its axes are right-handed. */
export interface Site {
  /** Geodetic latitude, [-90, 90], north positive. */
  readonly latitudeDeg: number;
  /** [-180, 180], east positive. */
  readonly longitudeDeg: number;
  /** Where the detector's x axis points: degrees from East towards North; 0 is East, 90 North. */
  readonly xAxisAzimuthDeg: number;
}

/**
 * IceCube as IceTray's `astro` places it (specs/sky-and-scan.md section 16). Its y axis points along the Greenwich
 * meridian ("grid north"), which so close to the pole makes the x axis's angle from East the longitude itself.
 */
export const ICECUBE_SITE: Site = { latitudeDeg: -89.9944, longitudeDeg: -62.6081, xAxisAzimuthDeg: -62.6081 };
