import { beforeAll, describe, expect, test } from 'vitest';
import {
  ClosedFormCascadeLight,
  COS_CHERENKOV,
  closedFormAmplitude,
  closedFormTiming,
  GROUP_INDEX,
  gammaP,
  type IceModel,
  SPEED_OF_LIGHT,
} from '../../src/light/index.js';
import { cascadeEmission, cascadeProfile, type Emission, muonEmission } from '../../src/simulate/emission.js';
import { drawPhotoElectrons, type Line, LineLight } from '../../src/simulate/light.js';
import { Random } from '../../src/simulate/random.js';
import { expectClose } from '../support/close.js';
import { chiSquareProbability, detectorAt, kolmogorovSmirnov, lineOf, mean, spiceMie } from './support.js';

let ice: IceModel;
beforeAll(async () => {
  ice = await spiceMie();
});

/** A point-like cascade of 1 TeV at the line's point. */
const POINT: Emission = {
  alongM: Float64Array.of(0),
  lightGev: Float64Array.of(1_000),
  halfLengthM: Float64Array.of(0),
};

/** Sources on a line as the closed form has them. */
const formLight = (line: Line, emission: Emission): LineLight =>
  new LineLight(new ClosedFormCascadeLight(ice), line, emission);

describe('the light of a point-like cascade', () => {
  const line = lineOf(1, 0.3, 10, 20, -250);
  const place = { x: 70, y: 5, z: -260 };

  test("has the light model's yield, times the module's efficiency, Poisson distributed", () => {
    const detector = detectorAt([{ ...place, efficiency: 1.35 }]);
    const expected = 1_000 * closedFormAmplitude(ice, line, place.x, place.y, place.z) * 1.35;
    const n = 4_000;
    const counts = Array.from(
      { length: n },
      (_, i) => drawPhotoElectrons(detector, formLight(line, POINT), null, new Random(1, i)).timeNs.length,
    );
    expectClose(mean(counts), expected, { absolute: 4 * Math.sqrt(expected / n) });
    const variance = mean(counts.map((count) => (count - expected) ** 2));
    expectClose(variance, expected, { relative: 4 * Math.sqrt(2 / n) });
  });

  test("has the light model's arrival times", () => {
    const detector = detectorAt([place]);
    const bright: Emission = { ...POINT, lightGev: Float64Array.of(2e7) };
    const { timeNs } = drawPhotoElectrons(detector, formLight(line, bright), null, new Random(2));
    const { flightNs, shape, ratePerNs } = closedFormTiming(ice, line, place.x, place.y, place.z);
    expect(timeNs.length).toBeGreaterThan(10_000);
    expect(kolmogorovSmirnov(timeNs, (t) => gammaP(shape, ratePerNs * (t - flightNs)))).toBeLessThan(2);
  });

  test('is not seen by a module that is off', () => {
    const { timeNs } = drawPhotoElectrons(
      detectorAt([{ ...place, isOn: false }]),
      formLight(line, POINT),
      null,
      new Random(3),
    );
    expect(timeNs.length).toBe(0);
  });
});

describe('the light of a track', () => {
  const emission = (seed: number): Emission => muonEmission(3e4, -600, 600, new Random(seed));

  test.each([
    [5, 0],
    [20, 100],
    [60, -200],
    [150, 50],
    [300, -350],
  ])('%d m away, at z = %d m: grouping its sources changes the yield by less than 3 %', (rho, z) => {
    const line = lineOf(1.2, 0, 0, 0, z);
    const light = emission(rho);
    const grouped = formLight(line, light);
    grouped.lookFrom(0, rho, z);
    let one = 0;
    const at = { ...line };
    light.alongM.forEach((along, i) => {
      at.x = line.x + along * line.directionX;
      at.y = line.y + along * line.directionY;
      at.z = line.z + along * line.directionZ;
      one += light.lightGev[i]! * closedFormAmplitude(ice, at, 0, rho, z);
    });
    expectClose(grouped.total, one, { relative: 0.03 });
  });

  test('has the arrival times of all its sources together, each at its place', () => {
    const line = lineOf(1.2, 0, 0, 0, 100);
    const light = emission(9);
    const dom = { x: 0, y: 40, z: 100 };
    const seen = formLight(line, light);
    seen.lookFrom(dom.x, dom.y, dom.z);
    const random = new Random(10);
    const times = Array.from({ length: 20_000 }, () => seen.drawTime(random));
    const parts = Array.from(light.alongM, (along, i) => {
      const at = {
        ...line,
        x: line.x + along * line.directionX,
        y: line.y + along * line.directionY,
        z: line.z + along * line.directionZ,
      };
      const timing = closedFormTiming(ice, at, dom.x, dom.y, dom.z);
      const weight = light.lightGev[i]! * closedFormAmplitude(ice, at, dom.x, dom.y, dom.z);
      return { weight, start: along / SPEED_OF_LIGHT + timing.flightNs, timing };
    });
    const total = parts.reduce((sum, part) => sum + part.weight, 0);
    const cdf = (t: number): number =>
      parts.reduce(
        (sum, { weight, start, timing }) =>
          sum + weight * (t > start ? gammaP(timing.shape, timing.ratePerNs * (t - start)) : 0),
        0,
      ) / total;
    // The groups' shares differ a little from those of their sources: not exactly one distribution.
    const sorted = Float64Array.from(times).sort();
    for (const share of [0.02, 0.1, 0.25, 0.5, 0.75, 0.9]) {
      expectClose(cdf(sorted[Math.floor(share * sorted.length)]!), share, { absolute: 0.02 });
    }
  });

  test('comes first along the Cherenkov cone, and never before it', () => {
    const line = lineOf(Math.PI / 2, 0);
    const sine = Math.sqrt(1 - COS_CHERENKOV * COS_CHERENKOV);
    const rho = 20;
    const first = Array.from({ length: 60 }, (_, i) => {
      const seen = drawPhotoElectrons(
        detectorAt([{ x: 0, y: rho, z: 0 }]),
        formLight(line, emission(i)),
        null,
        new Random(20, i),
      );
      const cone = (-rho * (COS_CHERENKOV / sine) + (rho / sine) * GROUP_INDEX) / SPEED_OF_LIGHT;
      return Math.min(...seen.timeNs) - cone;
    }).filter(Number.isFinite);
    expect(first.length).toBeGreaterThan(50);
    expect(Math.min(...first)).toBeGreaterThan(-3);
    expect(first.sort((a, b) => a - b)[Math.floor(first.length / 2)]).toBeLessThan(15);
  });

  test('does not depend on where north is, nor on where the string stands', () => {
    const seenAt = (turn: number, dx: number, dy: number): number => {
      const line = lineOf(1.1, 0.4 + turn, dx, dy, -100);
      const light = formLight(line, emission(30));
      const [x, y] = [35, 12];
      light.lookFrom(dx + x * Math.cos(turn) - y * Math.sin(turn), dy + x * Math.sin(turn) + y * Math.cos(turn), -80);
      return light.total;
    };
    const one = seenAt(0, 0, 0);
    for (const [turn, dx, dy] of [
      [1, 0, 0],
      [2.5, 300, 0],
      [4, -200, 450],
    ] as const) {
      expectClose(seenAt(turn, dx, dy), one, { relative: 1e-9 });
    }
  });
});

describe('a cascade along its length', () => {
  test('makes the light of its energy, about its mean depth', () => {
    const { alongM, lightGev } = cascadeEmission(1e5);
    const light = lightGev.reduce((sum, part) => sum + part, 0);
    const centre = alongM.reduce((sum, along, i) => sum + along * lightGev[i]!, 0) / light;
    expectClose(light, 1e5, { relative: 1e-12 });
    expectClose(centre, 5.8, { absolute: 0.1 });
  });

  test('is longer the more energy it has', () => {
    const lengthOf = (E: number): number => cascadeProfile(E).shape * cascadeProfile(E).scaleM;
    expectClose(lengthOf(1_000), 4.0, { absolute: 0.05 });
    expect(lengthOf(1e6)).toBeGreaterThan(lengthOf(1e4));
  });

  test('gives as many photo-electrons in a module as its energy says, to Poisson accuracy', () => {
    const detector = detectorAt([
      { x: 30, y: 0, z: 0 },
      { x: 0, y: 60, z: 10 },
      { x: -90, y: 0, z: -20 },
    ]);
    const line = lineOf(0.7, 0);
    const energies = [1e4, 3e4, 1e5];
    const counts = energies.map(
      (E) => drawPhotoElectrons(detector, formLight(line, cascadeEmission(E)), null, new Random(7)).timeNs.length,
    );
    const perGev = counts.reduce((sum, count) => sum + count, 0) / energies.reduce((sum, E) => sum + E, 0);
    // The centre of light moves by two metres between them: a few per cent.
    expect(
      chiSquareProbability(
        counts.map((c) => c / 40),
        energies.map((E) => (E * perGev) / 40),
      ),
    ).toBeGreaterThan(0.01);
  });
});
