/** The generator's acceptance tests, specs/photon-tables.md 7.4, at small statistics. */
import { beforeAll, describe, expect, it } from 'vitest';
import { cascadeEmission, foldDepth, foldKernel, isotropicEmission } from '../../../src/light/generate/fold.js';
import { BETA_EDGES_DEG, N_GAMMA, N_R, R_NODES, TIME_EDGES } from '../../../src/light/generate/grid.js';
import {
  makeOptics,
  N_SLICES,
  type Optics,
  parseAcceptance,
  parseSpectrum,
  phaseIndex,
} from '../../../src/light/generate/optics.js';
import { followPhotons } from '../../../src/light/generate/photons.js';
import { DOM_RADIUS, type IceModel, loadIceModel, PHOTONS_PER_METRE } from '../../../src/light/index.js';
import { readResource } from '../../prepare/decoded.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedText } from '../../support/shared.js';

let ice: IceModel;
let optics: Optics;

beforeAll(async () => {
  ice = await loadIceModel(readResource);
  const text = async (name: string): Promise<string> => new TextDecoder().decode(await readResource(`ice/${name}.csv`));
  optics = makeOptics(
    ice,
    parseSpectrum(await text('cherenkov_detected_spectrum')),
    parseAcceptance(await text('dom_angular_acceptance'), 'h2-50cm'),
  );
});

/** Ice without layers, of one colour, seen alike from all sides. */
function uniformIce(scatterPerM: number, absorbPerM: number, g: number): Optics {
  const layers = 20;
  return {
    bottomM: -1000,
    stepM: 100,
    nLayers: layers,
    scatter: new Float64Array(N_SLICES * layers).fill(scatterPerM),
    absorb: new Float64Array(N_SLICES * layers).fill(absorbPerM),
    nsPerMetre: new Float64Array(N_SLICES).fill(1.35634 / 0.299792458),
    meanCosine: g,
    liuFraction: 0.45,
    acceptance: Float64Array.of(1),
    reachSquared: new Float64Array(layers).fill(1 / (Math.max(scatterPerM * (1 - g), 1e-4) * absorbPerM)),
  };
}

/** Mean fluence over all directions at the distance node `iR`, 1/m^2 per photon. */
function meanFluence(cells: Float32Array, iR: number): number {
  const folded = foldDepth({ z: 0, photons: 1, pieces: 0, cells }, foldKernel(isotropicEmission, [90]));
  let sum = 0;
  for (let g = 0; g < N_GAMMA; g++) sum += folded.light[iR * N_GAMMA + g]!;
  const r = R_NODES[iR]!;
  return sum / N_GAMMA / (r * r * Math.exp(r / 35));
}

const nodeAt = (r: number): number => Math.round(Math.log(r) / Math.log(1.2) - 0.5);

describe('a metre of track', () => {
  /** Frank and Tamm's photons per metre between two wavelengths (nm), each counted `weight` times. */
  function photonsPerMetre(fromNm: number, toNm: number, weight: (nm: number) => number): number {
    const fineStructure = 1 / 137.035999;
    let sum = 0;
    const n = 4000;
    const step = (toNm - fromNm) / n;
    for (let i = 0; i < n; i++) {
      const nm = fromNm + (i + 0.5) * step;
      const index = phaseIndex(nm);
      sum += (2 * Math.PI * fineStructure * (1 - 1 / (index * index)) * step * 1e9 * weight(nm)) / (nm * nm);
    }
    return sum;
  }

  it('emits 2450 photons that modules would detect, and 32,600 between 300 and 600 nm', async () => {
    const csv = new TextDecoder().decode(await readResource('ice/dom_wavelength_acceptance.csv'));
    const rows = csv.split('\n').filter((line) => /^\d/.test(line));
    const points = rows.map((line) => line.split(',').map(Number));
    const acceptance = (nm: number): number => {
      const k = points.findIndex((point) => point[0]! >= nm);
      if (k < 1) return 0;
      const [x0, y0] = points[k - 1]!;
      const [x1, y1] = points[k]!;
      return y0! + ((nm - x0!) / (x1! - x0!)) * (y1! - y0!);
    };
    const area = Math.PI * DOM_RADIUS * DOM_RADIUS;
    const detected = photonsPerMetre(points[0]![0]!, points.at(-1)![0]!, (nm) => acceptance(nm) / area);
    expectClose(detected, PHOTONS_PER_METRE, { absolute: 3 });
    expectClose(
      photonsPerMetre(300, 600, () => 1),
      32_580,
      { absolute: 20 },
    );
  });
});

describe('photons', () => {
  it('that do not scatter thin out as exp(-r/l) / (4 pi r^2)', () => {
    const { cells } = followPhotons(uniformIce(1e-9, 1 / 100, 0.9), 0, 40_000, 1, 1);
    for (const r of [3, 10, 30, 60, 110]) {
      const iR = nodeAt(r);
      const node = R_NODES[iR]!;
      const expected = Math.exp(-node / 100) / (4 * Math.PI * node * node);
      expectClose(meanFluence(cells, iR), expected, { relative: 0.06 }, `fluence at ${node} m`);
    }
  });

  it('that scatter often diffuse', () => {
    const le = 26.73;
    const la = 103.87;
    const { cells } = followPhotons(uniformIce(10 / le, 1 / la, 0.9), 0, 15_000, 2, 1);
    const diffusion = 1 / (3 * (1 / la + 1 / le));
    const mu = Math.sqrt(1 / (la * diffusion));
    for (const [r, ratio] of [
      [17, 0.97],
      [29, 0.9],
      [50, 0.92],
      [87, 0.96],
      [150, 1.05],
    ] as const) {
      const iR = nodeAt(r);
      const node = R_NODES[iR]!;
      const theory = Math.exp(-mu * node) / (4 * Math.PI * diffusion * node);
      expectClose(meanFluence(cells, iR) / theory, ratio, { absolute: 0.05 }, `ratio to diffusion at ${node} m`);
    }
  });

  it('are what the formula for diffusing light has, up to the factors that are known of it', () => {
    const le = 26.73;
    const la = 103.87;
    const { cells } = followPhotons(uniformIce(10 / le, 1 / la, 0.9), 0, 15_000, 3, 1);
    const lambdaC = (le / 3) * Math.exp(le / la);
    const lambdaP = Math.sqrt((le * la) / 3);
    for (const [r, ratio] of [
      [10, 1.29],
      [17, 1.32],
      [29, 1.28],
      [50, 1.22],
      [87, 1.1],
      [150, 0.94],
    ] as const) {
      const iR = nodeAt(r);
      const node = R_NODES[iR]!;
      const formula = Math.exp(-node / lambdaP) / (4 * Math.PI * lambdaC * node * Math.tanh(node / lambdaC));
      expectClose(meanFluence(cells, iR) / formula, ratio, { absolute: 0.07 }, `ratio to the formula at ${node} m`);
    }
  });

  it('are the same for the same seed and depth, and others for another', () => {
    const one = followPhotons(optics, 100, 300, 5, 77);
    expect(followPhotons(optics, 100, 300, 5, 77)).toEqual(one);
    expect(followPhotons(optics, 100, 300, 6, 77).cells).not.toEqual(one.cells);
    expect(followPhotons(optics, 100, 300, 5, 78).cells).not.toEqual(one.cells);
  });

  it('never come before light in vacuum allows, nor lose any in the time cells', () => {
    const { cells } = followPhotons(optics, -300, 3000, 1, 4);
    const folded = foldDepth({ z: 0, photons: 1, pieces: 0, cells }, foldKernel(isotropicEmission, [90]));
    const last = TIME_EDGES.length - 1;
    for (let place = 0; place < N_R * N_GAMMA; place++) {
      if (!(folded.light[place]! > 0)) continue;
      expect(folded.cdf[place * TIME_EDGES.length + last]!).toBeGreaterThan(0.5);
    }
  });
});

describe('folding', () => {
  it('keeps the light: the mean of any emission over all directions is the isotropic one', () => {
    const thetas = Array.from({ length: 90 }, (_, i) => 2 * i + 1);
    const kernel = foldKernel(cascadeEmission(ice.emission!), thetas);
    const nBeta = BETA_EDGES_DEG.length - 1;
    for (let iBeta = 0; iBeta < nBeta; iBeta++) {
      let sum = 0;
      let norm = 0;
      for (const [iTheta, theta] of thetas.entries()) {
        const weight = Math.sin((theta * Math.PI) / 180);
        sum += weight * kernel.zeroth[iTheta * nBeta + iBeta]!;
        norm += weight;
      }
      expectClose(sum / norm, 1, { absolute: 0.03 }, `kernel of beta cell ${iBeta}`);
    }
  });
});

const REFERENCE = 'data/ice/mc-reference.csv';
needsShared('light of cascades', [REFERENCE], () => {
  it.each([-300, 20, 400])('agrees with an independent Monte Carlo at z = %d m', (z) => {
    const rows = sharedText(REFERENCE)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .slice(1)
      .map((line) => line.split(',').map(Number))
      .filter((row) => row[0] === z);
    const thetas = [...new Set(rows.map((row) => row[4]!))].sort((a, b) => a - b);
    const light = followPhotons(optics, z, 25_000, 7, 1);
    const folded = foldDepth(light, foldKernel(cascadeEmission(ice.emission!), thetas));
    let sum = 0;
    let square = 0;
    let times = 0;
    let n = 0;
    for (const row of rows) {
      const r = Math.sqrt(row[1]! * row[2]!);
      if (r < 10 || r > 100) continue;
      const place =
        (nodeAt(r) * N_GAMMA + Math.round((row[3]! + 0.95) / 0.1)) * thetas.length + thetas.indexOf(row[4]!);
      const ratio = Math.log(folded.light[place]! / (r * r * Math.exp(r / 35)) / row[5]!);
      sum += ratio;
      square += ratio * ratio;
      const middle = TIME_EDGES.findIndex((edge) => Math.abs(edge - 0.76) < 1e-9);
      times += Math.abs(folded.cdf[place * TIME_EDGES.length + middle]! - row[11]!);
      n++;
    }
    expect(n).toBeGreaterThan(100);
    expectClose(sum / n, 0, { absolute: 0.06 }, 'mean ln ratio');
    expect(Math.sqrt(square / n)).toBeLessThan(0.25);
    expect(times / n).toBeLessThan(0.05);
  });
});
