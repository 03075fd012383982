/** Muon energies on real alerts, against what IceCube's own estimator said in the alert messages. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../src/detector/index.js';
import { buildPulseMap, decodeEvent, type PulseMap } from '../../src/event/index.js';
import { type IceModel, loadIceModel } from '../../src/light/index.js';
import { enclosingBall } from '../../src/prepare/enclosing-ball.js';
import { cleanMuonPulses, type MuexTrack, muexEnergy, type Vector } from '../../src/prepare/index.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import { builtinIc86, readDecoded, readResource, STARTUP_SPLINEMPE } from './decoded.js';

let detector: Detector;
let ice: IceModel;
beforeAll(async () => {
  detector = await builtinIc86();
  ice = await loadIceModel(readResource, 'spice_mie');
});

/** OnlineL2_BestFit of run 136662. */
const BEST_FIT: MuexTrack = {
  x: -178.05921089762091,
  y: 347.9458771306877,
  z: 186.42168360752385,
  zenith: 1.5112108270662366,
  azimuth: 0.6955082784881388,
  timeNs: 32493.642834622897,
};

/** One pulse on each of some modules: [string, om, charge]. */
function pulsesOn(...hits: readonly [number, number, number][]): PulseMap {
  return buildPulseMap(
    hits.map(([string, om, charge]) => ({
      key: { string, om, pmt: 0 },
      timeNs: [1000],
      chargePe: [charge],
      widthNs: [8],
      flags: [1],
    })),
  );
}

needsShared('MuEx of run 136662', [STARTUP_SPLINEMPE], () => {
  it('is the stored particle: same modules, place and time to the last digits, energy to 0.1 %', () => {
    const found = muexEnergy(readDecoded(STARTUP_SPLINEMPE).pulses('CleanedMuonPulses'), detector, BEST_FIT, ice)!;
    expect([found.nHit, found.nSample]).toEqual([121, 1533]);
    [-181.4617442823194, 345.10599041799463, 186.15729061315784].forEach((value, c) => {
      expectClose(found.position[c]!, value, { absolute: 1e-9 });
    });
    expectClose(found.timeNs, 32508.45251459337, { absolute: 1e-8 });
    expectClose(found.energyGev, 20486.84905734282, { relative: 1e-3 });
  });

  it('nearly doubles when every module with charge has twice as much, as dark ones stay dark', () => {
    const pulses = readDecoded(STARTUP_SPLINEMPE).pulses('CleanedMuonPulses');
    const doubled = { ...pulses, chargePe: pulses.chargePe.map((charge) => 2 * charge) };
    expectClose(muexEnergy(doubled, detector, BEST_FIT, ice)!.energyGev, 1.75 * 20487, { relative: 0.1 });
  });
});

const ALERTS = [
  'run00135292-evt000056063172',
  'run00136055-evt000000348073',
  'run00136504-evt000001833389',
  'run00136662-evt000035405932',
];
const fileOf = (name: string): string => `data/events/${name}${name.includes('136662') ? '-BRONZE' : ''}.pkl`;

needsShared('MuEx of four alerts', ALERTS.map(fileOf), () => {
  for (const name of ALERTS) {
    it(`is within 1 % of what the message of ${name} quotes`, () => {
      const event = decodeEvent(sharedBytes(fileOf(name)), fileOf(name));
      const track = event.particles.OnlineL2_BestFit ?? event.particles.l2_online_BestFit!;
      const found = muexEnergy(cleanMuonPulses(event.pulses, detector).cleaned, detector, track, ice)!;
      const { energy } = event.alert!.message.reco as { energy: { mpe_muex: number } };
      expectClose(found.energyGev, energy.mpe_muex, { relative: 0.01 });
    });
  }
});

describe('MuEx', () => {
  const track: MuexTrack = { x: 45, y: -10, z: -200, timeNs: 0, zenith: Math.PI / 2, azimuth: 0.3 };
  const some = (charge: number): PulseMap =>
    pulsesOn([21, 40, charge], [30, 41, charge], [36, 41, charge], [36, 43, charge]);

  it('needs charge on modules of the detector', () => {
    expect(muexEnergy(pulsesOn(), detector, track, ice)).toBeNull();
    expect(muexEnergy(pulsesOn([999, 1, 5]), detector, track, ice)).toBeNull();
  });

  it('does not depend on where along the track its point is given', () => {
    const [cos, sin] = [Math.cos(0.3), Math.sin(0.3)];
    const moved = { ...track, x: track.x - 70 * cos, y: track.y - 70 * sin, timeNs: 70 / 0.299792458 };
    const [a, b] = [track, moved].map((t) => muexEnergy(some(5), detector, t, ice)!);
    expectClose(a!.energyGev, b!.energyGev, { relative: 1e-3 });
    expectClose(a!.timeNs, b!.timeNs, { absolute: 1e-6 });
  });

  it('leaves a saturated module out, and modules that are off', () => {
    const plain = muexEnergy(some(5), detector, track, ice)!;
    const off = { ...detector, isOn: new Uint8Array(detector.isOn.length) };
    expect(muexEnergy(some(5), off, track, ice)!.nSample).toBe(4);
    expect(plain.nSample).toBeGreaterThan(4);
    const bright = pulsesOn([21, 40, 5], [30, 41, 5], [36, 41, 8000], [36, 43, 5]);
    expect(muexEnergy(bright, detector, track, ice)!.energyGev).toBeLessThan(3 * plain.energyGev);
  });
});

describe('enclosingBall', () => {
  it('of up to four points', () => {
    expect(enclosingBall([]).radius).toBe(-1);
    expect(enclosingBall([[1, 2, 3]])).toEqual({ centre: [1, 2, 3], radius: 0 });
    expectClose(
      enclosingBall([
        [0, 0, 0],
        [0, 0, 4],
        [0, 1, 2],
      ]).radius,
      2,
      { relative: 1e-12 },
    );
    const corner = enclosingBall([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expectClose(corner.radius, Math.sqrt(2 / 3), { relative: 1e-12 });
  });

  it('holds every point, three of them or more (or two opposite ones) on its surface, and no smaller ball does', () => {
    let seed = 5;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648 - 0.5;
    };
    for (let trial = 0; trial < 200; trial++) {
      const points: Vector[] = Array.from({ length: 2 + (trial % 40) }, () => [random(), random(), random()]);
      const { centre, radius } = enclosingBall(points);
      const away = points.map((p) => Math.hypot(p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]));
      expect(Math.max(...away)).toBeLessThanOrEqual(radius * (1 + 1e-9));
      const surface = points.filter((_, i) => away[i]! > radius * (1 - 1e-9));
      // Smallest: from the centre, surface points lie in no open half space.
      for (let k = 0; k < 50; k++) {
        const direction = [random(), random(), random()];
        const most = Math.max(
          ...surface.map((p) => direction.reduce((sum, d, c) => sum + d * (p[c]! - centre[c]!), 0)),
        );
        expect(most).toBeGreaterThan(-1e-9);
      }
    }
  });

  it('of points on a line, and of points given twice', () => {
    const line: Vector[] = [
      [0, 0, 0],
      [1, 1, 1],
      [3, 3, 3],
      [2, 2, 2],
      [3, 3, 3],
      [0, 0, 0],
    ];
    expectClose(enclosingBall(line).radius, Math.sqrt(27) / 2, { relative: 1e-12 });
  });
});
