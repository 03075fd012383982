/**
 * Outlines of regions as files: a table (CSV), and skyreader's two columns of radians (specs/sky-and-scan.md 8.3). The
 * rings are those of `contourLines`: closed, the region to the left of the way, so counter-clockwise around it and
 * clockwise around a hole.
 */
import type { Ring } from '../../sky/index.js';
import type { SkyRegion } from './regions.js';

/** A region and its outline, the ring around the largest area first. */
export interface RegionOutline extends SkyRegion {
  readonly rings: readonly Ring[];
}

const DEGREE = Math.PI / 180;

/**
 * Every point of every ring:
 *
 *     region,level,angular_error_floor_deg,delta_2llh,ring,ra_deg,dec_deg
 *     probability,0.5,0.2,,1,47.512345,-3.112345
 *     wilks,0.9,,4.61,1,47.712345,-3.212345
 *
 * The last point of a ring is its first. Rings count from 1 within a region.
 */
export function contoursCsv(outlines: readonly RegionOutline[]): string {
  const lines = ['region,level,angular_error_floor_deg,delta_2llh,ring,ra_deg,dec_deg'];
  for (const { kind, level, angular_error_floor_deg: floor, delta_2llh: delta, rings } of outlines) {
    rings.forEach((ring, i) => {
      const start = `${kind},${level},${floor ?? ''},${delta ?? ''},${i + 1}`;
      for (const { raRad, decRad } of ring) {
        lines.push(`${start},${(raRad / DEGREE).toFixed(6)},${(decRad / DEGREE).toFixed(6)}`);
      }
    });
  }
  return `${lines.join('\n')}\n`;
}

/**
 * The largest ring of a region as skyreader writes it. Scripts that read its files expect one closed ring; islands and
 * holes are in the other formats.
 *
 *     "ra (rad)" "dec (rad)"
 *     0.8291 -0.0543
 */
export function contourText({ rings }: Pick<RegionOutline, 'rings'>): string {
  const points = (rings[0] ?? []).map(({ raRad, decRad }) => `${raRad} ${decRad}`);
  return `${['"ra (rad)" "dec (rad)"', ...points].join('\n')}\n`;
}
