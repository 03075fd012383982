import { describe, expect, it } from 'vitest';
import {
  cellsInRegion,
  contoursCsv,
  contoursGeoJson,
  contourText,
  type PlanePolygon,
  planePolygons,
  planePolygonUnion,
  type RegionOutline,
  regionRings,
  type SkyMaps,
  skyRegion,
} from '../../../src/result/index.js';
import { pixelPhi, pixelTheta, ringToUniq } from '../../../src/sky/index.js';
import { expectClose } from '../../support/close.js';
import { needsPython, python } from '../../support/python.js';
import { metadata } from '../support.js';
import { SKIES, skyOf } from './skies.js';

const DEGREE = Math.PI / 180;

function outline(sky: SkyMaps, kind: 'probability' | 'wilks', level: number): RegionOutline {
  const region = skyRegion(sky, kind, level);
  return { ...region, rings: regionRings(sky, region) };
}

function polygonsOf({ rings, area_deg2 }: RegionOutline): PlanePolygon[] {
  return planePolygons(rings, area_deg2 > 20000);
}

/** Area on the sphere inside polygons of the plane: the integral of sin(dec) over RA, along straight lines. */
function sphericalArea(polygons: readonly PlanePolygon[]): number {
  let total = 0;
  for (const ring of polygons.flat()) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [[ra, dec], [toRa, toDec]] = [ring[i]!, ring[i + 1]!];
      const width = (toRa - ra) * DEGREE;
      const height = (toDec - dec) * DEGREE;
      const mean =
        Math.abs(height) < 1e-9 ? Math.sin(dec * DEGREE) : (Math.cos(dec * DEGREE) - Math.cos(toDec * DEGREE)) / height;
      total -= width * mean;
    }
  }
  return total / DEGREE ** 2;
}

function planeArea(ring: PlanePolygon[number]): number {
  let twice = 0;
  for (let i = 0; i + 1 < ring.length; i++) twice += ring[i]![0] * ring[i + 1]![1] - ring[i + 1]![0] * ring[i]![1];
  return twice / 2;
}

describe.each(Object.keys(SKIES))('the region %s', (name) => {
  const sky = skyOf(name);

  it.each([
    { kind: 'probability', level: 0.9 },
    { kind: 'wilks', level: 0.5 },
  ] as const)('becomes polygons of the plane: $kind $level', ({ kind, level }) => {
    const region = outline(sky, kind, level);
    const polygons = polygonsOf(region);
    expect(polygons.length).toBeGreaterThan(0);
    for (const [exterior, ...holes] of polygons) {
      expect(planeArea(exterior!)).toBeGreaterThan(0);
      for (const hole of holes) expect(planeArea(hole)).toBeLessThan(0);
    }
    for (const ring of polygons.flat()) {
      expect(ring.at(-1)).toEqual(ring[0]);
      for (let i = 0; i + 1 < ring.length; i++) {
        const [[ra, dec], [toRa, toDec]] = [ring[i]!, ring[i + 1]!];
        expect(Math.abs(ra) <= 180 && Math.abs(dec) <= 90).toBe(true);
        // Only along the edge of the plane, at a pole, does a line go around the sky.
        if (Math.abs(toRa - ra) > 180) expect([Math.abs(dec), Math.abs(toDec)]).toEqual([90, 90]);
      }
    }

    // The lines run between the centres of the cells inside and outside.
    const inside = cellsInRegion(sky, region);
    const isInside = new Set(Array.from(inside.nside, (nside, i) => ringToUniq(nside, inside.pixel[i]!)));
    const union = planePolygonUnion(polygons);
    const cells = kind === 'probability' ? sky.probability : sky.cells;
    let wrong = 0;
    for (let i = 0; i < cells.nside.length; i += 3) {
      const [nside, pixel] = [cells.nside[i]!, cells.pixel[i]!];
      const found = union.contains(pixelPhi(nside, pixel), Math.PI / 2 - pixelTheta(nside, pixel));
      if (found !== isInside.has(ringToUniq(nside, pixel))) wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(Math.ceil(0.002 * isInside.size));

    // Areas from pixels and from lines agree to what a few cells along the edge make.
    const tolerance = kind === 'probability' && region.area_deg2 < 100 ? 0.03 : 0.25;
    expectClose(sphericalArea(polygons), region.area_deg2, { relative: tolerance, absolute: 0.15 }, 'area');
  });
});

describe('islands and holes', () => {
  it('are polygons and rings of their own', () => {
    // One of the two islands is on RA 180, where the plane is cut.
    const islands = polygonsOf(outline(skyOf('two islands'), 'probability', 0.5));
    expect(islands.map((polygon) => polygon.length)).toEqual([1, 1, 1]);
    const withHole = polygonsOf(outline(skyOf('all but a disc'), 'probability', 0.9));
    expect(withHole.map((polygon) => polygon.length)).toEqual([2]);
    expect(withHole[0]![0]).toContainEqual([180, -90]);
    const cut = polygonsOf(outline(skyOf('all but a disc at RA 180'), 'probability', 0.9));
    expect(cut.map((polygon) => polygon.length)).toEqual([1]);
  });

  it('without a ring are the whole sky or nothing', () => {
    expect(planePolygons([], true)).toHaveLength(1);
    expect(planePolygons([], false)).toEqual([]);
  });
});

describe('contour files', () => {
  const sky = skyOf('at RA 0');
  const outlines = [outline(sky, 'probability', 0.5), outline(sky, 'wilks', 0.9)];

  it('name what each point belongs to', () => {
    const [header, ...lines] = contoursCsv(outlines).trimEnd().split('\n');
    expect(header).toBe('region,level,angular_error_floor_deg,delta_2llh,ring,ra_deg,dec_deg');
    const rows = lines.map((line) => line.split(','));
    expect(rows.filter((row) => row[0] === 'probability').every((row) => row.slice(1, 5).join() === '0.5,0.2,,1')).toBe(
      true,
    );
    expect(rows.filter((row) => row[0] === 'wilks').every((row) => row.slice(1, 4).join() === '0.9,,4.61')).toBe(true);
    expect(rows).toHaveLength(outlines[0]!.rings.flat().length + outlines[1]!.rings.flat().length);
    for (const row of rows) expect(Number(row[5]) >= 0 && Number(row[5]) <= 360).toBe(true);
  });

  it('are GeoJSON with what the regions were cut from', () => {
    const source = { file: 'a.npz', sha256: '00ff' };
    const { type, features } = JSON.parse(contoursGeoJson({ metadata }, outlines, source));
    expect(type).toBe('FeatureCollection');
    expect(features[0]).toMatchObject({
      type: 'Feature',
      properties: {
        region: 'probability',
        level: 0.5,
        angular_error_floor_deg: 0.2,
        delta_2llh: null,
        area_deg2: outlines[0]!.area_deg2,
        frame: 'ICRS',
        run_id: 136662,
        map: source,
      },
      geometry: { type: 'MultiPolygon' },
    });
    expect(features[1].properties).toMatchObject({ delta_2llh: 4.61, angular_error_floor_deg: null });
  });

  needsPython('astropy', ['astropy'], () => {
    it('of skyreader’s kind are read as its scripts read them', () => {
      const text = contourText(outlines[0]!);
      const seen = JSON.parse(
        python(
          `import sys, json
from astropy.io import ascii
table = ascii.read(sys.stdin.read())
print(json.dumps([table.colnames, list(table['ra (rad)']), list(table['dec (rad)'])]))`,
          text,
        ),
      );
      expect(seen[0]).toEqual(['ra (rad)', 'dec (rad)']);
      const [ring] = outlines[0]!.rings;
      expect(seen[1]).toEqual(ring!.map(({ raRad }) => raRad));
      expect(seen[2]).toEqual(ring!.map(({ decRad }) => decRad));
    });
  });
});
