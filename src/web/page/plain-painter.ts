/** Paints the pixels of a map without graphics card. */
import { bytesOf, type CellPainter } from './cell-painter.js';

/**
 * A painter without graphics card: a coarser picture, computed pixel by pixel. For browsers in which WebGL 2 is switched
 * off (remote desktops).
 */
export function plainPainter(): CellPainter {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false })!;
  return {
    name: 'plain',
    canvas,
    paint(store, projection, paint, resolution) {
      const { width: cssWidth, height: cssHeight } = projection;
      // About 150,000 pixels: some 50 ms.
      const shrink = Math.min(resolution, Math.sqrt(150_000 / (cssWidth * cssHeight)));
      const [width, height] = [Math.max(1, Math.round(cssWidth * shrink)), Math.max(1, Math.round(cssHeight * shrink))];
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      store.takeChanges();
      const image = context.createImageData(width, height);
      const pixels = new Uint32Array(image.data.buffer);
      const packed = (colour: string): number => {
        const [r, g, b] = bytesOf(colour) as [number, number, number];
        return (255 << 24) | (b << 16) | (g << 8) | r;
      };
      const ramp = paint.ramp.map(packed);
      const [unscanned, failed, background] = [paint.unscanned, paint.failed, paint.background].map(packed);
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const at = projection.vector(((column + 0.5) * cssWidth) / width, ((row + 0.5) * cssHeight) / height);
          const found = at === null ? null : store.find(at[0], at[1], at[2]);
          let colour = at === null ? background! : unscanned!;
          if (found !== null) {
            const t = Math.min(1, Math.max(0, (found.value - paint.best) / (paint.worst - paint.best)));
            colour = Number.isNaN(t)
              ? failed!
              : ramp[Math.round((paint.isSquareRoot ? Math.sqrt(t) : t) * (ramp.length - 1))]!;
          }
          pixels[row * width + column] = colour;
        }
      }
      context.putImageData(image, 0, 0);
    },
    finish: () => Promise.resolve(),
    dispose: () => undefined,
  };
}
