import * as engine from 'astronomy-engine';
import { describe, expect, it } from 'vitest';
import { angularDistance, directionOf, raDecOf, skyFrame } from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { needsPython, python } from '../support/python.js';
import { needsShared, sharedJson } from '../support/shared.js';

const FILE = 'data/astro/astro-vectors.json';
const ARCSEC = Math.PI / 648000;
const DEGREE = Math.PI / 180;
const LATITUDE = -89.9944;
const LONGITUDE = -62.6081;

/** Angle between two detector directions. */
const between = (zenith1: number, azimuth1: number, zenith2: number, azimuth2: number): number =>
  angularDistance(azimuth1, Math.PI / 2 - zenith1, azimuth2, Math.PI / 2 - zenith2);

/** IceCube's azimuth of an astronomical one (north 0, east pi/2). */
const iceCubeAzimuth = (azimuth: number): number => Math.PI / 2 - azimuth - LONGITUDE * DEGREE;

/** Repeatable (ra, dec, mjd) all over the sky, 2010 to 2028. */
function samples(n: number): { ra: number; dec: number; mjd: number }[] {
  let seed = 20220524;
  const random = (): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  return Array.from({ length: n }, () => ({
    ra: 2 * Math.PI * random(),
    dec: Math.asin(2 * random() - 1),
    mjd: 55197 + 6570 * random(),
  }));
}

needsShared('directions agree with IceTray to 0.02 arcsec', [FILE], () => {
  const vectors = sharedJson(FILE);
  const limit = 0.02 * ARCSEC;

  it('sky to detector', () => {
    for (const row of vectors.equa_to_dir) {
      const { zenith, azimuth } = directionOf(skyFrame(row.mjd), row.ra, row.dec);
      expect(between(zenith, azimuth, row.zenith, row.azimuth), row.note).toBeLessThan(limit);
    }
  });

  it('detector to sky', () => {
    for (const row of vectors.dir_to_equa) {
      const { raRad, decRad } = raDecOf(skyFrame(row.mjd), row.zenith, row.azimuth);
      expect(angularDistance(raRad, decRad, row.ra, row.dec), row.note).toBeLessThan(limit);
    }
  });

  it('the seed direction of a recorded task message', () => {
    const { mjd, zenith, azimuth } = vectors.chained.seed_check;
    const found = directionOf(skyFrame(mjd), (3 * Math.PI) / 4, -Math.asin(2 / 3));
    expect(between(found.zenith, found.azimuth, zenith, azimuth)).toBeLessThan(limit);
  });
});

needsPython('directions agree with ERFA to 0.1 arcsec, of which 0.05 are a habit of IceTray', ['erfa', 'numpy'], () => {
  it('sky to observed at UT1 = UTC without polar motion or air', () => {
    const cases = samples(2000);
    const program = `
import sys, json, erfa, numpy as np
c = json.load(sys.stdin)
ra, dec, mjd = (np.array([x[k] for x in c]) for k in ('ra', 'dec', 'mjd'))
a, z, *_ = erfa.atco13(ra, dec, 0, 0, 0, 0, 2400000.5, mjd, 0, np.radians(${LONGITUDE}), np.radians(${LATITUDE}), 0, 0, 0, 0, 0, 0, 0.5)
json.dump([z.tolist(), a.tolist()], sys.stdout)`;
    const [zenith, azimuth] = JSON.parse(python(program, JSON.stringify(cases))) as [number[], number[]];
    let worst = 0;
    cases.forEach(({ ra, dec, mjd }, i) => {
      const found = directionOf(skyFrame(mjd), ra, dec);
      worst = Math.max(worst, between(found.zenith, found.azimuth, zenith[i]!, iceCubeAzimuth(azimuth[i]!)));
    });
    expect(worst).toBeLessThan(0.1 * ARCSEC);
  });
});

describe('directions', () => {
  it('agree with astronomy-engine to 0.2 arcsec: its short nutation, and 0.05 that are a habit of IceTray', () => {
    const observer = new engine.Observer(LATITUDE, LONGITUDE, 0);
    let worst = 0;
    for (const { ra, dec, mjd } of samples(200)) {
      const date = engine.MakeTime(mjd - 51544.5);
      engine.DefineStar(engine.Body.Star1, ra / (15 * DEGREE), dec / DEGREE, 1e9);
      const apparent = engine.Equator(engine.Body.Star1, date, observer, true, true);
      const horizon = engine.Horizon(date, observer, apparent.ra, apparent.dec);
      const found = directionOf(skyFrame(mjd), ra, dec);
      const [zenith, azimuth] = [(90 - horizon.altitude) * DEGREE, iceCubeAzimuth(horizon.azimuth * DEGREE)];
      worst = Math.max(worst, between(found.zenith, found.azimuth, zenith, azimuth));
    }
    expect(worst).toBeLessThan(0.2 * ARCSEC);
  });

  it('come back: sky to detector to sky', () => {
    for (const { ra, dec, mjd } of [
      ...samples(2000),
      { ra: 0, dec: Math.PI / 2, mjd: 59000 },
      { ra: 1, dec: -Math.PI / 2, mjd: 59000 },
    ]) {
      const frame = skyFrame(mjd);
      const { zenith, azimuth } = directionOf(frame, ra, dec);
      const { raRad, decRad } = raDecOf(frame, zenith, azimuth);
      expect(angularDistance(ra, dec, raRad, decRad)).toBeLessThan(2e-15);
      expect(azimuth >= 0 && azimuth < 2 * Math.PI && raRad >= 0 && raRad < 2 * Math.PI).toBe(true);
    }
  });

  it('put IceCube-170922A where it was seen: zenith 95.75 degrees', () => {
    const { zenith } = directionOf(skyFrame(58018.87118560489), 77.43 * DEGREE, 5.72 * DEGREE);
    expectClose(zenith / DEGREE, 95.75, { absolute: 0.005 });
  });

  it('turn with the sky, 15 arcsec a second, also across the leap second of 2017', () => {
    const azimuthAt = (mjd: number): number => directionOf(skyFrame(mjd), 1, 0).azimuth;
    const second = 1 / 86400;
    expectClose((azimuthAt(57754 + second) - azimuthAt(57754)) / ARCSEC, 15.04, { absolute: 0.01 });
    expectClose((azimuthAt(57754) - azimuthAt(57754 - second)) / ARCSEC, 15.04, { absolute: 0.01 });
  });
});

describe('angularDistance', () => {
  it('is precise for tiny, right and opposite angles', () => {
    expectClose(angularDistance(1, 0.5, 1, 0.5 + 1e-9), 1e-9, { relative: 1e-6 });
    expectClose(angularDistance(0, 0, Math.PI / 2, 0), Math.PI / 2, { relative: 1e-15 });
    expectClose(angularDistance(0.3, 0.2, 0.3 + Math.PI, -0.2), Math.PI, { relative: 1e-15 });
    expect(angularDistance(0.1, Math.PI / 2, 4, Math.PI / 2)).toBeLessThan(1e-15);
  });
});
