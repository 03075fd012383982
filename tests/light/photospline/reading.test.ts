import { describe, expect, it } from 'vitest';
import { FileFormatError } from '../../../src/config/index.js';
import {
  decodeLightSplines,
  decodeMuonSplines,
  decodeSplineTable,
  PhotosplineTrackLight,
} from '../../../src/light/index.js';
import { damage, Random } from '../../fuzz/mutate.js';
import { amplitudeFile, timeFile } from './muon-files.js';
import { evenKnots, splineFile } from './spline-file.js';

const axes = [
  { order: 2, knots: evenKnots(0, 3, 3, 2) },
  { order: 1, knots: [0, 1, 3, 4, 8] },
];
const coefficients = Float64Array.from({ length: 15 }, (_, i) => (i * 7) % 16);

/** What reading a file complains about; it must be one error of the right kind. */
function complaint(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(FileFormatError);
    expect((error as FileFormatError).code).toBe('light/bad-table');
    return (error as FileFormatError).message;
  }
  throw new Error('nothing was complained about');
}

describe('a spline table', () => {
  it.each([8, 16, 32, 64, -32, -64])('is read from numbers of the FITS type %i', (bits) => {
    const table = decodeSplineTable(splineFile(axes, coefficients, { bits }), 'a.fits');
    expect([...table.coefficients]).toEqual([...coefficients]);
    expect(table.axes.map(({ order, knots, size }) => [order, [...knots], size])).toEqual([
      [2, axes[0]!.knots, 5],
      [1, axes[1]!.knots, 3],
    ]);
  });

  it('may have its numbers scaled, its knots in 32 bits, and one order for all axes', () => {
    const cubic = [{ order: 3, knots: evenKnots(0, 2, 2, 3) }];
    const values = [1, 2.5, -3, 0.25, 6];
    const file = splineFile(cubic, values, { bits: 16, scale: 0.25, zero: 1, knotBits: -32, singleOrder: true });
    const table = decodeSplineTable(file, 'a.fits');
    expect([...table.coefficients]).toEqual(values);
    expect(table.axes[0]).toMatchObject({ order: 3, size: 5, low: 0, high: 2 });
  });

  it('is meant for its extents, or for where all functions reach if it has none that fit', () => {
    const extents = (given: number[] | null) =>
      decodeSplineTable(splineFile(axes, coefficients, { extents: given }), 'a.fits').axes.map(({ low, high }) => [
        low,
        high,
      ]);
    expect(extents([0.5, 2.5, 1, 7])).toEqual([
      [0.5, 2.5],
      [1, 7],
    ]);
    const full = [
      [0, 3],
      [1, 4],
    ];
    expect(extents(null)).toEqual(full);
    expect(extents([0, 1])).toEqual(full);
  });

  it('keeps the keys that its layout does not use', () => {
    const file = splineFile(axes, coefficients, { keys: { GEOMETRY: 2, NGROUP: 1.35, LEVEL: "it's" } });
    expect(Object.fromEntries(decodeSplineTable(file, 'a.fits').keys)).toEqual({
      GEOMETRY: 2,
      NGROUP: 1.35,
      LEVEL: 'it',
    });
  });

  it.each<[string, RegExp, () => Uint8Array]>([
    ['an empty file', /a\.fits is not a FITS file/, () => new Uint8Array(0)],
    ['a text', /not a FITS file/, () => new TextEncoder().encode('SIMPLE  = nothing'.repeat(9999))],
    ['a picture of another kind', /is no spline table: its header has no ORDER0/, () => edited('ORDER0', 'HORDER')],
    ['no knots', /has no image KNOTS1/, () => edited("'KNOTS1  '", "'NOTS1   '")],
    [
      'too few knots',
      /has 3 knots on axis 1, where 3 coefficients of order 1 need 5/,
      () => edited('NAXIS1  =                    5', 'NAXIS1  =                    3'),
    ],
    [
      'an order of nothing',
      /order 0 on axis 0/,
      () => edited('ORDER0  =                    2', 'ORDER0  =                    0'),
    ],
    [
      'an order beyond use',
      /order 7 on axis 0/,
      () => edited('ORDER0  =                    2', 'ORDER0  =                    7'),
    ],
    [
      'an order that is a text',
      /order two on axis 0/,
      () => edited('ORDER0  =                    2', "ORDER0  = 'two'               "),
    ],
    [
      'an unknown type',
      /unknown type BITPIX -16/,
      () => edited('BITPIX  =                  -32', 'BITPIX  =                  -16'),
    ],
    [
      'falling knots',
      /knots on axis 1 that do not ascend/,
      () => splineFile([axes[0]!, { order: 1, knots: [0, 1, 3, 2, 8] }], coefficients),
    ],
    [
      'endless knots',
      /knot on axis 0 that is no finite/,
      () => splineFile([{ order: 2, knots: [...axes[0]!.knots.slice(0, -1), 1 / 0] }, axes[1]!], coefficients),
    ],
    [
      'all knots in one',
      /no fully supported range on axis 1/,
      () => splineFile([axes[0]!, { order: 1, knots: [1, 1, 1, 1, 1] }], coefficients),
    ],
    [
      'too few coefficients',
      /1 coefficients on axis 0, too few for order 2/,
      () => splineFile([{ order: 2, knots: [0, 1, 2, 3] }], [1]),
    ],
    [
      'a coefficient that is no number',
      /no finite number \(number 4\)/,
      () =>
        splineFile(
          axes,
          coefficients.map((c, i) => (i === 4 ? Number.NaN : c)),
        ),
    ],
    [
      'ten axes',
      /has 10 axes/,
      () => splineFile(new Array(10).fill({ order: 1, knots: [0, 1, 2, 3] }), new Float64Array(1024)),
    ],
    [
      'orders too high for so many axes',
      /can be evaluated/,
      () => splineFile(new Array(8).fill({ order: 5, knots: evenKnots(0, 1, 1, 5) }), new Float64Array(6 ** 8)),
    ],
  ])('is refused in a sentence: %s', (_, sentence, file) => {
    expect(complaint(() => decodeSplineTable(file(), 'a.fits'))).toMatch(sentence);
  });

  it('is refused wherever it is cut', () => {
    const file = splineFile(axes, coefficients);
    for (let length = 0; length < file.length - 2880; length += 720) {
      expect(complaint(() => decodeSplineTable(file.subarray(0, length), 'a.fits'))).toMatch(
        /^The spline table a\.fits /,
      );
    }
  });

  /** The file with a text in its header replaced by one of the same length. */
  function edited(from: string, to: string): Uint8Array {
    const file = splineFile(axes, coefficients);
    const at = new TextDecoder('latin1').decode(file).indexOf(from);
    file.set(new TextEncoder().encode(to.padEnd(from.length)), at);
    return file;
  }
});

describe('a pair of light tables', () => {
  const named = (name: string, bytes: Uint8Array) => ({ name, bytes });
  const pair = (abs: Record<string, number | string>, prob: Record<string, number | string>) =>
    decodeLightSplines(named('l.abs.fits', amplitudeFile(abs)), named('l.prob.fits', timeFile(prob)));

  it('says what its coordinates are, quoted and unset keys included', () => {
    expect(pair({}, {})).toMatchObject({ source: 'muon', isSpherical: false, isOdd: false, groupIndex: 1.35634 });
    expect(pair({ NGROUP: -1 }, {})).toMatchObject({ groupIndex: 1.35634 });
    const keys = { PARITY: ' 1 ', NGROUP: '1.33', GEOMETRY: '1' };
    expect(pair(keys, keys)).toMatchObject({ isOdd: true, groupIndex: 1.33, isSpherical: true });
  });

  it.each([
    ['GEOMETRY', 1],
    ['PARITY', 1],
    ['NGROUP', 1.3],
    ['GEOTYPE', 0],
  ])('is refused where its halves differ in %s', (key, value) => {
    expect(complaint(() => pair({}, { [key]: value }))).toMatch(
      new RegExp(`l\\.prob\\.fits do not belong together: their ${key}`),
    );
  });

  it('is refused where a key means nothing, or the axes are of another kind of table', () => {
    expect(complaint(() => pair({ GEOTYPE: 3 }, {}))).toMatch(/l\.abs\.fits has the key GEOTYPE = 3/);
    expect(complaint(() => pair({ NGROUP: 'none' }, {}))).toMatch(/NGROUP = none/);
    const swapped = () => decodeLightSplines(named('l.prob.fits', timeFile()), named('l.abs.fits', timeFile()));
    expect(complaint(swapped)).toMatch(/l\.prob\.fits has 5 axes; amplitude tables of a muon source have 2 to 4/);
    const points = { GEOTYPE: 0 };
    const asMuons = () =>
      decodeMuonSplines(
        named('c.abs.fits', amplitudeFile(points)),
        named('c.prob.fits', timeFile(points)),
        named('s.abs.fits', amplitudeFile()),
      );
    expect(complaint(asMuons)).toMatch(/c\.abs\.fits is of point-like light, not of muons/);
  });
});

describe('light tables with any damage', () => {
  it('are refused in a sentence, or give light or none: never anything else', { timeout: 60_000 }, () => {
    const random = new Random(20);
    const names = ['bare.abs.fits', 'bare.prob.fits', 'stoch.abs.fits'];
    const whole = [amplitudeFile(), timeFile(), amplitudeFile({}, 2)];
    const small = splineFile(axes, coefficients);
    let refused = 0;
    let used = 0;
    for (let n = 0; n < 800; n++) {
      const which = random.below(3);
      const files = whole.map((bytes, i) => ({
        name: names[i]!,
        bytes: i !== which ? bytes : n % 2 === 0 ? damage(bytes, random, [small]) : damagedCard(bytes, random),
      }));
      try {
        const light = new PhotosplineTrackLight(decodeMuonSplines(files[0]!, files[1]!, files[2]!));
        light.setDirection(1, 2);
        if (light.look(-100, 30, 40, 20)) light.density(30);
        used++;
      } catch (error) {
        expect(error, `case ${n}: ${error}`).toBeInstanceOf(FileFormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
    expect(used).toBeGreaterThan(100);
  });

  /** One value in a header replaced. */
  function damagedCard(bytes: Uint8Array, random: Random): Uint8Array {
    const out = bytes.slice();
    const cards: number[] = [];
    for (let at = 0; at < out.length; at += 80) if (out[at + 8] === 0x3d && out[at + 9] === 0x20) cards.push(at);
    const values = ['0', '-1', '1E30', 'T', "'x'", '', '2147483648', '1.5', 'NaN', '3', '5', '-64', '64', '8'];
    const at = random.pick(cards);
    out.set(new TextEncoder().encode(random.pick(values).padStart(20)), at + 10);
    return out;
  }
});
