import { describe, expect, it } from 'vitest';
import { colourScale, LEVELS, rampColour, roundUp } from '../../src/plot/colours.js';
import { fromEquatorial, fromGalactic } from '../../src/plot/frame.js';
import { areaText, fixed, latitudeLabel, longitudeLabel, positionText, utcText } from '../../src/plot/labels.js';
import { parseSources } from '../../src/plot/sources.js';
import { escapeXml, fitText, num, pathData, textWidth } from '../../src/plot/svg.js';
import { expectClose } from '../support/close.js';

describe('numbers and text in the files', () => {
  it('have one decimal, no needless zeros and no negative zero', () => {
    expect([12, -0.04, 0.26, -0.5, 1000.96, -12.34].map(num)).toEqual(['12', '0', '.3', '-.5', '1001', '-12.3']);
  });

  it('are escaped, and what XML forbids is replaced', () => {
    expect(escapeXml(`<a href="x">'&\u0000\ud800\uffff`)).toBe(
      '&lt;a href=&quot;x&quot;&gt;&#39;&amp;\ufffd\ufffd\ufffd',
    );
    expect(escapeXml('\u03bd 𝜈')).toBe('\u03bd 𝜈');
  });

  it('paths step between rounded positions, so neighbours share edges', () => {
    expect(
      pathData(
        [
          [0.04, 1],
          [10.06, 1],
          [10.06, -2.5],
        ],
        true,
      ),
    ).toBe('M0 1l10.1 0 0-3.5z');
    expect(
      pathData(
        [
          [1, 1],
          [1.01, 1.02],
          [1, 0.99],
        ],
        true,
      ),
    ).toBe('');
  });

  it('text that is too long is cut with an ellipsis', () => {
    const text = fitText('x'.repeat(500), 20, 300);
    expect(text.endsWith('\u2026')).toBe(true);
    expect(textWidth(text, 20)).toBeLessThanOrEqual(300);
    expect(fitText('short', 20, 300)).toBe('short');
  });
});

describe('labels', () => {
  it('write angles with real signs and units', () => {
    expect(longitudeLabel(365, 5, 'degrees')).toBe('5°');
    expect(longitudeLabel(-0.5, 0.5, 'degrees')).toBe('359.5°');
    expect(longitudeLabel(360, 30, 'degrees')).toBe('0°');
    expect(longitudeLabel(47.5, 2.5, 'hours')).toBe('3h10m');
    expect(longitudeLabel(180, 30, 'hours')).toBe('12h');
    expect(latitudeLabel(-3.5, 0.5)).toBe('\u22123.5°');
    expect(latitudeLabel(0, 5)).toBe('0°');
    expect(latitudeLabel(10, 5)).toBe('+10°');
    expect(positionText(359.998, -0.001, 'degrees')).toBe('RA 0.00°, Dec 0.00°');
    expect(positionText(47.2, -3.474, 'hours')).toBe('RA 3h08m48s, Dec \u22123.47°');
  });

  it('write areas with three digits, times in UTC and numbers with a real minus', () => {
    expect([0.0123, 0.609, 12.34, 4127.4].map(areaText)).toEqual([
      '0.0123 deg²',
      '0.61 deg²',
      '12.3 deg²',
      '4127 deg²',
    ]);
    expect(utcText(59723.32051140454)).toBe('2022-05-24 07:41:32 UTC');
    expect(utcText(Number.NaN)).toBe('');
    expect(fixed(-0.001, 2)).toBe('0.00');
  });
});

describe('the colour scale', () => {
  it('grows evenly in lightness, so that it reads in grey and with any colour vision', () => {
    const lightness = Array.from({ length: LEVELS }, (_, k) => luminance(rampColour(k / (LEVELS - 1))));
    for (let k = 1; k < LEVELS; k++) {
      const step = Math.cbrt(lightness[k]!) - Math.cbrt(lightness[k - 1]!);
      expect(step).toBeGreaterThan(0.003);
      expect(step).toBeLessThan(0.015);
    }
  });

  it('puts the best values at the dark end on paper and at the bright end on slides', () => {
    const light = colourScale(0, 40, 'linear', 'light');
    const dark = colourScale(0, 40, 'linear', 'dark');
    expect(luminance(light.colour(light.level(0)))).toBeLessThan(0.02);
    expect(luminance(dark.colour(dark.level(0)))).toBeGreaterThan(0.8);
    expect(light.level(1e9)).toBe(LEVELS - 1);
    expect(light.level(10)).toBe(LEVELS / 4);
    expect(colourScale(0, 400, 'sqrt', 'light').level(100)).toBe(LEVELS / 2);
  });

  it('ends at round values', () => {
    expect([0.3, 1, 7, 13, 980].map((value) => roundUp(value))).toEqual([0.5, 1, 10, 20, 1000]);
  });
});

describe('frames', () => {
  it('turn the galactic pole, the galactic centre and the celestial pole as the catalogue defines them', () => {
    const [lPole, bPole] = fromEquatorial('galactic', 192.85948, 27.12825);
    expectClose(bPole, 90, { absolute: 2e-5 }, `b at l ${lPole}`);
    const [ra, dec] = fromGalactic('equatorial', 0, 0);
    expectClose(ra, 266.40499, { absolute: 1e-5 });
    expectClose(dec, -28.93617, { absolute: 1e-5 });
    expectClose(fromEquatorial('galactic', 0, 90)[0], 122.93192, { absolute: 1e-5 });
  });
});

describe('lists of sources', () => {
  it('are lines of name, RA and dec; comments and a header are skipped', () => {
    const text = '# known\nname,ra,dec\nTXS 0506+056,77.3582,5.6931\n\nNGC 1068, 40.67 , -0.01\r\n';
    expect(parseSources(text)).toEqual([
      { name: 'TXS 0506+056', raDeg: 77.3582, decDeg: 5.6931 },
      { name: 'NGC 1068', raDeg: 40.67, decDeg: -0.01 },
    ]);
  });

  it.each(['a,1', 'a,400,0', 'a,1,x', 'a,,3'])('refuse %s and say where', (line) => {
    expect(() => parseSources(`ok,1,2\n${line}`, 'list.csv')).toThrow(/list\.csv, line 2/);
  });

  it('refuse a second line of words: only the first is a header', () => {
    expect(() => parseSources('name,ra,dec\nTXS 0506+056,05h09m,+05d41m', 'list.csv')).toThrow(/list\.csv, line 2/);
  });

  it.each(['', '# nothing yet\n', 'name,ra,dec\n'])('refuse %j, which holds no source', (text) => {
    expect(() => parseSources(text, 'list.csv')).toThrow('list.csv holds no source.');
  });
});

/** CIE luminance of an sRGB colour. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
