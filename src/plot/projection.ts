/**
 * From directions to points of the picture (d3-geo). East is to the left, as seen from inside the sphere.
 *
 * Small polygons are projected corner by corner; whatever may cross the edge of the map or contain a pole goes through
 * d3's clipping, which wants polygons clockwise as seen from outside (the other way round means the rest of the sky).
 */
import {
  type GeoPermissibleObjects,
  type GeoProjection,
  geoAzimuthalEqualArea,
  geoEquirectangular,
  geoGnomonic,
  geoPath,
} from 'd3-geo';
import { geoAitoff, geoHammer, geoMollweide } from 'd3-geo-projection';
import type { LonLat } from './frame.js';
import { separation, wrap180 } from './frame.js';
import { type Point, pathData } from './svg.js';

/** Projections of the whole sky. */
export const PROJECTIONS = ['mollweide', 'hammer', 'aitoff', 'equirectangular'] as const;
export type AllSkyProjection = (typeof PROJECTIONS)[number];

/** A rectangle of the picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What the pictures ask of a projection. Path data is empty where nothing is visible. */
export interface SkyProjection {
  /** Picture units per degree at the centre. */
  readonly scale: number;
  /** Null outside the map. */
  point(at: LonLat): Point | null;
  /** The same for directions outside the frame of a window too; null where the projection has no answer. */
  rawPoint(at: LonLat): Point | null;
  /** Direction at a point; null outside the sky. */
  direction(point: Point): LonLat | null;
  /** Filled polygon: one ring clockwise seen from outside, first point not repeated. */
  polygon(ring: readonly LonLat[]): string;
  /** Lines and closed rings (first point repeated), clipped. */
  lines(lines: readonly (readonly LonLat[])[]): string;
  /** Edge of the map. */
  outline(): string;
}

const MAKERS: Readonly<Record<AllSkyProjection, () => GeoProjection>> = {
  mollweide: geoMollweide,
  hammer: geoHammer,
  aitoff: geoAitoff,
  equirectangular: geoEquirectangular,
};

/** The whole sky, centred on a longitude at the equator, as large as the box allows and in its middle. */
export function allSkyProjection(name: AllSkyProjection, centreLonDeg: number, box: Box): SkyProjection {
  const projection = MAKERS[name]()
    .reflectX(true)
    .rotate([-centreLonDeg, 0])
    .fitExtent(corners(box), { type: 'Sphere' });
  const isPlain = (ring: readonly LonLat[]): boolean => {
    let lowest = 180;
    let highest = -180;
    for (const [lon, lat] of ring) {
      const offset = wrap180(lon - centreLonDeg);
      lowest = Math.min(lowest, offset);
      highest = Math.max(highest, offset);
      if (Math.abs(lat) > 89.9) return false;
    }
    return highest - lowest < 60 && highest < 179.99;
  };
  return skyProjection(projection, isPlain, () => true);
}

/** Windows up to this size are gnomonic (great circles are straight), wider ones equal-area. */
const WIDEST_GNOMONIC_DEG = 40;

/** Name of the projection that {@link zoomProjection} uses for a window. */
export function zoomProjectionName(windowDeg: number): string {
  return windowDeg > WIDEST_GNOMONIC_DEG ? 'azimuthal equal-area' : 'gnomonic';
}

/** A square window of the sky around a direction. */
export function zoomProjection(centre: LonLat, windowDeg: number, box: Box): SkyProjection {
  const isWide = windowDeg > WIDEST_GNOMONIC_DEG;
  const projection = isWide ? geoAzimuthalEqualArea() : geoGnomonic();
  const half = (windowDeg * Math.PI) / 360;
  const halfWidth = isWide ? 2 * Math.sin(half / 2) : Math.tan(half);
  projection
    .reflectX(true)
    .rotate([-centre[0], -centre[1]])
    .scale((box.right - box.left) / 2 / halfWidth)
    .translate([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
    .clipExtent(corners(box));
  const isInside = ([x, y]: Point): boolean => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  const near = isWide ? 180 : 60;
  const isPlain = (ring: readonly LonLat[]): boolean =>
    ring.every((at) => {
      const p = projection([at[0], at[1]]);
      return p !== null && isInside(p);
    }) && separation(ring[0]!, centre) <= near;
  return skyProjection(projection, isPlain, isInside, (at) => separation(at, centre) <= near);
}

/** How far a curve may lie from its polyline, picture units. */
const PRECISION = 0.15;

function skyProjection(
  projection: GeoProjection,
  isPlain: (ring: readonly LonLat[]) => boolean,
  isInside: (point: Point) => boolean,
  isVisible: (at: LonLat) => boolean = () => true,
): SkyProjection {
  const path = geoPath(projection.precision(PRECISION)).digits(1);
  const draw = (shape: GeoPermissibleObjects): string => path(shape) ?? '';
  return {
    scale: (projection.scale() * Math.PI) / 180,
    point: (at) => {
      if (!isVisible(at)) return null;
      const p = projection([at[0], at[1]]);
      return p !== null && isInside(p) ? p : null;
    },
    rawPoint: (at) => (isVisible(at) ? projection([at[0], at[1]]) : null),
    direction: (point) => projection.invert?.([point[0], point[1]]) ?? null,
    polygon: (ring) => {
      if (isPlain(ring)) {
        return pathData(
          ring.map((at) => projection([at[0], at[1]])!),
          true,
        );
      }
      const closed = [...ring, ring[0]!].map(([lon, lat]) => [lon, lat]);
      return draw({ type: 'Polygon', coordinates: [closed] });
    },
    lines: (lines) =>
      draw({ type: 'MultiLineString', coordinates: lines.map((line) => line.map(([lon, lat]) => [lon, lat])) }),
    outline: () => draw({ type: 'Sphere' }),
  };
}

function corners(box: Box): [[number, number], [number, number]] {
  return [
    [box.left, box.top],
    [box.right, box.bottom],
  ];
}
