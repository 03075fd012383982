import { expect, it } from 'vitest';
import type { TrackLight } from '../../../src/light/index.js';
import { SplineMpeLikelihood } from '../../../src/reco/splinempe/likelihood.js';
import { mpeExponent, postJitterNs } from '../../../src/reco/splinempe/steering.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';

const VECTORS = 'data/splinempe/likelihood-vectors.json';
const TAN = Math.sqrt(1.3195 * 1.3195 - 1);
const SIN = TAN / 1.3195;

/** The closed-form stand-in for photon tables that the vectors were made with. */
class StandIn implements TrackLight {
  bareYield = 0;
  stochasticYield = 0;
  directNs = 0;
  private rho = 0;
  private d: [number, number, number] = [0, 0, 0];

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.d = [-sin * Math.cos(azimuth), -sin * Math.sin(azimuth), -Math.cos(zenith)];
  }

  look(_: number, x: number, y: number, z: number): boolean {
    const l = x * this.d[0] + y * this.d[1] + z * this.d[2];
    const rho = Math.sqrt(Math.max(0, x * x + y * y + z * z - l * l));
    this.rho = rho;
    this.directNs = (l - rho / TAN + (rho * 1.35634) / SIN) / 0.299792458;
    this.bareYield = (40 * Math.exp(-rho / 45)) / (1 + rho / 10);
    this.stochasticYield = (0.04 * Math.exp(-rho / 50)) / (1 + rho / 10);
    return rho <= 300;
  }

  private rise(t: number, s: number): number {
    return 1 / (1 + Math.exp(-(t - 5 - this.rho / 2) / s));
  }

  density = (t: number): number => (this.rise(t, 9) * (1 - this.rise(t, 9))) / 9;
  lateDensity = (t: number): number => (this.rise(t, 600) * (1 - this.rise(t, 600))) / 600;
  cdf = (t: number): number => Math.min(1, Math.max(0, this.rise(t, 9) - this.rise(-1e4, 9)));
  lateCdf = (t: number): number => Math.min(1, Math.max(0, this.rise(t, 600) - this.rise(-1e4, 600)));
}

needsShared('the likelihood of splinempe', [VECTORS], () => {
  it('is what the reference computes, at every energy, position and time of the vectors', () => {
    const { cases, doms, zenith, azimuth } = sharedJson(VECTORS);
    const charge = (dom: any): number => dom.pulses.reduce((sum: number, pulse: number[]) => sum + pulse[1]!, 0);
    const times: number[] = doms.flatMap((dom: any) => dom.pulses.map((pulse: number[]) => pulse[0]));
    expect(cases.length).toBe(66);
    for (const { energy, pos, t, llh } of cases) {
      const exponent = mpeExponent(energy);
      const hits = {
        x: Float64Array.from(doms, (dom: any) => dom.x),
        y: Float64Array.from(doms, (dom: any) => dom.y),
        z: Float64Array.from(doms, (dom: any) => dom.z),
        timeNs: Float64Array.from(doms, (dom: any) => dom.pulses[0][0]),
        photons: Float64Array.from(doms, (dom: any) => Math.exp(exponent * Math.log(charge(dom)))),
        startNs: Math.min(...times),
        endNs: Math.max(...times),
      };
      const likelihood = new SplineMpeLikelihood(hits, new StandIn(), energy, postJitterNs(energy));
      likelihood.setDirection(zenith, azimuth);
      // The reference smooths in 32 bits.
      expectClose(-likelihood.evaluate(pos[0], pos[1], pos[2], t), llh, { relative: 2e-8 }, `llh at ${energy} GeV`);
    }
  });
});
