import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contoursGeoJson,
  contourText,
  greatCirclePolygon,
  probabilityInPolygon,
  readPolygon,
  regionRings,
  skyRegion,
} from '../../../src/result/index.js';
import {
  pixelArea,
  pixelAt,
  pixelCount,
  pixelPhi,
  pixelTheta,
  probabilityInCone,
  type RaDec,
} from '../../../src/sky/index.js';
import { expectClose } from '../../support/close.js';
import { metadata } from '../support.js';
import { skyOf } from './skies.js';

const DEGREE = Math.PI / 180;

function corners(...degrees: [number, number][]): RaDec[] {
  return degrees.map(([ra, dec]) => ({ raRad: ra * DEGREE, decRad: dec * DEGREE }));
}

/** Corners of a circle around a position. */
function circle(raDeg: number, decDeg: number, radiusDeg: number, n = 180): RaDec[] {
  const [ra, dec, r] = [raDeg * DEGREE, decDeg * DEGREE, radiusDeg * DEGREE];
  return Array.from({ length: n }, (_, i) => {
    const angle = (-2 * Math.PI * i) / n;
    const sine = Math.sin(dec) * Math.cos(r) + Math.cos(dec) * Math.sin(r) * Math.cos(angle);
    const turn = Math.atan2(Math.sin(angle) * Math.sin(r) * Math.cos(dec), Math.cos(r) - Math.sin(dec) * sine);
    return { raRad: (ra + turn + 2 * Math.PI) % (2 * Math.PI), decRad: Math.asin(sine) };
  });
}

/** Share of the sky in a polygon, by looking at many pixels. */
function share(contains: (raRad: number, decRad: number) => boolean): number {
  let inside = 0;
  for (let pixel = 0; pixel < pixelCount(32); pixel++) {
    if (contains(pixelPhi(32, pixel), Math.PI / 2 - pixelTheta(32, pixel))) inside++;
  }
  return inside / pixelCount(32);
}

describe('a polygon of great circles', () => {
  it.each([
    ['anywhere', 100, 20, 7],
    ['over RA 0', 359.5, 5, 12],
    ['over the north pole', 33, 85, 15],
    ['around the south pole', 0, -89.9, 30],
  ])('has inside what is near: %s', (_, ra, dec, radius) => {
    for (const way of [circle(ra, dec, radius), circle(ra, dec, radius).reverse()]) {
      const { contains } = greatCirclePolygon(way);
      const expected = (1 - Math.cos(radius * DEGREE)) / 2;
      expectClose(share(contains), expected, { relative: 0.03 }, 'share of the sky');
      expect(contains(ra * DEGREE, dec * DEGREE)).toBe(true);
      expect(contains(((ra + 180) % 360) * DEGREE, -dec * DEGREE)).toBe(false);
    }
  });

  it('may have a corner on a pole', () => {
    for (const sign of [1, -1]) {
      const { contains } = greatCirclePolygon(corners([0, 0], [90, 0], [200, 90 * sign]));
      expectClose(share(contains), 1 / 8, { relative: 0.02 }, 'an octant');
      expect(contains(45 * DEGREE, 30 * sign * DEGREE)).toBe(true);
      expect(contains(45 * DEGREE, -30 * sign * DEGREE)).toBe(false);
    }
  });

  it('may be concave', () => {
    const { contains } = greatCirclePolygon(corners([0, 0], [40, 0], [40, 40], [35, 5], [0, 5]));
    expect(contains(20 * DEGREE, 3 * DEGREE)).toBe(true);
    expect(contains(20 * DEGREE, 20 * DEGREE)).toBe(false);
  });
});

describe('the probability in a polygon', () => {
  it.each(['anywhere', 'at RA 0', 'beside the north pole', 'on the south pole'])('is that of a cone: %s', (name) => {
    const { probability } = skyOf(name);
    const [ra, dec] = [probability.peak.raRad, probability.peak.decRad];
    for (const radius of [0.3, 1]) {
      const polygon = greatCirclePolygon(circle(ra / DEGREE, dec / DEGREE, radius));
      const expected = probabilityInCone(probability, ra, dec, radius * DEGREE);
      expectClose(probabilityInPolygon(probability, polygon), expected, { absolute: 3e-4 }, `${radius} deg`);
    }
  });

  it('is what its pixels hold, far out too', () => {
    const { probability } = skyOf('more than a hemisphere', 0);
    const polygon = greatCirclePolygon(corners([150, -10], [230, -20], [250, 40], [160, 50]));
    let expected = 0;
    const density = new Map<number, number>();
    probability.density.forEach((value, i) => {
      if (probability.nside[i] === 16) density.set(probability.pixel[i]!, value);
    });
    for (let pixel = 0; pixel < pixelCount(128); pixel++) {
      const [theta, phi] = [pixelTheta(128, pixel), pixelPhi(128, pixel)];
      if (polygon.contains(phi, Math.PI / 2 - theta))
        expected += density.get(pixelAt(16, theta, phi))! * pixelArea(128);
    }
    expectClose(probabilityInPolygon(probability, polygon), expected, { absolute: 5e-4 }, 'probability');
  });

  it.each(['at RA 0', 'at RA 180', 'on the south pole', 'with a hole at RA 180', 'all but a disc at RA 180'])(
    'of its own contours is their level: %s',
    (name) => {
      const sky = skyOf(name);
      const region = skyRegion(sky, 'probability', 0.9);
      const outline = { ...region, rings: regionRings(sky, region) };
      const polygon = readPolygon(contoursGeoJson({ metadata }, [outline]));
      expectClose(
        probabilityInPolygon(sky.probability, polygon),
        0.9,
        { absolute: region.area_deg2 < 100 ? 0.01 : 0.025 },
        'GeoJSON',
      );
      if (outline.rings.length > 1 || region.area_deg2 > 20000) return;
      const text = readPolygon(contourText(outline));
      expectClose(probabilityInPolygon(sky.probability, text), 0.9, { absolute: 0.01 }, 'text');
    },
  );
});

describe('a polygon file', () => {
  it('that is damaged is read or refused with a reason, never more', () => {
    const geojson = '{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,0]],[[2,1],[3,2],[3,1],[2,1]]]}';
    fc.assert(
      fc.property(
        fc.constantFrom('ra,dec\n10,0\n20,0\n20,10\n', geojson),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true }), fc.string({ maxLength: 1 })), {
          minLength: 1,
        }),
        (text, changes) => {
          let damaged = text;
          for (const [at, character] of changes) {
            const place = Math.floor(at * damaged.length);
            damaged = damaged.slice(0, place) + character + damaged.slice(place + 1);
          }
          try {
            expect(typeof readPolygon(damaged, 'x').contains(0.1, 0.1)).toBe('boolean');
          } catch (error) {
            expect(error).toMatchObject({ code: 'result/bad-region', message: expect.stringMatching(/^x /) });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is a list of corners, with or without a header, closed or not', () => {
    for (const text of [
      '10,0\n20,0\n20,10\n10,10\n',
      'ra,dec\n10 , 0\n20, 0\n20,10\n10 ,10\n10,0\n',
      '# box\n10 0\n20 0\n20\t10\n10;10',
    ]) {
      const { contains } = readPolygon(text);
      expect([contains(15 * DEGREE, 5 * DEGREE), contains(25 * DEGREE, 5 * DEGREE)]).toEqual([true, false]);
    }
  });

  it('is GeoJSON of any shape with polygons; those of one file count together', () => {
    const box = (ra: number): number[][] => [
      [ra, 0],
      [ra + 10, 0],
      [ra + 10, 10],
      [ra, 10],
      [ra, 0],
    ];
    const hole = [
      [2, 2],
      [2, 8],
      [8, 8],
      [8, 2],
      [2, 2],
    ];
    const polygon = { type: 'Polygon', coordinates: [box(0), hole] };
    const { contains } = readPolygon(
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          { type: 'Feature', geometry: polygon },
          { type: 'Feature', geometry: null },
          { type: 'Feature', geometry: { type: 'MultiPolygon', coordinates: [[box(5)], [box(-90)]] } },
        ],
      }),
    );
    const inside = (ra: number, dec: number): boolean => contains(ra * DEGREE, dec * DEGREE);
    expect(inside(1, 1)).toBe(true);
    expect(inside(3, 5)).toBe(false);
    // In the hole of one, inside another.
    expect(inside(7, 5)).toBe(true);
    expect(inside(275, 5)).toBe(true);
    expect(inside(265, 5)).toBe(false);
  });

  it.each([
    ['', 'has 0 corners'],
    ['10,0\n20,0\n', 'has 2 corners'],
    ['ra,dec\nra,dec\n20,0\n', 'line 2 that is no corner'],
    ['10,0\n20,0\n20,100\n', 'line 3 that is no corner'],
    ['10,0\n20,x\n20,1\n', 'line 2 that is no corner'],
    ['400,0\n20,0\n20,1\n', 'line 1 that is no corner'],
    ['{"type": "Polygon"', 'is not JSON'],
    ['{"type": "Point", "coordinates": [1, 2]}', '"Point" where a Polygon'],
    ['{"type": "FeatureCollection", "features": []}', 'has no polygon'],
    ['{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1]]]}', 'a ring that is not closed'],
    ['{"type": "Polygon", "coordinates": [[[0,0],[1,95],[1,1],[0,0]]]}', 'a position [1,95] that is none'],
    ['{"type": "Polygon", "coordinates": 5}', 'is not GeoJSON'],
  ])('is refused where it is none: %j', (text, why) => {
    expect(() => readPolygon(text, 'box.csv')).toThrow(why);
    expect(() => readPolygon(text, 'box.csv')).toThrow('box.csv');
  });
});
