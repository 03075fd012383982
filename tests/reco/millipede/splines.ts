/**
 * Light of the invented spline tables of ../shared/data/photospline, from which the reference's vectors were made
 * (specs/photospline.md). Plain and slow: for tests of everything but the light.
 */

import type { SegmentLight } from '../../../src/reco/millipede/light.js';
import type { Rows } from '../../../src/reco/millipede/rows.js';
import { sharedBytes } from '../../support/shared.js';

const C = 0.299792458;

class Spline {
  readonly order: number[] = [];
  readonly knots: Float64Array[] = [];
  readonly lengths: number[];
  readonly extents: number[];
  readonly coefficients: Float64Array;
  readonly header: Map<string, string>;
  /** Derivatives of the last `gradient` call. */
  readonly slope: Float64Array;

  constructor(file: string) {
    const units = readFits(sharedBytes(file));
    const main = units[0]!;
    this.header = main.header;
    this.lengths = main.shape.toReversed();
    this.coefficients = main.data;
    const d = this.lengths.length;
    for (let k = 0; k < d; k++) {
      this.order.push(Number(main.header.get('ORDER') ?? main.header.get(`ORDER${k}`)));
      this.knots.push(units.find((u) => u.name === `KNOTS${k}`)!.data);
    }
    this.extents = [...units.find((u) => u.name === 'EXTENTS')!.data];
    this.slope = new Float64Array(d);
  }

  /** Value at x; fills `slope` when asked. */
  at(x: ArrayLike<number>, withSlope = false): number {
    const d = this.lengths.length;
    const firsts: number[] = [];
    const values: number[][] = [];
    const slopes: number[][] = [];
    for (let k = 0; k < d; k++) {
      const n = this.order[k]!;
      const t = this.knots[k]!;
      let span = n;
      while (span < this.lengths[k]! - 1 && x[k]! >= t[span + 1]!) span++;
      const basis = (order: number): number[] =>
        Array.from({ length: n + 1 }, (_, i) => bspline(t, span - n + i, order, x[k]!));
      firsts.push(span - n);
      values.push(basis(n));
      const lower = (i: number): number => {
        const width = t[i + n]! - t[i]!;
        return width > 0 ? (n * bspline(t, i, n - 1, x[k]!)) / width : 0;
      };
      slopes.push(Array.from({ length: n + 1 }, (_, i) => lower(span - n + i) - lower(span - n + i + 1)));
    }
    const sum = (k: number, offset: number, of: number): number => {
      if (k === d) return this.coefficients[offset]!;
      const weights = k === of ? slopes[k]! : values[k]!;
      let total = 0;
      for (let i = 0; i < weights.length; i++) {
        if (weights[i] !== 0) total += weights[i]! * sum(k + 1, offset * this.lengths[k]! + firsts[k]! + i, of);
      }
      return total;
    };
    if (withSlope) for (let k = 0; k < d; k++) this.slope[k] = sum(0, 0, k);
    return sum(0, 0, -1);
  }
}

function bspline(t: Float64Array, i: number, order: number, x: number): number {
  if (order === 0) return t[i]! <= x && x < t[i + 1]! ? 1 : 0;
  const a = t[i + order]! - t[i]!;
  const b = t[i + order + 1]! - t[i + 1]!;
  return (
    (a > 0 ? ((x - t[i]!) / a) * bspline(t, i, order - 1, x) : 0) +
    (b > 0 ? ((t[i + order + 1]! - x) / b) * bspline(t, i + 1, order - 1, x) : 0)
  );
}

function readFits(
  bytes: Uint8Array,
): { name: string; header: Map<string, string>; shape: number[]; data: Float64Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units = [];
  let at = 0;
  while (at < bytes.length) {
    const header = new Map<string, string>();
    for (let ended = false; !ended; at += 2880) {
      const block = new TextDecoder().decode(bytes.subarray(at, at + 2880));
      for (let c = 0; c < 2880; c += 80) {
        const card = block.slice(c, c + 80);
        if (card.startsWith('END ')) ended = true;
        if (card[8] === '=')
          header.set(card.slice(0, 8).trim(), card.slice(10).split('/')[0]!.replaceAll("'", '').trim());
      }
    }
    const bits = Number(header.get('BITPIX'));
    const shape = Array.from({ length: Number(header.get('NAXIS')) }, (_, i) => Number(header.get(`NAXIS${i + 1}`)));
    const count = shape.length === 0 ? 0 : shape.reduce((a, b) => a * b, 1);
    const start = at;
    const data = Float64Array.from({ length: count }, (_, i) =>
      bits === -32 ? view.getFloat32(start + 4 * i) : view.getFloat64(start + 8 * i),
    );
    at += Math.ceil((count * Math.abs(bits)) / 8 / 2880) * 2880;
    units.push({ name: header.get('EXTNAME') ?? '', header, shape, data });
  }
  return units;
}

/** One pair of tables, looked up for point sources. */
class PointLight {
  readonly amplitudes: Spline;
  readonly times: Spline;
  readonly isSpherical: boolean;
  readonly isOdd: boolean;
  readonly groupIndex: number;
  /** Derivative of the last amplitude with respect to x, y, z; jacobian of its coordinates. */
  readonly gradient = new Float64Array(3);
  delayNs = 0;
  private n = [0, 0, 0];
  private p = [0, 0, 0];
  private zenithDeg = 0;
  private coordinates: number[] = [];
  private jacobian: number[][] = [];
  private D = [0, 0, 0];
  private r = 0;

  constructor(name: string) {
    this.amplitudes = new Spline(`data/photospline/${name}.abs.fits`);
    this.times = new Spline(`data/photospline/${name}.prob.fits`);
    const header = this.amplitudes.header;
    this.isSpherical = header.get('GEOMETRY') === '1';
    this.isOdd = (header.get('PARITY') ?? '1') === '1';
    const index = Number(header.get('NGROUP') ?? 1.35634);
    this.groupIndex = index === -1 ? 1.35634 : index;
  }

  setDirection(zenith: number, azimuth: number): void {
    const s = Math.sin(zenith);
    this.n = [-s * Math.cos(azimuth), -s * Math.sin(azimuth), -Math.cos(zenith)];
    const [nx, ny, nz] = this.n as [number, number, number];
    const h = Math.hypot(nx, ny);
    this.p = h > 0 ? [(-nx * nz) / h, (-ny * nz) / h, h] : [1, 0, 0];
    const deg = (zenith * 180) / Math.PI;
    this.zenithDeg = this.isOdd ? 180 - deg : deg;
  }

  /** PE of a cascade of 1 GeV at the place, in a module of light scale 1; 0 where there is none. */
  amplitude(dx: number, dy: number, dz: number, z: number): number {
    const D = [dx, dy, dz];
    const { n, p } = this;
    const dot = (a: number[], b: number[]): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
    const l = dot(D, n);
    const across = D.map((v, k) => v - l * n[k]!);
    const rho = Math.hypot(...across);
    const r = Math.hypot(rho, l);
    let cosPhi = rho > 0 ? Math.max(-1, Math.min(1, dot(across, p) / rho)) : 0;
    if (this.isOdd) cosPhi = -cosPhi;
    const phi = (Math.acos(cosPhi) * 180) / Math.PI;
    this.D = D;
    this.r = r;
    this.delayNs = (r * this.groupIndex) / C;
    this.coordinates = [this.isSpherical ? r : rho, phi, this.isSpherical ? (r > 0 ? l / r : 0) : l, this.zenithDeg, z];
    const dRho = [0, 1, 2].map((k) => (-D[k]! + l * n[k]!) / rho);
    const scale = (this.isOdd ? 1 : -1) * (180 / Math.PI / Math.sqrt(1 - cosPhi * cosPhi));
    const w = dot(D, p) / (rho * rho);
    this.jacobian = [
      this.isSpherical ? D.map((v) => -v / r) : dRho,
      [0, 1, 2].map((k) => finite(scale * (-p[k]! / rho - w * dRho[k]!))),
      this.isSpherical ? [0, 1, 2].map((k) => -n[k]! / r + (l * D[k]!) / (r * r * r)) : n.map((v) => -v),
      [0, 0, 0],
      [0, 0, 1],
    ].map((row) => row.map(finite));
    const e = this.amplitudes.extents;
    const outside = (k: number): boolean => {
      const c = this.coordinates[k]!;
      return c < e[2 * k]! || c > e[2 * k + 1]!;
    };
    if (outside(0) || outside(4) || (!this.isSpherical && outside(2))) return 0;
    const pe = Math.exp(this.amplitudes.at(this.coordinates, true)) * 32582 * 5.21;
    for (let k = 0; k < 3; k++) {
      this.gradient[k] = 0;
      for (let c = 0; c < 5; c++) this.gradient[k]! += pe * this.amplitudes.slope[c]! * this.jacobian[c]![k]!;
    }
    return Number.isFinite(pe) && pe > 0 ? pe : 0;
  }

  /** Share of the light before `t` after the source; `slope` receives d/dx, dy, dz, dt_source. Null outside. */
  cdf(t: number, slope: Float64Array): number | null {
    const delay = t - this.delayNs;
    slope.fill(0);
    const [low, high] = [this.times.extents[6]!, this.times.extents[7]!];
    if (delay > high) return null;
    if (delay <= low) return 0;
    const [a, b, c, d, e] = this.coordinates as [number, number, number, number, number];
    const value = this.times.at([a, b, c, delay, d, e], true);
    const g = this.times.slope;
    for (let k = 0; k < 3; k++) {
      const own = [0, 1, 2].reduce((sum, i) => sum + g[i]! * this.jacobian[i]![k]!, 0);
      const depth = g[5]! * this.jacobian[4]![k]!;
      slope[k] = own + depth + (g[3]! * this.D[k]! * this.groupIndex) / (this.r * C);
    }
    slope[3] = -g[3]!;
    return value;
  }
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** The reference's response with its tables. */
export class SplineSegmentLight implements SegmentLight {
  private readonly light: PointLight;
  private readonly left = new Float64Array(4);
  private readonly right = new Float64Array(4);

  constructor(
    private readonly rows: Rows,
    tables: string,
    readonly stored: number,
    private readonly efficiency = 0.99,
  ) {
    this.light = new PointLight(tables);
  }

  setDirection(zenith: number, azimuth: number): void {
    this.light.setDirection(zenith, azimuth);
  }

  column(x: number, y: number, z: number, timeNs: number, out: Float64Array, at: number): number {
    out.fill(0, at, at + this.stored);
    let rest = 0;
    this.forRows(x, y, z, timeNs, (row, value) => {
      if (row < this.stored) out[at + row] = value;
      else rest += value;
    });
    return rest;
  }

  exactRest(x: number, y: number, z: number, timeNs: number): number {
    let rest = 0;
    this.forRows(x, y, z, timeNs, (row, value) => {
      if (row >= this.stored) rest += value;
    });
    return rest;
  }

  derivatives(x: number, y: number, z: number, timeNs: number, out: Float64Array): void {
    out.fill(0);
    this.forRows(x, y, z, timeNs, (row, _, slope) => {
      const at = 4 * Math.min(row, this.stored);
      for (let k = 0; k < 4; k++) out[at + k]! += slope[k]!;
    });
  }

  private forRows(
    x: number,
    y: number,
    z: number,
    timeNs: number,
    take: (row: number, value: number, slope: Float64Array) => void,
  ): void {
    const { rows, light, left, right } = this;
    const slope = new Float64Array(4);
    for (let m = 0; m < rows.x.length; m++) {
      const scale = rows.scale[m]! * this.efficiency;
      const pe = light.amplitude(rows.x[m]! - x, rows.y[m]! - y, rows.z[m]! - z, z) * scale;
      if (pe === 0) continue;
      if (m >= rows.timed) {
        for (let k = 0; k < 3; k++) slope[k] = light.gradient[k]! * scale;
        slope[3] = 0;
        take(rows.rowOfModule[m]!, pe, slope);
        continue;
      }
      let before = 0;
      for (let e = rows.firstEdge[m]!; e < rows.firstEdge[m + 1]!; e++) {
        const isFirst = e === rows.firstEdge[m]!;
        const c = light.cdf(rows.edgeNs[e]! - timeNs, right);
        const value = Math.max(0, c ?? (isFirst ? 0 : 1));
        if (!isFirst && rows.edgeRow[e - 1]! >= 0) {
          const share = Math.max(0, value - before);
          for (let k = 0; k < 4; k++) {
            slope[k] = pe * (right[k]! - left[k]!) + (k < 3 ? light.gradient[k]! * scale * share : 0);
          }
          take(rows.edgeRow[e - 1]!, pe * share, slope);
        }
        before = value;
        left.set(right);
      }
    }
  }
}
