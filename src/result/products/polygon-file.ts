/**
 * Reading polygons: lists of corners (RA and dec a line, as CSV or with blanks; degrees, or radians where the header
 * says so, as in skyreader's contour files), and GeoJSON.
 */
import type { RaDec } from '../../sky/index.js';
import type { PlanePoint, PlanePolygon } from './plane.js';
import { greatCirclePolygon, planePolygonUnion, type SkyPolygon } from './polygon.js';
import { badRegion } from './region-error.js';

const HINT = 'Give corners in order, one "RA,dec" in degrees a line, or GeoJSON with Polygons or MultiPolygons.';
const DEGREE = Math.PI / 180;
const MAX_DEPTH = 8;

type Bad = (why: string, cause?: unknown) => Error;

/** Decodes a polygon file. `name` of the file is for messages. Throws FileFormatError `result/bad-region`. */
export function readPolygon(text: string, name = 'The polygon'): SkyPolygon {
  const bad: Bad = (why, cause) => badRegion(name, why, HINT, cause);
  return text.trimStart().startsWith('{') ? fromGeoJson(text, bad) : fromCorners(text, bad);
}

function fromCorners(text: string, bad: Bad): SkyPolygon {
  const corners: RaDec[] = [];
  let unit = DEGREE;
  let isStart = true;
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const cells = line.trim().split(/\s*[,;\t]\s*|\s+/);
    const [ra, dec] = cells.map(Number);
    if (cells.length === 2 && isPosition((ra! * unit) / DEGREE, (dec! * unit) / DEGREE)) {
      corners.push({ raRad: ra! * unit, decRad: dec! * unit });
    } else if (isStart && cells.every((cell) => Number.isNaN(Number(cell)))) {
      if (/\brad\b/.test(line)) unit = 1;
    } else throw bad(`has a line ${i + 1} that is no corner ("${line.trim().slice(0, 60)}")`);
    isStart = false;
  });
  const [first, last] = [corners[0], corners.at(-1)];
  if (corners.length > 1 && first!.raRad === last!.raRad && first!.decRad === last!.decRad) corners.pop();
  if (corners.length < 3) throw bad(`has ${corners.length} corners; a polygon has at least three`);
  return greatCirclePolygon(corners);
}

function fromGeoJson(text: string, bad: Bad): SkyPolygon {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad('is not JSON, or is cut short', error);
  }
  const polygons = polygonsIn(value, bad, 0);
  if (polygons.length === 0) throw bad('has no polygon');
  return planePolygonUnion(polygons);
}

/** The polygons of any GeoJSON object. */
function polygonsIn(value: unknown, bad: Bad, depth: number): PlanePolygon[] {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) throw bad('is not GeoJSON');
  const { type, features, geometries, geometry, coordinates } = value as Record<string, unknown>;
  switch (type) {
    case 'FeatureCollection':
      return listOf(features, bad).flatMap((one) => polygonsIn(one, bad, depth + 1));
    case 'GeometryCollection':
      return listOf(geometries, bad).flatMap((one) => polygonsIn(one, bad, depth + 1));
    case 'Feature':
      return geometry === null ? [] : polygonsIn(geometry, bad, depth + 1);
    case 'Polygon':
      return [polygonOf(coordinates, bad)];
    case 'MultiPolygon':
      return listOf(coordinates, bad).map((one) => polygonOf(one, bad));
    default:
      throw bad(`has ${JSON.stringify(type ?? null).slice(0, 40)} where a Polygon or MultiPolygon should be`);
  }
}

function polygonOf(value: unknown, bad: Bad): PlanePolygon {
  return listOf(value, bad).map((ring) => {
    const points = listOf(ring, bad).map((point): PlanePoint => {
      const [ra, dec] = listOf(point, bad);
      if (typeof ra !== 'number' || typeof dec !== 'number' || !isPosition(ra < 0 ? ra + 360 : ra, dec)) {
        throw bad(`has a position ${JSON.stringify(point).slice(0, 40)} that is none`);
      }
      return [ra, dec];
    });
    const [first, last] = [points[0], points.at(-1)];
    if (points.length < 4 || first![0] !== last![0] || first![1] !== last![1])
      throw bad('has a ring that is not closed');
    return points;
  });
}

function listOf(value: unknown, bad: Bad): unknown[] {
  if (!Array.isArray(value)) throw bad('is not GeoJSON');
  return value;
}

/** Whether two numbers are a right ascension and a declination in degrees. */
function isPosition(raDeg: number, decDeg: number): boolean {
  return raDeg >= 0 && raDeg <= 360 && decDeg >= -90 && decDeg <= 90;
}
