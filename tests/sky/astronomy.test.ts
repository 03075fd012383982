import * as engine from 'astronomy-engine';
import { describe, expect, it } from 'vitest';
import { angularDistance, directionOf, ICECUBE_SITE, raDecOf, type Site, skyFrame } from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { needsPython, python } from '../support/python.js';
import { needsShared, sharedJson } from '../support/shared.js';

const FILE = 'data/astro/astro-vectors.json';
const ARCSEC = Math.PI / 648000;
const DEGREE = Math.PI / 180;
const LATITUDE = -89.9944;
const LONGITUDE = -62.6081;

const MEDITERRANEAN: Site = { latitudeDeg: 42.8, longitudeDeg: 6.17, xAxisAzimuthDeg: 1.9 };
const BAIKAL: Site = { latitudeDeg: 51.77, longitudeDeg: 104.4, xAxisAzimuthDeg: -120 };

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

needsPython('elsewhere, directions agree with astropy', ['astropy', 'numpy'], () => {
  /** Zenith and azimuth (from North through East) by astropy, in radians. UT1 - UTC is zero where `isUtc`. */
  function altAz(site: Site, cases: readonly object[], isUtc: boolean): [zenith: number[], azimuth: number[]] {
    const program = `
import sys, json, numpy as np
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers
iers.conf.auto_download = False
iers.conf.auto_max_age = None
c = json.load(sys.stdin)
ra, dec, mjd = (np.array([x[k] for x in c]) for k in ('ra', 'dec', 'mjd'))
time = Time(mjd, format='mjd', scale='utc')
if ${isUtc ? 'True' : 'False'}: time.delta_ut1_utc = 0
here = EarthLocation.from_geodetic(${site.longitudeDeg} * u.deg, ${site.latitudeDeg} * u.deg)
seen = SkyCoord(ra * u.rad, dec * u.rad, frame='icrs').transform_to(AltAz(obstime=time, location=here))
json.dump([seen.zen.rad.tolist(), seen.az.rad.tolist()], sys.stdout)`;
    return JSON.parse(python(program, JSON.stringify(cases)));
  }

  // Up to 2021, as far as old tables of the Earth's rotation go, without days of leap seconds: astropy stretches those.
  const leapDays = [56108, 57203, 57753];
  const cases = samples(1000)
    .map(({ ra, dec, mjd }) => ({ ra, dec, mjd: 55197 + (2 / 3) * (mjd - 55197) }))
    .filter(({ mjd }) => !leapDays.includes(Math.floor(mjd)));

  it.each([
    ['the Mediterranean', MEDITERRANEAN],
    ['Lake Baikal', BAIKAL],
  ])('at %s: to 1 arcsec, or 11 with the true rotation of the Earth', (_, site) => {
    for (const [isUtc, limit] of [
      [true, 1],
      [false, 11],
    ] as const) {
      const [zenith, azimuth] = altAz(site, cases, isUtc);
      let worst = 0;
      cases.forEach(({ ra, dec, mjd }, i) => {
        const found = directionOf(skyFrame(mjd, site), ra, dec);
        const expected = Math.PI / 2 - azimuth[i]! - site.xAxisAzimuthDeg * DEGREE;
        worst = Math.max(worst, between(found.zenith, found.azimuth, zenith[i]!, expected));
      });
      expect(worst / ARCSEC).toBeLessThan(limit);
    }
  });
});

describe('a site', () => {
  it("is IceCube's where none is given, with the bits of before there were sites", () => {
    const mjd = 59723.32051140454;
    const { zenith, azimuth } = directionOf(skyFrame(mjd), 0.8, -0.06);
    expect([zenith, azimuth]).toEqual([1.5123279107548075, 0.7184512301466]);
    expect(raDecOf(skyFrame(mjd), 1.1, 0.8)).toEqual({ raRad: 0.7190396230436579, decRad: -0.47245661890318935 });
    expect(skyFrame(mjd, ICECUBE_SITE)).toEqual(skyFrame(mjd));
  });

  it.each([MEDITERRANEAN, BAIKAL, ICECUBE_SITE])(
    'at $latitudeDeg N sees the celestial pole at its latitude',
    (site) => {
      // The pole of 2024 lies 20.04 arcsec a year from that of J2000; nutation and aberration are worth 30 arcsec.
      const pole = directionOf(skyFrame(60310, { ...site, xAxisAzimuthDeg: 0 }), 0, (90 - 0.1336) * DEGREE);
      expectClose(90 - pole.zenith / DEGREE, site.latitudeDeg, { absolute: 0.01 });
      if (site !== ICECUBE_SITE) expectClose(pole.azimuth / DEGREE, 90, { absolute: 0.02 });
    },
  );

  it('further east sees the same sky earlier, 1 degree in 239.345 seconds', () => {
    const here = directionOf(skyFrame(59000, MEDITERRANEAN), 1, 0.3);
    const east = { ...MEDITERRANEAN, longitudeDeg: MEDITERRANEAN.longitudeDeg + 10 };
    const there = directionOf(skyFrame(59000 - 2393.45 / 86400, east), 1, 0.3);
    expect(between(here.zenith, here.azimuth, there.zenith, there.azimuth)).toBeLessThan(0.5 * ARCSEC);
  });

  it('counts azimuths from its x axis, towards North if that points East', () => {
    // The June Sun stands in the south at noon and in the east in the morning.
    const sun = (mjd: number, xAxisAzimuthDeg: number): number =>
      directionOf(skyFrame(mjd, { ...MEDITERRANEAN, xAxisAzimuthDeg }), 90 * DEGREE, 23.44 * DEGREE).azimuth / DEGREE;
    const noon = 60482 + (12 - 6.17 / 15) / 24;
    expectClose(sun(noon, 0), 270, { absolute: 3 });
    expectClose(sun(noon, 270), 0, { absolute: 3 });
    expectClose(sun(noon, -90), sun(noon, 270), { absolute: 1e-9 });
    expectClose(sun(noon - 4.5 / 24, 0), 0, { absolute: 10 });
    expectClose(sun(noon, 1) - sun(noon, 0), -1, { absolute: 1e-9 });
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

  it.each([ICECUBE_SITE, MEDITERRANEAN, BAIKAL])('come back at $latitudeDeg N: sky to detector to sky', (site) => {
    for (const { ra, dec, mjd } of [
      ...samples(2000),
      { ra: 0, dec: Math.PI / 2, mjd: 59000 },
      { ra: 1, dec: -Math.PI / 2, mjd: 59000 },
    ]) {
      const frame = skyFrame(mjd, site);
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
