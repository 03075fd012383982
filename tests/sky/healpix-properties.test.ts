import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ancestor,
  angularDistance,
  corners,
  disc,
  neighbours,
  nestToRing,
  pixelArea,
  pixelAt,
  pixelAtVector,
  pixelCount,
  pixelPhi,
  pixelTheta,
  pixelVector,
  ringToNest,
  ringToUniq,
  uniqToRing,
} from '../../src/sky/index.js';
import { needsPython, python } from '../support/python.js';

const nside = fc.integer({ min: 0, max: 24 }).map((order) => 2 ** order);
/** Any pixel of any nside. */
const pixel = nside.chain((n) =>
  fc.tuple(
    fc.constant(n),
    fc.maxSafeNat().map((k) => k % pixelCount(n)),
  ),
);
const direction = fc.tuple(
  fc.double({ min: 0, max: Math.PI, noNaN: true }),
  fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
);
const runs = { numRuns: 3000, seed: 1 };

describe('HEALPix, at any nside up to 2^24', () => {
  it('ring -> nest -> ring and ring -> uniq -> ring change nothing', () => {
    fc.assert(
      fc.property(pixel, ([n, p]) => {
        const nest = ringToNest(n, p);
        expect(nest >= 0 && nest < pixelCount(n)).toBe(true);
        expect(nestToRing(n, nest)).toBe(p);
        expect(uniqToRing(ringToUniq(n, p))).toEqual({ nside: n, pixel: p });
      }),
      runs,
    );
  });

  it('a pixel contains its own centre, by angles and by vector', () => {
    const vector = new Float64Array(3);
    fc.assert(
      fc.property(pixel, ([n, p]) => {
        expect(pixelAt(n, pixelTheta(n, p), pixelPhi(n, p))).toBe(p);
        const [x, y, z] = pixelVector(n, p, vector);
        expect(pixelAtVector(n, x!, y!, z!)).toBe(p);
      }),
      runs,
    );
  });

  it('a direction lies near the centre of its pixel, and in the ancestors of that pixel', () => {
    fc.assert(
      fc.property(nside, direction, (n, [theta, phi]) => {
        const p = pixelAt(n, theta, phi);
        const away = angularDistance(phi, Math.PI / 2 - theta, pixelPhi(n, p), Math.PI / 2 - pixelTheta(n, p));
        expect(away).toBeLessThan(1.5 * Math.sqrt(pixelArea(n)));
        // Only below the rounding of the angles themselves may a coarser pixel be another one.
        if (n <= 2 ** 16 && n >= 2) {
          const coarse = pixelAt(n / 2, theta, phi);
          const [cx, px] = [ancestor(n, p, n / 2), coarse];
          if (cx !== px) expect(neighbours(n / 2, cx)).toContain(px);
        }
      }),
      runs,
    );
  });

  it('neighbours are each other’s, opposite on the lattice, and share a corner', () => {
    fc.assert(
      fc.property(pixel, ([n, p]) => {
        const around = neighbours(n, p);
        const present = around.filter((q) => q >= 0);
        expect(present.length).toBeGreaterThanOrEqual(n === 1 ? 6 : 7);
        for (const q of present) {
          expect(neighbours(n, q)).toContain(p);
          if (n > 2 ** 20) continue;
          expect(touches(corners(n, p), corners(n, q), 1e-6 / n + 1e-15)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('a disc grows with its radius', () => {
    const vector = new Float64Array(3);
    fc.assert(
      fc.property(pixel, fc.double({ min: 0.1, max: 5, noNaN: true }), ([n, p], widths) => {
        pixelVector(n, p, vector);
        const radius = widths * Math.sqrt(pixelArea(n));
        const small = disc(n, vector, radius);
        const large = new Set(disc(n, vector, radius * 1.3));
        expect(small).toContain(p);
        expect(small.every((q) => large.has(q))).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

needsPython('HEALPix numbers equal astropy-healpix', ['astropy_healpix', 'numpy'], () => {
  it('every pixel of nside 1 to 64, and 100 000 at 512, 4096 and 8192', () => {
    const program = `
import sys, numpy as np, astropy_healpix as ah
from astropy_healpix import healpy as hp
rows = np.frombuffer(sys.stdin.buffer.read(), dtype='<f8').reshape(-1, 15)
bad = 0
for n in np.unique(rows[:, 0]).astype(int):
    r = rows[rows[:, 0] == n]
    p = r[:, 1].astype(np.int64)
    bad += np.sum(r[:, 2] != hp.ring2nest(n, p))
    lon, lat = ah.healpix_to_lonlat(p, n, order='ring')
    d = np.abs(np.stack([lat.rad - (np.pi / 2 - r[:, 3]), (lon.rad - r[:, 4]) * np.cos(lat.rad)]))
    bad += np.sum(d > 1e-14)
    bad += np.sum(hp.ang2pix(n, r[:, 3] * (1 - 0.3 / n), r[:, 4] + 0.4 / n) != r[:, 5])
    bad += np.sum(ah.neighbours(p, n, order='ring').T != r[:, 6:14].astype(np.int64))
    bad += np.sum(ah.level_ipix_to_uniq(int(np.log2(n)), r[:, 2].astype(np.int64)) != r[:, 14])
print(len(rows), bad)`;
    let seed = 1;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    const rows: number[] = [];
    let count = 0;
    const add = (n: number, p: number): void => {
      const [theta, phi] = [pixelTheta(n, p), pixelPhi(n, p)];
      const aside = theta * (1 - 0.3 / n);
      rows.push(
        n,
        p,
        ringToNest(n, p),
        theta,
        phi,
        pixelAt(n, aside, phi + 0.4 / n),
        ...neighbours(n, p),
        ringToUniq(n, p),
      );
      count++;
    };
    for (let n = 1; n <= 64; n *= 2) for (let p = 0; p < pixelCount(n); p++) add(n, p);
    for (const n of [512, 4096, 8192]) for (let k = 0; k < 100_000; k++) add(n, Math.floor(random() * pixelCount(n)));
    const answer = python(program, new Uint8Array(Float64Array.from(rows).buffer)).trim();
    expect(answer).toBe(`${count} 0`);
  }, 60_000);
});

function touches(a: Float64Array, b: Float64Array, within: number): boolean {
  for (let i = 0; i < 12; i += 3) {
    for (let j = 0; j < 12; j += 3) {
      if (Math.hypot(a[i]! - b[j]!, a[i + 1]! - b[j + 1]!, a[i + 2]! - b[j + 2]!) < within) return true;
    }
  }
  return false;
}
