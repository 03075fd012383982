/** Which depths a table is made of. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  decodeTableHeader,
  defaultPlan,
  evenPlan,
  halfWay,
  type IceModel,
  loadIceModel,
  nodesOf,
  parseIceModel,
} from '../../../src/light/index.js';
import { readResource } from '../../prepare/decoded.js';

let ice: IceModel;
beforeAll(async () => {
  ice = await loadIceModel(readResource);
});

describe('the depths of a table', () => {
  it('are those of the shipped table for its ice', async () => {
    const name = 'tables/spice_mie.skylight';
    const { cascade, muon, photonsPerDepth, seed } = decodeTableHeader(await readResource(name), name);
    const plan = defaultPlan(ice, photonsPerDepth, seed);
    expect(Array.from(nodesOf(cascade.z))).toEqual([...plan.z]);
    expect(Array.from(nodesOf(cascade.timeZ))).toEqual([...plan.z].filter((_, i) => i % 2 === 0));
    expect(muon.z).toEqual(plan.muonZ);
  });

  it('are every ten metres, and every five in all of the dust layer', () => {
    const { z } = defaultPlan(ice, 1, 1);
    const even = evenPlan(1, 1, 10).z;
    expect(even).toHaveLength(141);
    expect(even.every((height) => z.includes(height))).toBe(true);
    const half = [...z].filter((height) => !even.includes(height));
    for (let height = -155; height < -40; height += 10) expect(half).toContain(height);
    // clear ice below and above the dust
    expect(half.filter((height) => height > -650 && height < -165)).toEqual([]);
    expect(half.filter((height) => height > -10 && height < 290)).toEqual([]);
    for (const height of half) expect([height - 5, height + 5].every((next) => even.includes(next))).toBe(true);
  });

  it('are even where the ice is', () => {
    const layers = Array.from({ length: 180 }, (_, i) => `${i},${900 - 10 * i},0.03,0.02,0,0.008`);
    const constants = [
      'alpha,0.9',
      'kappa,1.08',
      'A,6954',
      'B,6618',
      'D,71.4',
      'E,2.57',
      'dom_efficiency,1',
      'f_sl,0.45',
      'g,0.9',
    ];
    const text = [
      ...constants.map((line) => `# param,${line}`),
      'depth_m,z_m,be400_per_m,a_dust,delta_T_K,a400_per_m_derived',
      ...layers,
    ];
    const uniform = parseIceModel(text.join('\n'), 'uniform');
    expect(defaultPlan(uniform, 1, 1, 20)).toEqual(evenPlan(1, 1, 20));
  });

  it('are checked half-way between', () => {
    const nodes = Float64Array.of(-110, -105, -100, -80);
    expect([-200, -107, -105, -99, 50].map((z) => halfWay(nodes, z))).toEqual([-107.5, -107.5, -102.5, -90, -90]);
  });
});
