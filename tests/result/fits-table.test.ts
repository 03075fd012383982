import { describe, expect, test } from 'vitest';
import { SkymapError } from '../../src/config/index.js';
import { realCard } from '../../src/result/fits/cards.js';
import { readFitsTable, writeFitsTable } from '../../src/result/fits/table.js';
import { needsPython, python } from './support.js';

const long = `It's a text of more than sixty-eight characters, which goes on in a second card, and even in a third one, ${'x'.repeat(60)}.`;
const cards = [
  { key: 'COUNT', value: 3, comment: 'a whole number' },
  realCard('WHOLE', -3, 'a real number'),
  realCard('TINY', 1e-20),
  realCard(
    'MJD-OBS',
    59723.32051140454,
    'a comment that is so long that it cannot stay on its card and is cut off at the end',
  ),
  { key: 'FLAG', value: true },
  { key: 'SHORT', value: 'x' },
  { key: 'QUOTE', value: "O'Neill" },
  { key: 'NOTASCII', value: 'ν µ' },
  { key: 'LONGTEXT', value: long },
  realCard('RA_ERR_PLUS_50', 0.57, '50% containment error high'),
  { key: 'A_LONG_NAME', value: 'text' },
];
const expected = {
  COUNT: 3,
  WHOLE: -3,
  TINY: 1e-20,
  'MJD-OBS': 59723.32051140454,
  FLAG: true,
  SHORT: 'x',
  QUOTE: "O'Neill",
  NOTASCII: '? ?',
  LONGTEXT: long,
  RA_ERR_PLUS_50: 0.57,
  A_LONG_NAME: 'text',
};
const columns = [
  { name: 'UNIQ', form: 'K', values: [4, 2 ** 52 + 1, 17] },
  { name: 'PROBDENSITY', form: 'D', unit: 'sr-1', values: [0.5, Number.NaN, -0] },
] as const;
const file = writeFitsTable(columns, cards);

describe('a FITS table', () => {
  test('reads back: header, names, numbers', () => {
    const table = readFitsTable(file);
    expect(Object.fromEntries([...table.header].filter(([key]) => key in expected))).toEqual(expected);
    expect(table.columnNames).toEqual(['UNIQ', 'PROBDENSITY']);
    expect(table.column('UNIQ')).toEqual(Float64Array.from(columns[0].values));
    expect(table.column('PROBDENSITY')).toEqual(Float64Array.from(columns[1].values));
    expect(() => table.column('PROB')).toThrow(/no column PROB/);
  });

  test('keeps texts of any length and any number of quotes', () => {
    for (let quotes = 0; quotes < 80; quotes++) {
      const text = `${'a'.repeat(60)}${"'".repeat(quotes)}&b`;
      const table = readFitsTable(writeFitsTable(columns, [{ key: 'TEXT', value: text }]));
      expect(table.header.get('TEXT')).toBe(text);
    }
  });

  test('is whole blocks of 2880 bytes', () => {
    expect(file.length % 2880).toBe(0);
  });

  test('cut anywhere or changed anywhere is read or refused with one clear error', () => {
    for (let at = 0; at < file.length; at += 7) {
      const changed = file.slice();
      changed[at] = changed[at]! ^ 0x11;
      for (const bytes of [changed, file.subarray(0, at)]) {
        try {
          const table = readFitsTable(bytes);
          for (const name of table.columnNames) table.column(name);
        } catch (error) {
          if (!(error instanceof SkymapError)) throw error;
        }
      }
    }
    expect(() => readFitsTable(file.subarray(0, file.length - 2880))).toThrow(/cut short/);
    expect(() => readFitsTable(new Uint8Array(5000))).toThrow(/not a FITS file/);
  });
});

needsPython('astropy', ['astropy'], () => {
  test('finds nothing to complain about, and the same header and numbers', () => {
    const seen = python(
      `
import sys, json, warnings
warnings.simplefilter('error')
from astropy.io import fits
with fits.open(sys.argv[1]) as f:
    f.verify('exception')
    head = {k: f[1].header[k] for k in ${JSON.stringify(Object.keys(expected))}}
    rows = f[1].data
    print(json.dumps({'head': head, 'types': {k: type(v).__name__ for k, v in head.items()},
        'uniq': rows['UNIQ'].tolist(), 'unit': f[1].columns[1].unit, 'p': [str(v) for v in rows['PROBDENSITY']]}))`,
      { 'a.fits': file },
    );
    expect(seen.head).toEqual(expected);
    expect(seen.types).toMatchObject({ COUNT: 'int', WHOLE: 'float', FLAG: 'bool' });
    expect(seen).toMatchObject({ uniq: [4, 2 ** 52 + 1, 17], unit: 'sr-1', p: ['0.5', 'nan', '-0.0'] });
  });
});
