import { Resvg } from '@resvg/resvg-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { svgToPng } from '../../src/node/files/png.js';
import { allSkySvg, zoomSvg } from '../../src/plot/index.js';
import { skyMaps } from '../../src/result/index.js';
import { bowl } from './maps.js';

const result = bowl(47, -3, 0.4);
const sky = skyMaps(result, 0.2);

/** Width and height in the header of a PNG. */
function sizeOf(png: Uint8Array): [number, number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe('PNG pictures', () => {
  it.each([400, 1600])('have the width asked for and the proportions of the SVG (%i)', async (width) => {
    for (const svg of [allSkySvg(result, { sky }), zoomSvg(result, { sky })]) {
      const png = await svgToPng(svg, width);
      expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      const [, w, h] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
      expect(sizeOf(png)[0]).toBe(width);
      expect(Math.abs(sizeOf(png)[1] - (width * Number(h)) / Number(w))).toBeLessThanOrEqual(1);
    }
  });

  it('are the same bytes every time', async () => {
    const svg = zoomSvg(result, { sky });
    expect(await svgToPng(svg, 500)).toEqual(await svgToPng(svg, 500));
  });

  it('have text without any font installed', async () => {
    const words = (text: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><text x="5" y="35" font-size="30" font-family="'Skymap Sans'">${text}</text></svg>`;
    expect((await svgToPng(words('Run \u0394\u2212\u00b0\u00b2'), 200)).length).toBeGreaterThan(
      (await svgToPng(words(''), 200)).length + 500,
    );
  });
});

describe.each([
  ['light', [255, 255, 255], 60],
  ['dark', [14, 17, 22], 600],
] as const)('the %s zoom, as pixels,', (theme, background, brightness) => {
  let pixels: Uint8Array;
  let width: number;
  const at = (x: number, y: number): number[] => [...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  const sum = (colour: readonly number[]): number => colour.reduce((a, b) => a + b, 0);

  beforeAll(() => {
    const image = new Resvg(zoomSvg(result, { theme, sky, errorBox: false }), {
      font: { loadSystemFonts: false },
    }).render();
    [pixels, width] = [image.pixels, image.width];
  });

  it('has the colour of the theme around the map', () => {
    expect(at(5, 5)).toEqual([...background]);
  });

  it('has the best colour near the peak and the last one in the corners', () => {
    // Beside the arms of the cross that marks the peak.
    const nearPeak = at(467 + 22, 437 + 22);
    const corner = at(140, 110);
    if (theme === 'light') expect(sum(nearPeak)).toBeLessThan(sum(corner) - 200);
    else expect(sum(nearPeak)).toBeGreaterThan(sum(corner) + 200);
    expect(Math.abs(sum(nearPeak) - brightness)).toBeLessThan(150);
  });
});

it('pixels have no seams between them: a smooth bowl stays smooth', () => {
  const wide = bowl(47, -3, 1.5, { radiiDeg: [180, 15, 8] });
  const { pixels, width } = render(zoomSvg(wide, { contours: [], errorBox: false }));
  // Seams would be bright lines, the unscanned sky shining through; grid lines are few.
  let bright = 0;
  let all = 0;
  const sum = (x: number, y: number): number => {
    const k = 4 * (y * width + x);
    return pixels[k]! + pixels[k + 1]! + pixels[k + 2]!;
  };
  for (let y = 250; y < 400; y++) {
    for (let x = 250; x < 700; x++) {
      all++;
      if (sum(x, y) > Math.max(sum(x - 3, y), sum(x + 3, y)) + 6) bright++;
    }
  }
  expect(bright / all).toBeLessThan(0.01);
});

function render(svg: string): { pixels: Uint8Array; width: number } {
  const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render();
  // Every look at `pixels` copies them.
  return { pixels: image.pixels, width: image.width };
}
