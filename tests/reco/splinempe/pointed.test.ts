/** Where splinempe_pointed looks: around an earlier fit that the event has. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../../src/detector/index.js';
import type { DecodedEvent, Particle } from '../../../src/event/index.js';
import { type IceModel, loadIceModel } from '../../../src/light/index.js';
import { findReco, type Pointing } from '../../../src/reco/index.js';
import { parseProgression } from '../../../src/scan/index.js';
import {
  angularDistance,
  directionOf,
  pixelAt,
  pixelCount,
  pixelPhi,
  pixelTheta,
  skyFrame,
} from '../../../src/sky/index.js';
import { builtinIc86, readResource } from '../../prepare/decoded.js';
import { scanLandscape } from '../../scan/scan-landscape.js';
import { emptyEvent } from '../events.js';

const DEG = Math.PI / 180;
const [OLD, NEW] = ['OnlineL2_SplineMPE', 'l2_online_SplineMPE'] as const;

let detector: Detector;
let ice: IceModel;
beforeAll(async () => {
  [detector, ice] = await Promise.all([builtinIc86(), loadIceModel(readResource)]);
});

function pointingOf(fits: Readonly<Record<string, { zenith: number; azimuth: number }>>): Pointing {
  const event = { ...emptyEvent(), particles: fits as Record<string, Particle> } as DecodedEvent;
  return findReco('splinempe_pointed').pointing!({ event, detector, ice, settings: {} });
}

it('points at the online fit, the newer format first, and passes over a fit without a direction', () => {
  const [a, b] = [
    { zenith: 1, azimuth: 2 },
    { zenith: 0.5, azimuth: 3 },
  ];
  expect(pointingOf({ [OLD]: a })).toEqual({ ...a, radiusRad: 3.5 * DEG });
  expect(pointingOf({ [OLD]: a, [NEW]: b })).toMatchObject(b);
  expect(pointingOf({ [OLD]: a, [NEW]: { zenith: Number.NaN, azimuth: 3 } })).toMatchObject(a);
});

it('says what is missing, and what to do, where there is no direction to point at', () => {
  for (const fits of [
    {},
    { OnlineL2_BestFit: { zenith: 1, azimuth: 2 } },
    { [OLD]: { zenith: 1, azimuth: Number.NaN } },
  ]) {
    expect(() => pointingOf(fits)).toThrow(
      expect.objectContaining({ code: 'reco/bad-event', hint: expect.stringMatching(/Use splinempe/) }),
    );
  }
});

describe('the disc is that of the sphere', () => {
  const NSIDE = 32;
  it.each([
    ['across RA 0', 0.1, 5],
    ['across RA 0, from the other side', 359.9, -40],
    ['around the north pole', 120, 89],
    ['around the south pole', 30, -88],
  ])('%s', async (_, raDeg, decDeg) => {
    const [ra, dec] = [raDeg * DEG, decDeg * DEG];
    const pointing = pointingOf({ [NEW]: directionOf(skyFrame(59000), ra, dec) });
    const { outcome } = await scanLandscape({
      landscape: { base: 100, bowls: [{ ra: raDeg, dec: decDeg, depth: 50, k: 8 }] },
      progression: parseProgression([`${NSIDE}:0`]),
      setup: { pointing },
    });
    const centre = pixelAt(NSIDE, Math.PI / 2 - dec, ra);
    const place = (pixel: number) => [pixelPhi(NSIDE, pixel), Math.PI / 2 - pixelTheta(NSIDE, pixel)] as const;
    const inside = Array.from({ length: pixelCount(NSIDE) }, (_unused, pixel) => pixel).filter(
      (pixel) => angularDistance(...place(centre), ...place(pixel)) < 3.5 * DEG,
    );
    expect(inside.length).toBeGreaterThan(8);
    expect(Array.from(outcome.result.maps[0]!.pixel).sort((a, b) => a - b)).toEqual(inside);
  });
});
