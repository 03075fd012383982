import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, FileFormatError } from '../../src/config/index.js';
import {
  absorptionCoefficient,
  ICE_MODELS,
  type IceModel,
  loadIceModel,
  meanAbsorption,
  meanScattering,
  parseIceModel,
  scatteringAt,
  scatteringCoefficient,
  tiltShift,
} from '../../src/light/index.js';
import { readResource } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';

let ice: IceModel;
beforeAll(async () => {
  ice = await loadIceModel(readResource);
});

describe('path averages', () => {
  it('are the integral over the layers divided by the rise, in both directions', () => {
    const [low, high] = [-412.3, -97.6];
    let sum = 0;
    const n = 200_000;
    for (let i = 0; i < n; i++) sum += scatteringAt(ice, low + ((i + 0.5) * (high - low)) / n);
    expectClose(meanScattering(ice, low, high), sum / n, { relative: 1e-5 });
    expect(meanScattering(ice, high, low)).toBe(meanScattering(ice, low, high));
  });

  it('go over into the layer for level lines, without a jump at one metre', () => {
    for (const z of [-300.2, -120, 77.7]) {
      expectClose(meanScattering(ice, z, z + 1 - 1e-9), meanScattering(ice, z, z + 1 + 1e-9), { relative: 1e-8 });
      expectClose(meanAbsorption(ice, z, z + 1 - 1e-9), meanAbsorption(ice, z, z + 1 + 1e-9), { relative: 1e-8 });
    }
    const middle = ice.centreM[60]!;
    expectClose(meanScattering(ice, middle, middle), ice.be400[60]!, { relative: 1e-12 });
  });

  it('continue the edge layers for ever and count rock at one per metre', () => {
    const last = ice.be400.length - 1;
    expectClose(meanScattering(ice, 5000, 6000), ice.be400[last]!, { relative: 1e-12 });
    expectClose(meanScattering(ice, -9000, -8000), ice.be400[0]!, { relative: 1e-12 });
    expect(ice.a400[0]).toBeGreaterThan(1);
    expectClose(meanAbsorption(ice, -9000, -8000), 1, { relative: 1e-12 });
  });
});

it('knows the dust layer', () => {
  expect(meanScattering(ice, -140, -60)).toBeGreaterThan(3 * meanScattering(ice, -420, -300));
});

it('scales with the wavelength as the model says and has its own 400 nm values there', () => {
  const layer = 70;
  expectClose(scatteringCoefficient(ice, layer, 400), ice.be400[layer]!, { relative: 1e-12 });
  expectClose(absorptionCoefficient(ice, layer, 400), ice.a400[layer]!, { relative: 1e-4 });
  expect(scatteringCoefficient(ice, layer, 500)).toBeLessThan(ice.be400[layer]!);
});

it('reads every built-in model, and names them for an unknown one', async () => {
  for (const name of ICE_MODELS) {
    const model = await loadIceModel(readResource, name);
    expect(model.be400.length).toBeGreaterThan(100);
    expect(meanScattering(model, -400, 400)).toBeGreaterThan(0.01);
  }
  await expect(loadIceModel(readResource, 'spice_girls')).rejects.toThrow(ConfigError);
  await expect(loadIceModel(readResource, 'spice_girls')).rejects.toMatchObject({ hint: /spice_mie/ });
});

it('refuses a damaged layer table and says what is wrong', () => {
  const good =
    '# param,alpha,1\n# param,kappa,1\n# param,A,1\n# param,B,1\n# param,D,1\n# param,E,1\n# param,g,0.9\n' +
    '# param,f_sl,0.4\n# param,dom_efficiency,1\nz_m,be400_per_m,a400_per_m_derived,a_dust,delta_T_K\n' +
    '0,0.04,0.01,1,0\n10,0.05,0.01,1,0\n20,0.05,0.02,1,0\n';
  expect(parseIceModel(good, 'x').stepM).toBe(10);
  const refused = (text: string, why: RegExp): void => {
    expect(() => parseIceModel(text, 'x')).toThrow(FileFormatError);
    expect(() => parseIceModel(text, 'x')).toThrow(why);
  };
  refused(good.replace('10,0.05', '12,0.05'), /thickness/);
  refused(good.replace('0.05,0.02', '-0.05,0.02'), /not positive/);
  refused(good.replace('# param,kappa,1\n', ''), /kappa/);
  refused(good.replace('0.05,0.02', 'much,0.02'), /damaged/);
  refused(good.replace('be400_per_m', 'b'), /be400_per_m/);
  refused(good.slice(0, good.indexOf('10,0.05')), /fewer than two/);
});

it('tilts the layers along one horizontal direction only', () => {
  const tilt = ice.tilt!;
  const across = [tilt.directionY, -tilt.directionX] as const;
  const shift = (s: number, t: number, z: number): number =>
    tiltShift(tilt, s * tilt.directionX + t * across[0], s * tilt.directionY + t * across[1], z);
  expectClose(shift(200, -300, -100), shift(200, 400, -100), { absolute: 1e-9 });
  expect(Math.abs(shift(400, 0, -100) - shift(-400, 0, -100))).toBeGreaterThan(5);
  expect(shift(100, 0, 5000)).toBe(shift(100, 0, tilt.zM.at(-1)!));
});
