/** How much light whole events make, specs/photon-tables.md 7.4. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../../src/detector/index.js';
import {
  type CascadeLight,
  decodeTables,
  lineAmplitudes,
  TableCascadeLight,
  tiltShifts,
} from '../../../src/light/index.js';
import { Random } from '../../../src/simulate/random.js';
import { builtinIc86, readResource } from '../../prepare/decoded.js';

let detector: Detector;
let light: CascadeLight;
beforeAll(async () => {
  detector = await builtinIc86();
  light = new TableCascadeLight(decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped').cascade);
});

/** Median number of photo-electrons in IC86 of cascades of 1 TeV anywhere within 400 m of its axis, at a height. */
function medianCharge(z: () => number, random: Random): number {
  const { x, y } = detector;
  const modules = { ...detector, shiftM: tiltShifts(null, x, y, detector.z) };
  const out = new Float64Array(x.length);
  const charges = Array.from({ length: 60 }, () => {
    const radius = 400 * Math.sqrt(random.uniform());
    const angle = 2 * Math.PI * random.uniform();
    const place = { x: radius * Math.cos(angle), y: radius * Math.sin(angle), z: z(), timeNs: 0 };
    const direction = { zenith: Math.acos(2 * random.uniform() - 1), azimuth: 2 * Math.PI * random.uniform() };
    lineAmplitudes(light, { ...place, ...direction, alongM: Float64Array.of(0) }, modules, out);
    return out.reduce((sum, pe, i) => sum + (detector.isOn[i] === 1 ? 1000 * pe : 0), 0);
  });
  return charges.sort((a, b) => a - b)[30]!;
}

describe('a cascade of 1 TeV in IC86', () => {
  it('makes 100 to 175 photo-electrons in clear ice, the fewest of all in the dust layer', () => {
    const random = new Random(8);
    const clear = medianCharge(() => {
      for (;;) {
        const z = -540 + 660 * random.uniform();
        if (z < -160 || z > -50) return z;
      }
    }, random);
    expect(clear).toBeGreaterThan(90);
    expect(clear).toBeLessThan(190);
    const dust = medianCharge(() => -120, random);
    expect(dust).toBeGreaterThan(14);
    expect(dust).toBeLessThan(35);
  });
});
