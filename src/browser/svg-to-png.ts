/** SVG pictures as PNG files through a canvas, in the product's own typeface. */

const FACES = [
  ['SkymapSans-Regular.ttf', 400],
  ['SkymapSans-SemiBold.ttf', 600],
] as const;

/** An SVG as a PNG of a width in pixels; the height follows. */
export async function svgToPng(svg: string, widthPx: number): Promise<Uint8Array> {
  const [, , width = 1, height = 1] = /viewBox="([^"]*)"/.exec(svg)?.[1]?.split(/\s+/).map(Number) ?? [];
  const url = URL.createObjectURL(new Blob([await withFaces(svg)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.width = widthPx;
    image.height = Math.round((widthPx * height) / width);
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d')!.drawImage(image, 0, 0, image.width, image.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error('the browser makes no PNG of this size');
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}

let style: Promise<string> | null = null;

/** A picture that is an image by itself sees none of the page's fonts: it must carry them. */
async function withFaces(svg: string): Promise<string> {
  style ??= faces();
  return svg.replace(/<svg[^>]*>/, `$&${await style}`);
}

async function faces(): Promise<string> {
  const rules = await Promise.all(
    FACES.map(async ([name, weight]) => {
      const answer = await fetch(new URL(`./resources/fonts/${name}`, import.meta.url));
      if (!answer.ok) return '';
      const data = base64(new Uint8Array(await answer.arrayBuffer()));
      return `@font-face{font-family:'Skymap Sans';font-weight:${weight};src:url(data:font/ttf;base64,${data})}`;
    }),
  );
  return `<style>${rules.join('')}</style>`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
