/**
 * Directions in the detector (zenith, azimuth) and on the sky (RA, dec of J2000/ICRS), as IceTray's `astro` relates
 * them through PAL (specs/sky-and-scan.md section 16): solar light deflection, annual aberration, frame bias,
 * precession (IAU 2006), the 30 largest terms of nutation (IAU 2000A), sidereal rotation; no polar motion, UT1 = UTC,
 * no refraction. Within 1e-7 rad (0.02 arcsec) of PAL from 1999 to 2028. True directions differ from these by up to
 * 0.5 arcsec of polar motion and 7 arcsec of UT1 - UTC. (PAL's way back takes UTC for TDB: 3e-9 rad, left out here, so
 * that the two ways undo each other.)
 *
 * From the sky to a detector anywhere: deflection and aberration; precession and nutation; rotation by the local sidereal
 * time, GMST + equation of the equinoxes + longitude; rotation by the latitude to (south, east, up). The astronomical
 * azimuth is A = atan2(east, -south), north 0 and east pi/2, so that pi/2 - A counts from East towards North. A detector
 * counts from its x axis, at the angle x from East (`Site.xAxisAzimuthDeg`):
 *
 *     zenith = atan2(hypot(south, east), up),  azimuth = pi/2 - A - x
 *
 * Diurnal aberration, 0.32 cos(latitude) arcsec, is nothing at the Pole and left out elsewhere: UT1 - UTC is worth more.
 *
 * All that depends on time and site goes once into a `SkyFrame`; a conversion is then a few dozen operations.
 */
import { ICECUBE_SITE, type Site } from './site.js';

const ARCSEC = Math.PI / 648000;
const DEGREE = Math.PI / 180;
const TWO_PI = 2 * Math.PI;
/** Twice the Sun's gravitational radius over the Earth's distance. */
const DEFLECTION = 1.974126e-8;
/** First MJD of each value of TT - UTC, seconds, newest first. */
const TT_MINUS_UTC: readonly (readonly [mjd: number, seconds: number])[] = [
  [57754, 69.184],
  [57204, 68.184],
  [56109, 67.184],
  [54832, 66.184],
  [53736, 65.184],
];
const TT_MINUS_UTC_BEFORE = 64.184;

/** Nutation: multiples of l, l', F, D, Om, then A, A', A'', B, B', B'' in 1e-7 arcsec. */
const NUTATION: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 1, -172064161, -174666, 33386, 92052331, 9086, 15377],
  [0, 0, 2, -2, 2, -13170906, -1675, -13696, 5730336, -3015, -4587],
  [0, 0, 2, 0, 2, -2276413, -234, 2796, 978459, -485, 1374],
  [0, 0, 0, 0, 2, 2074554, 207, -698, -897492, 470, -291],
  [0, 1, 0, 0, 0, 1475877, -3633, 11817, 73871, -184, -1924],
  [0, 1, 2, -2, 2, -516821, 1226, -524, 224386, -677, -174],
  [1, 0, 0, 0, 0, 711159, 73, -872, -6750, 0, 358],
  [0, 0, 2, 0, 1, -387298, -367, 380, 200728, 18, 318],
  [1, 0, 2, 0, 2, -301461, -36, 816, 129025, -63, 367],
  [0, -1, 2, -2, 2, 215829, -494, 111, -95929, 299, 132],
  [0, 0, 2, -2, 1, 128227, 137, 181, -68982, -9, 39],
  [-1, 0, 2, 0, 2, 123457, 11, 19, -53311, 32, -4],
  [-1, 0, 0, 2, 0, 156994, 10, -168, -1235, 0, 82],
  [1, 0, 0, 0, 1, 63110, 63, 27, -33228, 0, -9],
  [-1, 0, 0, 0, 1, -57976, -63, -189, 31429, 0, -75],
  [-1, 0, 2, 2, 2, -59641, -11, 149, 25543, -11, 66],
  [1, 0, 2, 0, 1, -51613, -42, 129, 26366, 0, 78],
  [-2, 0, 2, 0, 1, 45893, 50, 31, -24236, -10, 20],
  [0, 0, 0, 2, 0, 63384, 11, -150, -1220, 0, 29],
  [0, 0, 2, 2, 2, -38571, -1, 158, 16452, -11, 68],
  [0, -2, 2, -2, 2, 32481, 0, 0, -13870, 0, 0],
  [-2, 0, 0, 2, 0, -47722, 0, -18, 477, 0, -25],
  [2, 0, 2, 0, 2, -31046, -1, 131, 13238, -11, 59],
  [1, 0, 2, -2, 2, 28593, 0, -1, -12338, 10, -3],
  [-1, 0, 2, 0, 1, 20441, 21, 10, -10758, 0, -3],
  [2, 0, 0, 0, 0, 29243, 0, -74, -609, 0, 13],
  [0, 0, 2, 0, 0, 25887, 0, -66, -550, 0, 11],
  [0, 1, 0, 0, 1, -14053, -25, 79, 8551, -2, -45],
  [-1, 0, 0, 2, 1, 15164, 10, 11, -8001, 0, -1],
  [0, 2, 2, -2, 2, -15794, 72, -16, 6850, -42, -5],
];

/** Everything about one moment at one site that the conversions need. Made by `skyFrame`. */
export interface SkyFrame {
  /** Modified Julian date, UTC. */
  readonly mjd: number;
  /** Angle of the detector's x axis, radians from East towards North. */
  readonly xAxis: number;
  /** Rotation from the apparent direction in ICRS axes to (south, east, up) at the site, row-wise. */
  readonly toHorizon: Float64Array;
  /** Earth's velocity over c and the unit vector from the Sun to the Earth, in ICRS axes. */
  readonly velocity: Float64Array;
  readonly fromSun: Float64Array;
}

/** Detector direction, radians: where the particle came from. */
export interface Direction {
  /** [0, pi]; 0 is straight down from above. */
  readonly zenith: number;
  /** [0, 2 pi). */
  readonly azimuth: number;
}

/** Position on the sky, radians, J2000. */
export interface RaDec {
  /** [0, 2 pi). */
  readonly raRad: number;
  readonly decRad: number;
}

/**
 * The frame of a moment.
 *
 * @param mjd modified Julian date, UTC
 * @param site where the telescope stands; IceCube where left out
 */
export function skyFrame(mjd: number, site: Site = ICECUBE_SITE): SkyFrame {
  const tt = mjd + ttMinusUtc(mjd) / 86400;
  const t = (tt - 51544.5) / 36525;
  const angles = fundamentalArguments(t);
  const { dpsi, deps } = nutation(t, angles);
  const precession = biasPrecessionNutation(t, dpsi, deps);
  const sidereal = siderealTime(mjd, dpsi, site.longitudeDeg * DEGREE);
  // Rotations to the hour angle, and by the latitude to the horizon.
  const toHorizon = product(latitudeRotation(site.latitudeDeg * DEGREE), product(rotateZ(sidereal), precession));
  const { velocity, fromSun } = earth(t);
  return { mjd, xAxis: site.xAxisAzimuthDeg * DEGREE, toHorizon, velocity, fromSun };
}

/** Direction in the detector of a position on the sky. */
export function directionOf(frame: SkyFrame, raRad: number, decRad: number): Direction {
  const { toHorizon: m, velocity: v, fromSun: h } = frame;
  let x = Math.cos(decRad) * Math.cos(raRad);
  let y = Math.cos(decRad) * Math.sin(raRad);
  let z = Math.sin(decRad);
  const sun = x * h[0]! + y * h[1]! + z * h[2]!;
  const bend = DEFLECTION / Math.max(1 + sun, 1e-5);
  x += bend * (h[0]! - sun * x);
  y += bend * (h[1]! - sun * y);
  z += bend * (h[2]! - sun * z);
  const b = Math.sqrt(1 - v[0]! * v[0]! - v[1]! * v[1]! - v[2]! * v[2]!);
  const q = x * v[0]! + y * v[1]! + z * v[2]!;
  const push = 1 + q / (b + 1);
  x = b * x + push * v[0]!;
  y = b * y + push * v[1]!;
  z = b * z + push * v[2]!;
  const south = m[0]! * x + m[1]! * y + m[2]! * z;
  const east = m[3]! * x + m[4]! * y + m[5]! * z;
  const up = m[6]! * x + m[7]! * y + m[8]! * z;
  return {
    zenith: Math.atan2(Math.hypot(south, east), up),
    azimuth: positive(Math.PI / 2 - Math.atan2(east, -south) - frame.xAxis),
  };
}

/** Position on the sky of a direction in the detector; the exact inverse of `directionOf`. */
export function raDecOf(frame: SkyFrame, zenith: number, azimuth: number): RaDec {
  const { toHorizon: m, velocity: v, fromSun: h } = frame;
  const astronomical = Math.PI / 2 - azimuth - frame.xAxis;
  const south = -Math.cos(astronomical) * Math.sin(zenith);
  const east = Math.sin(astronomical) * Math.sin(zenith);
  const up = Math.cos(zenith);
  const ax = m[0]! * south + m[3]! * east + m[6]! * up;
  const ay = m[1]! * south + m[4]! * east + m[7]! * up;
  const az = m[2]! * south + m[5]! * east + m[8]! * up;
  const b = Math.sqrt(1 - v[0]! * v[0]! - v[1]! * v[1]! - v[2]! * v[2]!);
  let [x, y, z] = [ax, ay, az];
  // Both small effects are undone by fixed-point iteration: aberration gains four digits a step, deflection more.
  for (let i = 0; i < 4; i++) {
    const q = x * v[0]! + y * v[1]! + z * v[2]!;
    const push = 1 + q / (b + 1);
    x = (1 + q) * ax - push * v[0]!;
    y = (1 + q) * ay - push * v[1]!;
    z = (1 + q) * az - push * v[2]!;
    const length = Math.sqrt(x * x + y * y + z * z);
    x /= length;
    y /= length;
    z /= length;
  }
  let [ux, uy, uz] = [x, y, z];
  for (let i = 0; i < 3; i++) {
    const sun = ux * h[0]! + uy * h[1]! + uz * h[2]!;
    const bend = DEFLECTION / Math.max(1 + sun, 1e-5);
    ux = x - bend * (h[0]! - sun * ux);
    uy = y - bend * (h[1]! - sun * uy);
    uz = z - bend * (h[2]! - sun * uz);
  }
  return { raRad: positive(Math.atan2(uy, ux)), decRad: Math.atan2(uz, Math.hypot(ux, uy)) };
}

/** Angle between two positions, radians, precise for small and large ones. */
export function angularDistance(ra1: number, dec1: number, ra2: number, dec2: number): number {
  const dRa = ra2 - ra1;
  const east = Math.cos(dec2) * Math.sin(dRa);
  const north = Math.cos(dec1) * Math.sin(dec2) - Math.sin(dec1) * Math.cos(dec2) * Math.cos(dRa);
  const along = Math.sin(dec1) * Math.sin(dec2) + Math.cos(dec1) * Math.cos(dec2) * Math.cos(dRa);
  return Math.atan2(Math.hypot(east, north), along);
}

function ttMinusUtc(mjd: number): number {
  for (const [from, seconds] of TT_MINUS_UTC) if (mjd >= from) return seconds;
  return TT_MINUS_UTC_BEFORE;
}

/** The Moon's and Sun's mean anomalies l and l', F, D and Om at t Julian centuries since J2000, radians. */
function fundamentalArguments(t: number): readonly number[] {
  const turns = [
    485868.249036 + 1717915923.2178 * t,
    1287104.79305 + 129596581.0481 * t,
    335779.526232 + 1739527262.8478 * t,
    1072260.70369 + 1602961601.209 * t,
    450160.398036 - 6962890.5431 * t,
  ];
  return turns.map((arcsec) => (arcsec % 1296000) * ARCSEC);
}

/** Nutation in longitude and obliquity, radians. */
function nutation(t: number, angles: readonly number[]): { dpsi: number; deps: number } {
  let dpsi = -0.000135;
  let deps = 0.000388;
  for (const term of NUTATION) {
    let g = 0;
    for (let k = 0; k < 5; k++) g += term[k]! * angles[k]!;
    const [sine, cosine] = [Math.sin(g), Math.cos(g)];
    dpsi += 1e-7 * ((term[5]! + term[6]! * t) * sine + term[7]! * cosine);
    deps += 1e-7 * ((term[8]! + term[9]! * t) * cosine + term[10]! * sine);
  }
  return { dpsi: dpsi * ARCSEC, deps: deps * ARCSEC };
}

/** Mean obliquity of date, radians. */
function obliquity(t: number): number {
  return polynomial(t, [84381.406, -46.836769, -0.0001831, 0.0020034, -5.76e-7, -4.34e-8]) * ARCSEC;
}

/** Fukushima-Williams angles to the matrix from ICRS to the true equator and equinox of date. */
function biasPrecessionNutation(t: number, dpsi: number, deps: number): Float64Array {
  const gamma = polynomial(t, [-0.052928, 10.556378, 0.4932044, -0.00031238, -2.788e-6, 2.6e-8]) * ARCSEC;
  const phi = polynomial(t, [84381.412819, -46.811016, 0.0511268, 0.00053289, -4.4e-7, -1.76e-8]) * ARCSEC;
  const psi = polynomial(t, [-0.041775, 5038.481484, 1.5584175, -0.00018522, -2.6452e-5, -1.48e-8]) * ARCSEC;
  return product(
    rotateX(-(obliquity(t) + deps)),
    product(rotateZ(-(psi + dpsi)), product(rotateX(phi), rotateZ(gamma))),
  );
}

/** Local apparent sidereal time at a longitude, radians, as PAL has it. */
function siderealTime(mjd: number, dpsi: number, longitude: number): number {
  const days = mjd - 51544.5;
  const t = days / 36525;
  const era = TWO_PI * (mjd - Math.floor(mjd) + 0.5 + 0.779057273264 + 0.00273781191135448 * days);
  const gmst = era + polynomial(t, [0.014506, 4612.156534, 1.3915817, -4.4e-7, -2.9956e-5, -3.68e-8]) * ARCSEC;
  const [, , f, d, om] = fundamentalArguments(t) as [number, number, number, number, number];
  const complementary =
    2640.96 * Math.sin(om) +
    63.52 * Math.sin(2 * om) +
    11.75 * Math.sin(2 * f - 2 * d + 3 * om) +
    11.21 * Math.sin(2 * f - 2 * d + om) -
    4.55 * Math.sin(2 * f - 2 * d + 2 * om) +
    2.02 * Math.sin(2 * f + 3 * om) +
    1.98 * Math.sin(2 * f + om) -
    1.72 * Math.sin(3 * om);
  const equinoxes = dpsi * Math.cos(obliquity(t)) + 1e-6 * ARCSEC * complementary;
  // PAL's own 0.05 arcsec: it joins the 1982 GMST to a newer equation of the equinoxes. Kept, to agree with IceTray.
  const palOffset = -2.5e-7;
  return gmst + equinoxes + longitude + palOffset;
}

/** Earth's velocity over c and the direction from the Sun, in ICRS axes to the precision their effects need. */
function earth(t: number): { velocity: Float64Array; fromSun: Float64Array } {
  const meanLongitude = 280.46646 + 36000.76983 * t + 0.0003032 * t * t - (1.396971 * t + 0.0003086 * t * t);
  const anomaly = (357.52911 + 35999.05029 * t - 0.0001537 * t * t) * DEGREE;
  const eccentricity = 0.016708634 - 0.000042037 * t;
  const centre =
    (1.914602 - 0.004817 * t) * Math.sin(anomaly) +
    (0.019993 - 0.000101 * t) * Math.sin(2 * anomaly) +
    0.000289 * Math.sin(3 * anomaly);
  const longitude = (meanLongitude + centre + 180) * DEGREE;
  const perihelion = (meanLongitude + 180) * DEGREE - anomaly;
  const tilt = 23.43928 * DEGREE;
  const k = 20.49552 * ARCSEC;
  const vx = k * (-Math.sin(longitude) - eccentricity * Math.sin(perihelion));
  const vy = k * (Math.cos(longitude) + eccentricity * Math.cos(perihelion));
  return {
    velocity: Float64Array.of(vx, vy * Math.cos(tilt), vy * Math.sin(tilt)),
    fromSun: Float64Array.of(
      Math.cos(longitude),
      Math.sin(longitude) * Math.cos(tilt),
      Math.sin(longitude) * Math.sin(tilt),
    ),
  };
}

/** Turns the axes about z by `a` (equator) or about x (`rotateX`). Matrices are row-wise. */
function rotateZ(a: number): Float64Array {
  const [s, c] = [Math.sin(a), Math.cos(a)];
  return Float64Array.of(c, s, 0, -s, c, 0, 0, 0, 1);
}

function rotateX(a: number): Float64Array {
  const [s, c] = [Math.sin(a), Math.cos(a)];
  return Float64Array.of(1, 0, 0, 0, c, s, 0, -s, c);
}

/** From hour-angle axes to (south, east, up). */
function latitudeRotation(latitude: number): Float64Array {
  const [s, c] = [Math.sin(latitude), Math.cos(latitude)];
  return Float64Array.of(s, 0, -c, 0, 1, 0, c, 0, s);
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      out[3 * i + j] = a[3 * i]! * b[j]! + a[3 * i + 1]! * b[3 + j]! + a[3 * i + 2]! * b[6 + j]!;
    }
  }
  return out;
}

function polynomial(t: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * t + coefficients[k]!;
  return sum;
}

/** The angle in [0, 2 pi). */
function positive(angle: number): number {
  const rest = angle % TWO_PI;
  const turned = rest < 0 ? rest + TWO_PI : rest;
  return turned >= TWO_PI ? 0 : turned;
}
