import { describe, expect, it } from 'vitest';
import { GALACTIC_AXES } from '../../src/web/page/draw-lines.js';
import {
  HALF_HEIGHT,
  HALF_WIDTH,
  lonLatOf,
  ViewProjection,
  vectorOf,
  wholeSkyScale,
} from '../../src/web/page/view-projection.js';
import { expectClose } from '../support/close.js';

const whole = (lonDeg = 180, latDeg = 0): ViewProjection =>
  new ViewProjection({ lonDeg, latDeg, scale: wholeSkyScale(1200, 600) }, 1200, 600, null);

describe('the projection of the sky view', () => {
  it('turns a position on the screen into a direction and back', () => {
    for (const projection of [
      whole(),
      whole(30, -40),
      new ViewProjection({ lonDeg: 359.9, latDeg: 88, scale: 90_000 }, 800, 500, GALACTIC_AXES),
    ]) {
      for (let x = 20; x < projection.width; x += 97) {
        for (let y = 15; y < projection.height; y += 83) {
          const v = projection.vector(x, y);
          if (v === null) continue;
          const [px, py] = projection.point(...v);
          expectClose(px, x, { absolute: 1e-4 });
          expectClose(py, y, { absolute: 1e-4 });
        }
      }
    }
  });

  it('puts right ascension to the left and north up', () => {
    const projection = whole();
    const [x0, y0] = projection.point(...vectorOf(180, 0));
    expectClose(x0, 600, { absolute: 1e-9 });
    expectClose(y0, 300, { absolute: 1e-9 });
    expect(projection.point(...vectorOf(200, 0))[0]).toBeLessThan(x0);
    expect(projection.point(...vectorOf(180, 20))[1]).toBeLessThan(y0);
  });

  it('shows the whole sky inside an ellipse and nothing outside of it', () => {
    const projection = whole();
    const { scale } = projection.view;
    expect(projection.vector(600 + 1.001 * scale * HALF_WIDTH, 300)).toBeNull();
    expect(projection.vector(600, 300 - 1.001 * scale * HALF_HEIGHT)).toBeNull();
    for (let lon = 0; lon < 360; lon += 15) {
      for (let lat = -90; lat <= 90; lat += 15) {
        const [x, y] = projection.point(...vectorOf(lon, lat));
        const radius = Math.hypot((x - 600) / (scale * HALF_WIDTH), (y - 300) / (scale * HALF_HEIGHT));
        expect(radius).toBeLessThan(1 + 1e-9);
      }
    }
  });

  it('keeps areas: a degree square has the same area anywhere', () => {
    const projection = whole();
    const area = (lon: number, lat: number): number => {
      const d = 0.01;
      const [a, b, c] = [
        [lon, lat],
        [lon + d, lat],
        [lon, lat + d],
      ].map(([l, m]) => projection.point(...vectorOf(l!, m!)));
      const cross = (b![0] - a![0]) * (c![1] - a![1]) - (b![1] - a![1]) * (c![0] - a![0]);
      return Math.abs(cross) / Math.cos((lat * Math.PI) / 180);
    };
    for (const [lon, lat] of [
      [10, 0],
      [100, 50],
      [250, -70],
      [340, 30],
    ] as const) {
      expectClose(area(lon, lat), area(180, 0), { relative: 2e-3 });
    }
  });

  it('knows where the galactic centre is', () => {
    const [ra, dec] = lonLatOf(GALACTIC_AXES[0]);
    expectClose(ra, 266.405, { absolute: 1e-3 });
    expectClose(dec, -28.936, { absolute: 1e-3 });
  });

  it('marks lines that cross the edge of the sky', () => {
    const projection = whole(180, 0);
    const side = (lon: number): number => projection.point(...vectorOf(lon, 10))[2];
    expect(side(1) * side(359)).toBe(-1);
    expect(side(150)).toBe(0);
  });
});
