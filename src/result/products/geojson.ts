/**
 * Regions as GeoJSON (RFC 7946, specs/alert-products.md section 3): a FeatureCollection of MultiPolygons in degrees of
 * RA (-180 to 180) and dec, ICRS. Exteriors run counter-clockwise; what crosses RA 180 is cut there.
 */
import type { ScanResult } from '../types.js';
import type { RegionOutline } from './contours.js';
import { type PlanePoint, planePolygons } from './plane.js';

/** The map that regions were cut from. */
export interface MapSource {
  /** File name, without directories. */
  readonly file: string;
  /** Checksum of the file, hexadecimal. */
  readonly sha256: string;
}

const SKY_DEG2 = 129600 / Math.PI;

/** The text of a `.geojson`. Contours and map belong together: `source` says which file they were made from. */
export function contoursGeoJson(
  { metadata }: Pick<ScanResult, 'metadata'>,
  outlines: readonly RegionOutline[],
  source: MapSource | null = null,
): string {
  const features = outlines.map((outline) => {
    const { kind, level, delta_2llh, angular_error_floor_deg, area_deg2, rings } = outline;
    const polygons = planePolygons(rings, area_deg2 > SKY_DEG2 / 2);
    return {
      type: 'Feature',
      properties: {
        region: kind,
        level,
        delta_2llh,
        angular_error_floor_deg,
        area_deg2,
        frame: 'ICRS',
        run_id: metadata?.runId ?? null,
        event_id: metadata?.eventId ?? null,
        map: source,
      },
      geometry: {
        type: 'MultiPolygon',
        coordinates: polygons.map((polygon) => polygon.map((ring) => ring.map(rounded))),
      },
    };
  });
  // One feature a line: short enough for people, simple for programs.
  return `{"type":"FeatureCollection","features":[\n${features.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`;
}

/** 10^-6 degrees, as everywhere. */
function rounded([ra, dec]: PlanePoint): PlanePoint {
  return [Math.round(ra * 1e6) / 1e6 + 0, Math.round(dec * 1e6) / 1e6 + 0];
}
