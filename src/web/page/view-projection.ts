/**
 * From the sky to the screen: Hammer's equal-area projection (E. Hammer 1892), turned so that the middle of the screen
 * is the middle of the projection. The whole sky is an ellipse; close to the middle shapes are true, so that one
 * projection serves every zoom. Longitude increases to the left, as seen from inside the sphere.
 *
 * Both ways work on unit vectors and need no trigonometry: with c = cos lat and p = (c cos(lon/2), c sin(lon/2), sin lat)
 * the projection is Lambert's azimuthal one of p, stretched by 2 along x.
 */

/** Half axes of the ellipse of the whole sky for a scale of 1. */
export const HALF_WIDTH: number = 2 * Math.SQRT2;
export const HALF_HEIGHT: number = Math.SQRT2;

const DEGREE = Math.PI / 180;

/** What the screen shows. */
export interface View {
  /** Direction in the middle: longitude and latitude of the frame, degrees. */
  readonly lonDeg: number;
  readonly latDeg: number;
  /** Screen units per radian in the middle. */
  readonly scale: number;
}

/** Rows: axes of the view (to the middle, to the left, up) in equatorial coordinates. */
export type Matrix = readonly [readonly number[], readonly number[], readonly number[]];

/** The sky as a screen of some size shows it. */
export class ViewProjection {
  readonly rows: Matrix;

  /** @param frame rows: axes of the celestial frame in equatorial coordinates; null for equatorial */
  constructor(
    readonly view: View,
    readonly width: number,
    readonly height: number,
    readonly frame: Matrix | null,
  ) {
    const [sinL, cosL] = [Math.sin(view.lonDeg * DEGREE), Math.cos(view.lonDeg * DEGREE)];
    const [sinB, cosB] = [Math.sin(view.latDeg * DEGREE), Math.cos(view.latDeg * DEGREE)];
    const turn: Matrix = [
      [cosB * cosL, cosB * sinL, sinB],
      [-sinL, cosL, 0],
      [-sinB * cosL, -sinB * sinL, cosB],
    ];
    this.rows = frame === null ? turn : product(turn, frame);
  }

  /**
   * Screen position of an equatorial vector, and on which side of the line opposite to the middle it is: lines between
   * 1 and -1 cross the edge of the sky. 0: on this half of the sky.
   */
  point(x: number, y: number, z: number): [x: number, y: number, side: number] {
    const [a, b, c] = this.rows;
    const ux = a[0]! * x + a[1]! * y + a[2]! * z;
    const uy = b[0]! * x + b[1]! * y + b[2]! * z;
    const uz = c[0]! * x + c[1]! * y + c[2]! * z;
    const cosLat = Math.hypot(ux, uy);
    // Opposite to the middle the half longitude is +-90 degrees: cos(lon/2) vanishes, sin(lon/2) does not.
    const px = Math.sqrt(Math.max(0, (cosLat * (cosLat + ux)) / 2));
    const py = px > 1e-9 ? (uy * cosLat) / (2 * px) : cosLat;
    const w = Math.sqrt((1 + px) / 2);
    return [
      this.width / 2 - (this.view.scale * 2 * py) / w,
      this.height / 2 - (this.view.scale * uz) / w,
      ux < 0 ? (uy < 0 ? -1 : 1) : 0,
    ];
  }

  /** Equatorial unit vector at a screen position; null outside the sky. */
  vector(screenX: number, screenY: number): [number, number, number] | null {
    const hx = (this.width / 2 - screenX) / this.view.scale;
    const hy = (this.height / 2 - screenY) / this.view.scale;
    const w2 = 1 - (hx * hx) / 16 - (hy * hy) / 4;
    const px = 2 * w2 - 1;
    if (!(px >= 0)) return null;
    const w = Math.sqrt(w2);
    const py = (w * hx) / 2;
    const uz = w * hy;
    const c = Math.hypot(px, py);
    const [ux, uy] = c > 0 ? [((px - py) * (px + py)) / c, (2 * px * py) / c] : [0, 0];
    const [a, b, d] = this.rows;
    return [
      a[0]! * ux + b[0]! * uy + d[0]! * uz,
      a[1]! * ux + b[1]! * uy + d[1]! * uz,
      a[2]! * ux + b[2]! * uy + d[2]! * uz,
    ];
  }

  /** Whether the edge of the sky is on the screen. */
  get showsEdge(): boolean {
    const { scale } = this.view;
    return scale * HALF_WIDTH < Math.hypot(this.width, this.height) / 2 || scale * HALF_HEIGHT < this.height / 2;
  }
}

/** Scale at which the whole sky fits. */
export function wholeSkyScale(width: number, height: number): number {
  return 0.97 * Math.min(width / 2 / HALF_WIDTH, height / 2 / HALF_HEIGHT);
}

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => [0, 1, 2].map((k) => row[0]! * b[0][k]! + row[1]! * b[1][k]! + row[2]! * b[2][k]!)) as never;
}

/** Unit vector of longitude and latitude in degrees. */
export function vectorOf(lonDeg: number, latDeg: number): [number, number, number] {
  const c = Math.cos(latDeg * DEGREE);
  return [c * Math.cos(lonDeg * DEGREE), c * Math.sin(lonDeg * DEGREE), Math.sin(latDeg * DEGREE)];
}

/** Longitude in [0, 360) and latitude of a vector, degrees; in a frame given by its axes. */
export function lonLatOf(vector: readonly number[], frame: Matrix | null = null): [number, number] {
  const [x, y, z] =
    frame === null
      ? [vector[0]!, vector[1]!, vector[2]!]
      : frame.map((row) => row[0]! * vector[0]! + row[1]! * vector[1]! + row[2]! * vector[2]!);
  const lon = Math.atan2(y!, x!) / DEGREE;
  return [lon < 0 ? lon + 360 : lon, Math.atan2(z!, Math.hypot(x!, y!)) / DEGREE];
}
