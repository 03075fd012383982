/** Where a sky view looks: moving, zooming, flying to a place. */
import { GALACTIC_AXES } from './draw-lines.js';
import { lonLatOf, type Matrix, type View, ViewProjection, vectorOf, wholeSkyScale } from './view-projection.js';

export type SkyFrameName = 'equatorial' | 'galactic';
type Point = readonly [x: number, y: number];

const DEGREE = Math.PI / 180;
const SMALLEST_FIELD_DEG = 0.02;
const FLIGHT_MS = 500;

export class SkyCamera {
  width = 1;
  height = 1;
  view: View = { lonDeg: 180, latDeg: 0, scale: 0 };
  /** Whether the whole sky is looked at, as at the beginning. */
  isHome = true;
  frame: SkyFrameName;
  private flight = 0;
  private readonly moved: () => void;
  private readonly arrived: () => void;

  /** @param moved is called at each step of a flight, `arrived` at its end */
  constructor(frame: SkyFrameName, moved: () => void, arrived: () => void) {
    this.frame = frame;
    this.moved = moved;
    this.arrived = arrived;
  }

  get axes(): Matrix | null {
    return this.frame === 'galactic' ? GALACTIC_AXES : null;
  }

  get projection(): ViewProjection {
    return new ViewProjection(this.view, this.width, this.height, this.axes);
  }

  get isFlying(): boolean {
    return this.flight !== 0;
  }

  /** Width of what is seen, degrees. */
  get fieldDeg(): number {
    return Math.min(360, this.width / this.view.scale / DEGREE);
  }

  get middle(): Point {
    return [this.width / 2, this.height / 2];
  }

  /** Whether the size is another one. */
  resize(width: number, height: number): boolean {
    if (width === this.width && height === this.height) return false;
    const factor = this.view.scale > 0 ? Math.min(width, height) / Math.min(this.width, this.height) : 1;
    [this.width, this.height] = [width, height];
    const isWhole = this.isHome || this.view.scale === 0;
    this.view = { ...this.view, scale: isWhole ? wholeSkyScale(width, height) : this.view.scale * factor };
    return true;
  }

  /** Other coordinates, the same middle. */
  setFrame(frame: SkyFrameName): void {
    const middle = this.projection.vector(...this.middle)!;
    this.frame = frame;
    const [lon, lat] = this.isHome ? [homeLongitude(frame), 0] : lonLatOf(middle, this.axes);
    this.look(lon, lat);
  }

  look(lonDeg: number, latDeg: number, scale: number = this.view.scale): void {
    const largest = Math.max(this.width, this.height) / (SMALLEST_FIELD_DEG * DEGREE);
    this.view = {
      lonDeg: lonDeg - 360 * Math.floor(lonDeg / 360),
      latDeg: Math.max(-90, Math.min(90, latDeg)),
      scale: Math.max(0.7 * wholeSkyScale(this.width, this.height), Math.min(largest, scale)),
    };
  }

  /** The sky at `from` moves to `to`. */
  drag(from: Point, to: Point): void {
    this.leave();
    const grabbed = this.projection.vector(...from);
    if (grabbed === null) this.shift(-(to[0] - from[0]) / this.width, (to[1] - from[1]) / this.height);
    else this.bring(grabbed, to);
  }

  /** The sky at a point stays where it is. */
  zoom(factor: number, at: Point): void {
    this.leave();
    const fixed = this.projection.vector(...at);
    this.look(this.view.lonDeg, this.view.latDeg, this.view.scale * factor);
    if (fixed !== null) this.bring(fixed, at);
  }

  /** By parts of the screen. */
  pan(right: number, up: number): void {
    this.leave();
    this.shift(right, up);
  }

  wholeSky(): void {
    const scale = wholeSkyScale(this.width, this.height);
    this.fly({ lonDeg: homeLongitude(this.frame), latDeg: 0, scale }, true);
  }

  goTo(raDeg: number, decDeg: number, fieldDeg: number | undefined): void {
    const [lonDeg, latDeg] = lonLatOf(vectorOf(raDeg, decDeg), this.axes);
    const size = Math.min(this.width, this.height);
    this.fly({ lonDeg, latDeg, scale: fieldDeg === undefined ? this.view.scale : size / (fieldDeg * DEGREE) }, false);
  }

  stop(): void {
    cancelAnimationFrame(this.flight);
    this.flight = 0;
  }

  private leave(): void {
    this.stop();
    this.isHome = false;
  }

  /** Turns the sky so that a direction comes to a point of the screen. */
  private bring(direction: readonly number[], to: Point): void {
    for (let turn = 0; turn < 3; turn++) {
      const there = this.projection.vector(...to);
      if (there === null) return;
      const [wanted, got] = [lonLatOf(direction, this.axes), lonLatOf(there, this.axes)];
      this.look(this.view.lonDeg + halfTurn(wanted[0] - got[0]), this.view.latDeg + wanted[1] - got[1]);
    }
  }

  private shift(right: number, up: number): void {
    const perScreen = Math.min(this.width, this.height) / this.view.scale / DEGREE;
    const narrow = Math.max(0.15, Math.cos(this.view.latDeg * DEGREE));
    this.look(this.view.lonDeg - (right * perScreen) / narrow, this.view.latDeg + up * perScreen);
  }

  /** A smooth way to another view; at once for those who do not want motion. */
  private fly(target: View, toHome: boolean): void {
    this.stop();
    const from = this.view;
    const dLon = halfTurn(target.lonDeg - from.lonDeg);
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches || from.scale === 0;
    const startMs = performance.now();
    const next = (): void => {
      const t = isCalm ? 1 : Math.min(1, (performance.now() - startMs) / FLIGHT_MS);
      const eased = t * t * (3 - 2 * t);
      const scale = isCalm ? target.scale : from.scale * Math.exp(eased * Math.log(target.scale / from.scale));
      this.look(from.lonDeg + eased * dLon, from.latDeg + eased * (target.latDeg - from.latDeg), scale);
      this.flight = t < 1 ? requestAnimationFrame(next) : 0;
      if (t >= 1) this.isHome = toHome;
      this.moved();
      if (t >= 1) this.arrived();
    };
    next();
  }
}

function homeLongitude(frame: SkyFrameName): number {
  return frame === 'galactic' ? 0 : 180;
}

/** An angle in [-180, 180]. */
function halfTurn(deg: number): number {
  return deg - 360 * Math.round(deg / 360);
}
