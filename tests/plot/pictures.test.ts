import { describe, expect, it } from 'vitest';
import { allSkySvg, type PlotOptions, zoomSvg } from '../../src/plot/index.js';
import { type ScanResult, type SkyMaps, skyMaps } from '../../src/result/index.js';
import { bowl, METADATA, nsideMap } from './maps.js';
import { allText, elements, isInside, parseXml, polygonArea, subpaths, type XmlElement } from './svg-paths.js';

const everyNth = (n: number) => (_: number, pixel: number) => (pixel * 7919) % n === 0;
const allFailed: ScanResult = {
  metadata: METADATA,
  maps: [
    nsideMap(
      8,
      Array.from({ length: 768 }, (_, i) => i),
      new Array(768).fill(Number.NaN),
    ),
  ],
};
const MAPS: Record<string, ScanResult> = {
  'on RA 0': bowl(0.05, 10, 0.4),
  'at the pole': bowl(40, 89.9, 0.4),
  'at the south pole': bowl(140, -89.5, 0.6),
  pointed: bowl(77, -5, 0.4, { nsides: [64, 512], radiiDeg: [5, 1.4] }),
  'with failed pixels': bowl(266, -28, 0.5, { fails: everyNth(13) }),
  'wider than a window': bowl(120, 40, 14, { nsides: [8, 16], radiiDeg: [180, 40] }),
  'without metadata': bowl(10, 10, 0.4, { metadata: null }),
  'of one pixel': { metadata: METADATA, maps: [nsideMap(1, [4], [10])] },
};

/** The maps behind pictures cost more than the pictures: made once per result and blur. */
const known = new WeakMap<ScanResult, Map<number, SkyMaps | null>>();
function withSky(result: ScanResult, options: PlotOptions): PlotOptions {
  const floor = options.angularErrorFloorDeg ?? (result.maps === MAPS['wider than a window']!.maps ? 3 : 0.2);
  const perFloor = known.get(result) ?? new Map<number, SkyMaps | null>();
  known.set(result, perFloor);
  if (!perFloor.has(floor)) perFloor.set(floor, skyMaps(result, floor));
  return { ...options, sky: perFloor.get(floor)! };
}
const allSky = (result: ScanResult, options: PlotOptions = {}): string => allSkySvg(result, withSky(result, options));
const zoom = (result: ScanResult, options: PlotOptions = {}): string => zoomSvg(result, withSky(result, options));
const BOTH = [allSky, zoom] as const;

/** Filled pixels: paths whose edge has their own colour. */
function pixelPaths(root: XmlElement): XmlElement[] {
  return elements(root, 'path').filter(
    ({ attributes }) => attributes.fill === attributes.stroke && attributes.fill !== undefined,
  );
}

function pixelArea(root: XmlElement): number {
  return pixelPaths(root)
    .flatMap(({ attributes }) => subpaths(attributes.d!))
    .reduce((sum, ring) => sum + polygonArea(ring), 0);
}

/** Where a marker of a colour sits. */
function markerAt(root: XmlElement, stroke: string): [number, number] {
  const groups = elements(root, 'g').filter(
    (group) => group.attributes.transform !== undefined && group.children.some((c) => c.attributes.stroke === stroke),
  );
  const [, x, y] = /translate\(([-.\d]+) ([-.\d]+)\)/.exec(groups[0]!.attributes.transform!)!;
  return [Number(x), Number(y)];
}

const PEAK = '#e0521a';

describe.each(Object.entries(MAPS))('pictures of a map %s', (_, result) => {
  it.each(BOTH)('are well-formed, without a number that is none, below a megabyte', (draw) => {
    const svg = draw(result, { contours: ['probability', 'wilks'], truth: { raDeg: 40, decDeg: -3 } });
    parseXml(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null|e[-+]\d/);
    expect(svg.length).toBeLessThan(1e6);
  });

  it('are the same bytes every time', () => {
    for (const draw of BOTH) expect(draw(result)).toBe(draw({ ...result }));
  });

  it('fill the scanned sky once, no pixel paints the rest of it', () => {
    const root = parseXml(allSky(result));
    const sky = polygonArea(subpaths(elements(elements(root, 'clipPath')[0]!, 'path')[0]!.attributes.d!)[0]!);
    const coarsest = result.maps[0]!;
    const scanned = coarsest.pixel.length / (12 * coarsest.nside * coarsest.nside);
    const filled = pixelArea(root) / sky;
    expect(filled).toBeGreaterThan(scanned * 0.97);
    expect(filled).toBeLessThan(scanned * 1.1 + 0.02);
  });
});

describe('the all-sky picture', () => {
  const at = (ra: number, dec: number, options: PlotOptions = {}): [number, number] =>
    markerAt(parseXml(allSky(bowl(ra, dec, 0.4), options)), PEAK);

  it('has east to the left and north up', () => {
    expect(at(200, 0)[0]).toBeLessThan(at(160, 0)[0]);
    expect(at(180, 40)[1]).toBeLessThan(at(180, -40)[1]);
  });

  it.each(['mollweide', 'hammer', 'aitoff', 'equirectangular'] as const)(
    'has RA 180 in the middle of %s',
    (projection) => {
      const [x] = at(180, 20, { projection });
      expect(Math.abs(x - 625)).toBeLessThan(5);
    },
  );

  it('turns to other centres and to galactic coordinates', () => {
    expect(Math.abs(at(10, 20, { centreDeg: 10 })[0] - 625)).toBeLessThan(5);
    const [x, y] = at(266.4, -28.94, { frame: 'galactic' });
    expect(Math.abs(x - 625)).toBeLessThan(5);
    expect(Math.abs(y - 375.5)).toBeLessThan(5);
  });

  it('draws a map without a single fit, in grey, and says so', () => {
    const root = parseXml(allSky(allFailed));
    expect(allText(root)).toContain('Fit failed (768 pixels)');
    expect(new Set(pixelPaths(root).map(({ attributes }) => attributes.fill)).size).toBe(1);
  });

  it('of a full map of fine pixels stays below a megabyte and a half', () => {
    const svg = allSky(bowl(200, 30, 6, { nsides: [128], radiiDeg: [180] }), { angularErrorFloorDeg: 3 });
    expect(svg.length).toBeLessThan(1.5e6);
  });

  it('says what was not scanned', () => {
    expect(allText(parseXml(allSky(MAPS.pointed!)))).toContain('Not scanned');
    expect(allText(parseXml(allSky(MAPS['on RA 0']!)))).not.toContain('Not scanned');
  });
});

describe('the zoom', () => {
  it('has east to the left: the truth east of the peak is left of it', () => {
    const root = parseXml(zoom(bowl(47, -3, 0.4), { truth: { raDeg: 47.5, decDeg: -3 } }));
    const star = elements(root, 'g').find((g) => g.children.some((c) => c.attributes.fill === '#c23b8f'))!;
    const [, x] = /translate\(([-.\d]+) /.exec(star.attributes.transform!)!;
    expect(Number(x)).toBeLessThan(markerAt(root, PEAK)[0] - 20);
  });

  it.each([
    ['at the equator', 100, 0],
    ['on RA 0', 0.05, 10],
    ['at the pole', 40, 89.9],
    ['at the south pole', 140, -89.5],
  ])('has both contours closed around the peak, the 50 %% one inside (%s)', (_, ra, dec) => {
    const root = parseXml(zoom(bowl(ra, dec, 0.4)));
    const peak = markerAt(root, PEAK);
    const lines = elements(root, 'path').filter(
      ({ attributes }) => attributes.fill === 'none' && attributes.stroke === PEAK,
    );
    const rings = lines.flatMap(({ attributes }) => subpaths(attributes.d!)).filter((ring) => ring.length > 12);
    expect(rings).toHaveLength(2);
    const [large, small] = rings.sort((a, b) => polygonArea(b) - polygonArea(a));
    for (const ring of rings) expect(isInside(peak, ring)).toBe(true);
    for (const point of small!) expect(isInside(point, large!)).toBe(true);
    // 90 % of a Gaussian lies within 2.146 sigma, 50 % within 1.177.
    expect(polygonArea(large!) / polygonArea(small!)).toBeGreaterThan(2.8);
    expect(polygonArea(large!) / polygonArea(small!)).toBeLessThan(3.9);
  });

  it('shows more sky for a wider region', () => {
    const scale = (sigma: number): number => {
      const root = parseXml(zoom(bowl(30, 10, sigma, { nsides: [8, 64, 256], radiiDeg: [180, 15, 3] })));
      const lines = elements(root, 'path').filter(
        ({ attributes }) => attributes.stroke === PEAK && attributes.fill === 'none',
      );
      return Math.max(...lines.flatMap(({ attributes }) => subpaths(attributes.d!)).map(polygonArea));
    };
    const [narrow, wide] = [scale(0.5), scale(1)];
    expect(wide / narrow).toBeGreaterThan(0.8);
    expect(wide / narrow).toBeLessThan(1.25);
  });

  it('fills the window completely from a full scan', () => {
    const root = parseXml(zoom(bowl(300, 60, 0.4)));
    const { width, height } = elements(elements(root, 'clipPath')[0]!, 'rect')[0]!.attributes;
    expect(pixelArea(root) / (Number(width) * Number(height))).toBeGreaterThan(0.99);
    expect(pixelArea(root) / (Number(width) * Number(height))).toBeLessThan(1.02);
  });

  it('of a map without a fit is refused with a sentence', () => {
    expect(() => zoom(allFailed)).toThrow(expect.objectContaining({ code: 'plot/no-position' }));
  });
});

describe('the words of a picture', () => {
  const text = (options: PlotOptions = {}, result = MAPS['on RA 0']!, draw = zoom): string =>
    allText(parseXml(draw(result, options)));

  it('name run, event, type, time and reconstruction', () => {
    for (const draw of BOTH) {
      const words = text({ recoAlgo: 'pandel_mpe' }, MAPS['on RA 0'], draw);
      expect(words).toContain('Run 136662, event 35405932, BRONZE');
      expect(words).toMatch(/2022-05-24 07:41:32 UTC {2}· {2}pandel_mpe/);
    }
    expect(text({}, { ...MAPS['on RA 0']!, metadata: { ...METADATA, complete: false } })).toContain(
      'scan not finished',
    );
    expect(text({}, MAPS['without metadata'])).toContain('no header');
  });

  it('say what contours are, and give areas and errors', () => {
    const words = text({ contours: ['probability', 'wilks'], angularErrorFloorDeg: 0.3 });
    expect(words).toMatch(/50 %: [\d.]+ deg², {2}RA \+[\d.]+° −[\d.]+°, {2}Dec \+[\d.]+° −[\d.]+°/);
    expect(words).toContain('blurred by 0.3°');
    expect(words).toContain('2 ΔLLH at 1.39 and 4.61');
    expect(text({ contours: [] })).not.toContain('50 %');
  });

  it('escape whatever an event type or a title holds', () => {
    const metadata = { ...METADATA, eventType: '<script>"&\u0001\'' };
    for (const draw of BOTH) {
      expect(text({}, { ...MAPS['on RA 0']!, metadata }, draw)).toContain('<script>"&\ufffd\'');
      expect(text({ title: ']]></title>' }, undefined, draw)).toContain(']]></title>');
    }
  });

  it('write right ascension in hours if asked', () => {
    expect(text({ raUnit: 'hours' }, MAPS['on RA 0'], allSky)).toContain('14h');
    expect(text({ raUnit: 'hours' })).toMatch(/RA 0h00m\d\ds/);
  });

  it('name sources inside the picture', () => {
    const sources = [
      { name: 'A & B', raDeg: 0.2, decDeg: 10.1 },
      { name: 'far away', raDeg: 180, decDeg: 0 },
    ];
    expect(text({ sources })).toContain('A & B');
    expect(text({ sources })).not.toContain('far away');
    expect(text({ sources }, undefined, allSky)).toContain('far away');
  });
});
