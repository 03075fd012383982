/**
 * Writing SVG as text: numbers with fixed digits (so that pictures are the same bytes everywhere), escaping, paths, and
 * how wide a text is. No DOM.
 */

/** A point of the picture: x to the right, y downwards, picture units. */
export type Point = readonly [number, number];

/** One decimal, without needless zeros: `12`, `-0.5`, never `-0`. */
export function num(value: number): string {
  return tenths(Math.round(value * 10));
}

function tenths(n: number): string {
  if (n % 10 === 0) return String(n / 10 + 0);
  const sign = n < 0 ? '-' : '';
  const size = Math.abs(n);
  const whole = Math.floor(size / 10);
  return `${sign}${whole === 0 ? '' : whole}.${size % 10}`;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as XML content or attribute value; characters that XML forbids become U+FFFD. */
export function escapeXml(text: string): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const isForbidden = (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f;
    const isLoneSurrogate = code >= 0xd800 && code <= 0xdfff;
    out += isForbidden || isLoneSurrogate || (code & 0xfffe) === 0xfffe ? '\ufffd' : (ESCAPES[character] ?? character);
  }
  return out;
}

/** Attributes of an element; numbers get one decimal, `undefined` is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element. `content` is markup: text in it must be escaped already. */
export function element(name: string, attributes: Attributes, content: string | readonly string[] = ''): string {
  let head = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) head += ` ${key}="${typeof value === 'number' ? num(value) : escapeXml(value)}"`;
  }
  const inner = typeof content === 'string' ? content : content.join('');
  return inner === '' ? `${head}/>` : `${head}>${inner}</${name}>`;
}

/** A group. */
export function group(attributes: Attributes, content: string | readonly string[]): string {
  return element('g', attributes, content);
}

/** A text element; `text` is escaped here. */
export function textElement(at: Point, text: string, attributes: Attributes = {}): string {
  return element('text', { x: at[0], y: at[1], ...attributes }, escapeXml(text));
}

/**
 * Path data of a polyline or closed polygon: absolute start, then relative steps between positions rounded to tenths,
 * so that neighbours share their edges exactly. Steps that vanish in the rounding are left out; a polygon without
 * extent is the empty string.
 */
export function pathData(points: readonly Point[], isClosed: boolean): string {
  let out = '';
  let x = 0;
  let y = 0;
  let steps = 0;
  for (const [px, py] of points) {
    const nx = Math.round(px * 10);
    const ny = Math.round(py * 10);
    if (out === '') out = `M${tenths(nx)}${separate(tenths(ny))}`;
    else if (nx !== x || ny !== y) {
      out += `${steps === 0 ? 'l' : ''}${steps === 0 ? tenths(nx - x) : separate(tenths(nx - x))}${separate(tenths(ny - y))}`;
      steps++;
    }
    x = nx;
    y = ny;
  }
  if (isClosed) return steps < 2 ? '' : `${out}z`;
  return steps < 1 ? '' : out;
}

/** A number that follows another: the minus sign separates by itself. */
function separate(number: string): string {
  return number.startsWith('-') ? number : ` ${number}`;
}

/** Advance widths of U+0020 to U+007E in the bundled face, thousandths of the type size. */
const WIDTHS = [
  260, 269, 408, 646, 572, 831, 732, 225, 300, 300, 551, 572, 268, 322, 268, 372, 572, 572, 572, 572, 572, 572, 572,
  572, 572, 572, 268, 268, 572, 572, 572, 434, 899, 639, 650, 632, 730, 556, 519, 728, 741, 339, 273, 619, 524, 907,
  760, 781, 605, 781, 622, 549, 556, 731, 600, 930, 586, 566, 572, 329, 372, 329, 572, 444, 281, 561, 615, 480, 615,
  564, 344, 615, 618, 258, 258, 534, 258, 935, 618, 605, 615, 615, 413, 479, 361, 618, 508, 786, 529, 510, 470, 380,
  551, 380, 572,
];

/** Width of a text in picture units. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += WIDTHS[character.codePointAt(0)! - 32] ?? 572;
  return (width * size) / 1000;
}

/** The text, cut with an ellipsis where it is wider than `width`. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}\u2026`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}\u2026`;
}
