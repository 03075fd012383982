/**
 * Rings on the sphere as polygons of the (RA, dec) plane, as GeoJSON wants them (RFC 7946): RA from -180 to 180
 * degrees, cut where RA is 180, closed along the plane's edge where a pole is inside, every hole with the exterior that
 * holds it.
 */
import type { Ring } from '../../sky/index.js';

/** RA in (-180, 180] or on the cut, and dec; degrees. */
export type PlanePoint = readonly [raDeg: number, decDeg: number];

/** An exterior ring, counter-clockwise, and its holes, clockwise. The last point of a ring is its first. */
export type PlanePolygon = readonly (readonly PlanePoint[])[];

const DEGREE = Math.PI / 180;
/** The whole plane, counter-clockwise from its south-eastern corner. */
const FRAME: readonly PlanePoint[] = [
  [180, -90],
  [180, 90],
  [-180, 90],
  [-180, -90],
];

/**
 * The region to the left of rings (see `Ring`).
 * @param isAll what no ring at all means: the whole sky, or nothing
 */
export function planePolygons(rings: readonly Ring[], isAll: boolean): PlanePolygon[] {
  if (rings.length === 0) return isAll ? [[closed(FRAME)]] : [];
  const whole: PlanePoint[][] = [];
  const pieces: PlanePoint[][] = [];
  for (const ring of rings) {
    const cut = cutAtSeam(ring);
    if (cut.isCut) pieces.push(...cut.pieces);
    else whole.push(...cut.pieces);
  }
  const exteriors = [...joinAlongFrame(pieces), ...whole.filter((ring) => planeArea(ring) > 0)];
  const holes = whole.filter((ring) => planeArea(ring) <= 0);
  // A hole outside of everything: the region goes on over the cut and both poles.
  if (holes.some((hole) => !exteriors.some((ring) => holds(ring, hole[0]!)))) exteriors.push([...FRAME]);
  const polygons = exteriors
    .map((ring) => ({ ring, area: planeArea(ring), holes: [] as PlanePoint[][] }))
    .sort((a, b) => a.area - b.area);
  for (const hole of holes) polygons.find(({ ring }) => holds(ring, hole[0]!))!.holes.push(hole);
  return polygons.reverse().map((polygon) => [closed(polygon.ring), ...polygon.holes.map(closed)]);
}

/** A ring in the plane (open), or its pieces between one crossing of the cut and the next. */
function cutAtSeam(ring: Ring): { isCut: boolean; pieces: PlanePoint[][] } {
  const points = ring.slice(0, -1).map(({ raRad, decRad }): PlanePoint => [signed(raRad / DEGREE), decRad / DEGREE]);
  const pieces: PlanePoint[][] = [[]];
  for (const [i, point] of points.entries()) {
    pieces.at(-1)!.push(point);
    const following = points[(i + 1) % points.length]!;
    const turn = following[0] - point[0];
    if (Math.abs(turn) <= 180) continue;
    // Eastwards over 180 the RA falls by nearly a whole turn.
    const side = turn < 0 ? 180 : -180;
    const dec = crossingDec(point, following);
    pieces.at(-1)!.push([side, dec]);
    pieces.push([[-side, dec]]);
  }
  if (pieces.length === 1) return { isCut: false, pieces };
  // The ring may have begun within a piece.
  const last = pieces.pop()!;
  pieces[0] = [...last, ...pieces[0]!];
  return { isCut: true, pieces };
}

/** Declination at which the great circle between two points crosses RA 180. */
function crossingDec(a: PlanePoint, b: PlanePoint): number {
  const [ax, ay, az] = vector(a);
  const [bx, by, bz] = vector(b);
  const part = ay === by ? 0.5 : ay / (ay - by);
  const x = ax + part * (bx - ax);
  const z = az + part * (bz - az);
  return Math.atan2(z, Math.abs(x)) / DEGREE;
}

function vector([ra, dec]: PlanePoint): [number, number, number] {
  const cosine = Math.cos(dec * DEGREE);
  return [cosine * Math.cos(ra * DEGREE), cosine * Math.sin(ra * DEGREE), Math.sin(dec * DEGREE)];
}

/**
 * Joins pieces to rings along the edge of the plane. A piece ends where the region reaches the edge; the region goes on
 * to the left, so the edge is followed counter-clockwise to where the next piece begins.
 */
function joinAlongFrame(pieces: readonly PlanePoint[][]): PlanePoint[][] {
  const rest = new Set(pieces);
  const rings: PlanePoint[][] = [];
  while (rest.size > 0) {
    const [first] = rest;
    const ring: PlanePoint[] = [];
    let piece = first!;
    do {
      rest.delete(piece);
      ring.push(...piece);
      const from = alongFrame(piece.at(-1)!);
      const ahead = (other: PlanePoint[]): number => {
        const distance = alongFrame(other[0]!) - from;
        return distance < 0 ? distance + PERIMETER : distance;
      };
      const candidates = [...rest, first!];
      const next = candidates.reduce((a, b) => (ahead(b) < ahead(a) ? b : a));
      ring.push(...cornersBetween(from, ahead(next)));
      piece = next;
    } while (piece !== first);
    rings.push(ring);
  }
  return rings;
}

const PERIMETER = 1080;

/** Place of a point of the eastern or western edge on the way around the plane, which begins at the first corner. */
function alongFrame([ra, dec]: PlanePoint): number {
  return ra > 0 ? dec + 90 : 540 + 90 - dec;
}

/** Corners passed on the way from a place of the edge. */
function cornersBetween(from: number, length: number): PlanePoint[] {
  const at = [0, 180, 540, 720];
  const passed: { distance: number; corner: PlanePoint }[] = [];
  for (const [i, place] of at.entries()) {
    const distance = place - from <= 0 ? place - from + PERIMETER : place - from;
    if (distance < length) passed.push({ distance, corner: FRAME[i]! });
  }
  return passed.sort((a, b) => a.distance - b.distance).map(({ corner }) => corner);
}

/** Area in the plane, square degrees of RA and dec; positive counter-clockwise. */
function planeArea(ring: readonly PlanePoint[]): number {
  let twice = 0;
  for (const [i, [ra, dec]] of ring.entries()) {
    const [nextRa, nextDec] = ring[(i + 1) % ring.length]!;
    twice += ra * nextDec - nextRa * dec;
  }
  return twice / 2;
}

/** Whether a ring of the plane holds a point (even-odd rule). */
export function holds(ring: readonly PlanePoint[], [ra, dec]: PlanePoint): boolean {
  let isInside = false;
  for (let i = 0, before = ring.length - 1; i < ring.length; before = i++) {
    const [fromRa, fromDec] = ring[before]!;
    const [toRa, toDec] = ring[i]!;
    if (fromRa > ra === toRa > ra) continue;
    if (fromDec + ((ra - fromRa) / (toRa - fromRa)) * (toDec - fromDec) < dec) isInside = !isInside;
  }
  return isInside;
}

function closed(ring: readonly PlanePoint[]): PlanePoint[] {
  return [...ring, ring[0]!];
}

/** An angle of 0 to 360 degrees as one of -180 to 180. */
function signed(degrees: number): number {
  return degrees > 180 ? degrees - 360 : degrees;
}
