/**
 * What all dark modules together see of a cascade: of them a Poisson likelihood needs only the sum (specs/reco-millipede.md
 * 10.2, items 1, 2 and 9). Nearby modules are asked one by one. What the others see varies smoothly with the cascade's
 * place: it is computed at nodes of a grid along the direction of flight, when a cascade first comes near them, from
 * modules taken together in blocks, and its logarithm is interpolated (Catmull and Rom 1974). A direction's nodes serve
 * all of its lines.
 */
import { type AmplitudeLookup, LIGHT, R, type Receivers } from './amplitude-lookup.js';
import { type DarkBlocks, darkBlocks, levelShare, THINNING } from './dark-blocks.js';
import type { Rows } from './rows.js';

/** Modules count as near up to the first distance, as far from the second on, and partly in between, m. */
const NEAR_M = 80;
const FAR_M = 160;
/** Distance of nodes along the flight and across it, m. */
const ALONG_M = 20;
const ACROSS_M = 20;
/** Cascades are at most this far from the origin: the corner of the largest cube, m. */
const REACH_M = 1130;
const LEAST: number = Number.MIN_VALUE;

/** Sums over the dark modules of some rows. */
export class DarkField {
  private readonly lookup: AmplitudeLookup;
  /** Dark modules, string by string, ascending in height, and their scales. */
  private readonly modules: Receivers;
  private readonly scale: Float64Array;
  /** Per string: its first module, and one more at the end; its middle, and the farthest module from that (m). */
  private readonly firstOfString: Int32Array;
  private readonly stringX: Float64Array;
  private readonly stringY: Float64Array;
  private readonly stringWidth: Float64Array;
  private readonly blocks: DarkBlocks | null;
  /** Rows: the directions across (twice) and along the flight. */
  private readonly frame = new Float64Array(9);
  private readonly sizeAcross: number = 2 * Math.ceil(REACH_M / ACROSS_M) + 4;
  private readonly sizeAlong: number = 2 * Math.ceil(REACH_M / ALONG_M) + 4;
  /** Logarithm at the nodes; NaN where it was not needed yet. */
  private readonly node: Float32Array;
  /** Cells whose 64 nodes are known. */
  private readonly isReady: Uint8Array;
  /** Weights of four nodes on each axis, and their derivatives. */
  private readonly weight = new Float64Array(12);
  private readonly weightSlope = new Float64Array(12);
  private readonly nodePlace = new Float64Array(3);
  private readonly total = new Float64Array(1);

  /**
   * @param shift per module of the rows, how much higher its ice lies than the table's, m
   * @param isExact whether every module is asked
   */
  constructor(rows: Rows, shift: Float64Array, lookup: AmplitudeLookup, isExact: boolean) {
    this.lookup = lookup;
    const modules = Array.from({ length: rows.x.length - rows.hit }, (_, i) => rows.hit + i);
    modules.sort((a, b) => rows.string[a]! - rows.string[b]! || rows.z[a]! - rows.z[b]! || a - b);
    const pick = (of: Float64Array): Float64Array => Float64Array.from(modules, (m) => of[m]!);
    const x = pick(rows.x);
    const y = pick(rows.y);
    this.modules = { x, y, z: pick(rows.z), shift: pick(shift) };
    this.scale = pick(rows.scale);
    const starts = modules.flatMap((m, i) => (i > 0 && rows.string[m] === rows.string[modules[i - 1]!] ? [] : [i]));
    this.firstOfString = Int32Array.from([...starts, modules.length]);
    const mean = (of: Float64Array): Float64Array =>
      Float64Array.from(starts, (from, s) => {
        const members = of.subarray(from, this.firstOfString[s + 1]!);
        return members.reduce((sum, value) => sum + value, 0) / members.length;
      });
    this.stringX = mean(x);
    this.stringY = mean(y);
    this.stringWidth = Float64Array.from(starts, (from, s) => {
      let width = 0;
      for (let i = from; i < this.firstOfString[s + 1]!; i++) {
        width = Math.max(width, Math.hypot(x[i]! - this.stringX[s]!, y[i]! - this.stringY[s]!));
      }
      return width;
    });
    this.blocks = isExact ? null : darkBlocks(rows, shift);
    const nodes = isExact ? 0 : this.sizeAcross * this.sizeAcross * this.sizeAlong;
    this.node = new Float32Array(nodes);
    this.isReady = new Uint8Array(nodes);
  }

  /** Sets the direction by where the particle comes from, radians. */
  setDirection(zenith: number, azimuth: number): void {
    const sinZ = Math.sin(zenith);
    const cosZ = Math.cos(zenith);
    const cosA = Math.cos(azimuth);
    const sinA = Math.sin(azimuth);
    this.lookup.setDirection(-sinZ * cosA, -sinZ * sinA, -cosZ);
    this.frame.set([sinA, -cosA, 0, -cosZ * cosA, -cosZ * sinA, sinZ, -sinZ * cosA, -sinZ * sinA, -cosZ]);
    this.node.fill(Number.NaN);
    this.isReady.fill(0);
  }

  /** Adds to out[at] the PE per GeV of a cascade at a source (x, y, z, m) in all dark modules. */
  addSum(source: Float64Array, out: Float64Array, at: number): void {
    if (this.blocks === null) this.exactSum(source, out, at, null, 0);
    else {
      this.nearSum(source, out, at, null, 0);
      this.farSum(source, out, at, null, 0);
    }
  }

  /** The same, asking every module. */
  addExactSum(source: Float64Array, out: Float64Array, at: number): void {
    this.exactSum(source, out, at, null, 0);
  }

  /** Adds the derivatives of the sum by x, y, z to out[at ...]. */
  addSlope(source: Float64Array, out: Float64Array, at: number): void {
    const { total } = this;
    if (this.blocks === null) this.exactSum(source, total, 0, out, at);
    else {
      this.nearSum(source, total, 0, out, at);
      this.farSum(source, total, 0, out, at);
    }
  }

  private exactSum(
    source: Float64Array,
    sum: Float64Array,
    sumAt: number,
    slopes: Float64Array | null,
    at: number,
  ): void {
    const { lookup, modules, scale } = this;
    let total = 0;
    for (let i = 0; i < scale.length; i++) {
      if (!lookup.look(source, modules, i)) continue;
      const pe = scale[i]! * lookup.unit * lookup.place[LIGHT]!;
      total += pe;
      if (slopes === null) continue;
      lookup.differentiate();
      for (let k = 0; k < 3; k++) slopes[at + k] = slopes[at + k]! + pe * lookup.slope[k]!;
    }
    sum[sumAt] = sum[sumAt]! + total;
  }

  /** Near modules; adds to `slopes` where that is given. */
  private nearSum(
    source: Float64Array,
    sum: Float64Array,
    sumAt: number,
    slopes: Float64Array | null,
    at: number,
  ): void {
    const { lookup, modules, scale, stringX, stringY, stringWidth, firstOfString } = this;
    let total = 0;
    for (let s = 0; s < stringX.length; s++) {
      const dx = stringX[s]! - source[0]!;
      const dy = stringY[s]! - source[1]!;
      const reach = FAR_M + stringWidth[s]!;
      if (dx * dx + dy * dy > reach * reach) continue;
      const end = firstOfString[s + 1]!;
      for (let i = firstOfString[s]!; i < end; i++) {
        const vz = modules.z[i]! - source[2]!;
        if (vz < -FAR_M) continue;
        if (vz > FAR_M) break;
        const vx = modules.x[i]! - source[0]!;
        const vy = modules.y[i]! - source[1]!;
        const distance = Math.sqrt(vx * vx + vy * vy + vz * vz);
        const share = 1 - farShare(distance);
        if (share === 0 || !lookup.look(source, modules, i)) continue;
        const light = scale[i]! * lookup.unit * lookup.place[LIGHT]!;
        total += share * light;
        if (slopes === null) continue;
        lookup.differentiate();
        // The share falls with distance, which falls as the source comes nearer.
        const change = (light * farSlope(distance)) / Math.max(distance, 1);
        slopes[at] = slopes[at]! + share * light * lookup.slope[0]! + change * vx;
        slopes[at + 1] = slopes[at + 1]! + share * light * lookup.slope[1]! + change * vy;
        slopes[at + 2] = slopes[at + 2]! + share * light * lookup.slope[2]! + change * vz;
      }
    }
    sum[sumAt] = sum[sumAt]! + total;
  }

  /** Far modules, interpolated. */
  private farSum(
    source: Float64Array,
    sum: Float64Array,
    sumAt: number,
    slopes: Float64Array | null,
    at: number,
  ): void {
    const x = source[0]!;
    const y = source[1]!;
    const z = source[2]!;
    const { frame, sizeAcross, sizeAlong, weight, weightSlope, node, isReady } = this;
    const u = (frame[0]! * x + frame[1]! * y + frame[2]! * z) / ACROSS_M + sizeAcross / 2;
    const v = (frame[3]! * x + frame[4]! * y + frame[5]! * z) / ACROSS_M + sizeAcross / 2;
    const w = (frame[6]! * x + frame[7]! * y + frame[8]! * z) / ALONG_M + sizeAlong / 2;
    const iU = Math.floor(u);
    const iV = Math.floor(v);
    const iW = Math.floor(w);
    const isInside = iU > 0 && iU < sizeAcross - 2 && iV > 0 && iV < sizeAcross - 2 && iW > 0 && iW < sizeAlong - 2;
    if (!isInside) return;
    const corner = ((iU - 1) * sizeAcross + iV - 1) * sizeAlong + iW - 1;
    if (isReady[corner] === 0) {
      this.prepareCell(iU - 1, iV - 1, iW - 1);
      isReady[corner] = 1;
    }
    weigh(u - iU, weight, 0);
    weigh(v - iV, weight, 4);
    weigh(w - iW, weight, 8);
    const w0 = weight[8]!;
    const w1 = weight[9]!;
    const w2 = weight[10]!;
    const w3 = weight[11]!;
    let log = 0;
    for (let a = 0; a < 4; a++) {
      let plane = 0;
      for (let b = 0; b < 4; b++) {
        const i = corner + (a * sizeAcross + b) * sizeAlong;
        plane += weight[4 + b]! * (w0 * node[i]! + w1 * node[i + 1]! + w2 * node[i + 2]! + w3 * node[i + 3]!);
      }
      log += weight[a]! * plane;
    }
    const light = Math.exp(log) * this.lookup.unit;
    sum[sumAt] = sum[sumAt]! + light;
    if (slopes === null) return;
    slopeOfWeights(u - iU, weightSlope, 0);
    slopeOfWeights(v - iV, weightSlope, 4);
    slopeOfWeights(w - iW, weightSlope, 8);
    let byU = 0;
    let byV = 0;
    let byW = 0;
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        for (let c = 0; c < 4; c++) {
          const value = node[corner + (a * sizeAcross + b) * sizeAlong + c]!;
          byU += weightSlope[a]! * weight[4 + b]! * weight[8 + c]! * value;
          byV += weight[a]! * weightSlope[4 + b]! * weight[8 + c]! * value;
          byW += weight[a]! * weight[4 + b]! * weightSlope[8 + c]! * value;
        }
      }
    }
    byU *= light / ACROSS_M;
    byV *= light / ACROSS_M;
    byW *= light / ALONG_M;
    for (let k = 0; k < 3; k++) {
      slopes[at + k] = slopes[at + k]! + byU * frame[k]! + byV * frame[3 + k]! + byW * frame[6 + k]!;
    }
  }

  private prepareCell(iU: number, iV: number, iW: number): void {
    const { sizeAcross, sizeAlong, node } = this;
    for (let a = iU; a < iU + 4; a++) {
      for (let b = iV; b < iV + 4; b++) {
        for (let c = iW; c < iW + 4; c++) {
          const i = (a * sizeAcross + b) * sizeAlong + c;
          if (Number.isNaN(node[i]!))
            node[i] = this.nodeValue(a - sizeAcross / 2, b - sizeAcross / 2, c - sizeAlong / 2);
        }
      }
    }
  }

  /** Logarithm of what far modules see of a cascade at a node. */
  private nodeValue(a: number, b: number, c: number): number {
    const { frame, lookup, nodePlace } = this;
    const blocks = this.blocks!;
    const { blockX, blockY, blockZ, first, scale } = blocks;
    const px = a * ACROSS_M * frame[0]! + b * ACROSS_M * frame[3]! + c * ALONG_M * frame[6]!;
    const py = a * ACROSS_M * frame[1]! + b * ACROSS_M * frame[4]! + c * ALONG_M * frame[7]!;
    const pz = a * ACROSS_M * frame[2]! + b * ACROSS_M * frame[5]! + c * ALONG_M * frame[8]!;
    nodePlace[0] = px;
    nodePlace[1] = py;
    nodePlace[2] = pz;
    const levels = THINNING.length;
    let sum = 0;
    for (let block = 0; block < blockX.length; block++) {
      const dx = blockX[block]! - px;
      const dy = blockY[block]! - py;
      const dz = blockZ[block]! - pz;
      const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
      for (let level = 0; level < levels; level++) {
        const thinning = THINNING[level]!;
        if (distance > thinning.endM || distance < thinning.startM) continue;
        const share = levelShare(thinning, distance);
        const end = first[block * levels + level + 1]!;
        for (let i = first[block * levels + level]!; i < end; i++) {
          if (!lookup.look(nodePlace, blocks, i)) continue;
          sum += share * farShare(lookup.place[R]!) * scale[i]! * lookup.place[LIGHT]!;
        }
      }
    }
    return Math.log(Math.max(sum, LEAST));
  }
}

/** How far a module counts as far. */
function farShare(distance: number): number {
  const u = (distance - NEAR_M) / (FAR_M - NEAR_M);
  return !(u > 0) ? 0 : u >= 1 ? 1 : u * u * (3 - 2 * u);
}

/** Derivative of `farShare` by distance, 1/m. */
function farSlope(distance: number): number {
  const u = (distance - NEAR_M) / (FAR_M - NEAR_M);
  return !(u > 0) || u >= 1 ? 0 : (6 * u * (1 - u)) / (FAR_M - NEAR_M);
}

/** Weights of four equidistant values around a place f of a step behind the second. */
function weigh(f: number, out: Float64Array, at: number): void {
  const g = 1 - f;
  out[at] = -0.5 * f * g * g;
  out[at + 1] = 1 + f * f * (1.5 * f - 2.5);
  out[at + 2] = 1 + g * g * (1.5 * g - 2.5);
  out[at + 3] = -0.5 * f * f * g;
}

/** Derivatives of those weights by f. */
function slopeOfWeights(f: number, out: Float64Array, at: number): void {
  const g = 1 - f;
  out[at] = -0.5 * g * (g - 2 * f);
  out[at + 1] = f * (4.5 * f - 5);
  out[at + 2] = -g * (4.5 * g - 5);
  out[at + 3] = -0.5 * f * (2 * g - f);
}
