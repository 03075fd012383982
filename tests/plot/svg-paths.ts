/** Reading back what the pictures wrote: XML elements, path data, areas. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** Text directly inside, entities resolved. */
  text: string;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Parses well-formed XML as the pictures use it (no comments, no CDATA); throws on everything else. */
export function parseXml(xml: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open: XmlElement[] = [root];
  const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let at = 0;
  for (let match = token.exec(xml); match !== null; match = token.exec(xml)) {
    at = token.lastIndex;
    const [, closing, name, attributes = '', empty, text] = match;
    const parent = open.at(-1)!;
    if (text !== undefined) parent.text += resolve(text);
    else if (closing === '/') {
      if (open.pop()!.name !== name) throw new Error(`</${name}> closes <${parent.name}>`);
    } else {
      const element: XmlElement = { name: name!, attributes: {}, children: [], text: '' };
      for (const [, key, value] of attributes.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        if (key! in element.attributes) throw new Error(`<${name}> has ${key} twice`);
        (element.attributes as Record<string, string>)[key!] = resolve(value!);
      }
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (at !== xml.length) throw new Error(`not XML at ${JSON.stringify(xml.slice(at, at + 60))}`);
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one whole element');
  return root.children[0]!;
}

function resolve(text: string): string {
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`entity ${whole}`);
    return character;
  });
}

/** All elements of a name, in the order of the file. */
export function elements(root: XmlElement, name: string): XmlElement[] {
  return [...(root.name === name ? [root] : []), ...root.children.flatMap((child) => elements(child, name))];
}

/** All text of a file. */
export function allText(root: XmlElement): string {
  return [root.text, ...root.children.map(allText)].join('\n');
}

/** Subpaths of path data with M, L, l, Z, z (all that pixels and lines use). */
export function subpaths(d: string): [number, number][][] {
  const out: [number, number][][] = [];
  let at: [number, number] = [0, 0];
  for (const [, command, rest] of d.matchAll(/([MLlZz])([^MLlZz]*)/g)) {
    const numbers = [...rest!.matchAll(/-?\d*\.?\d+/g)].map(([text]) => Number(text));
    if (command === 'M') out.push([]);
    for (let k = 0; k + 1 < numbers.length; k += 2) {
      const [x, y] = [numbers[k]!, numbers[k + 1]!];
      at = command === 'l' ? [at[0] + x, at[1] + y] : [x, y];
      out.at(-1)!.push(at);
    }
  }
  return out;
}

/** Area of a polygon, positive. */
export function polygonArea(points: readonly (readonly [number, number])[]): number {
  let twice = 0;
  points.forEach(([x, y], k) => {
    const [nx, ny] = points[(k + 1) % points.length]!;
    twice += x * ny - nx * y;
  });
  return Math.abs(twice) / 2;
}

/** Whether a point is inside a polygon (even-odd). */
export function isInside([x, y]: readonly [number, number], polygon: readonly (readonly [number, number])[]): boolean {
  let inside = false;
  polygon.forEach(([ax, ay], k) => {
    const [bx, by] = polygon[(k + 1) % polygon.length]!;
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  });
  return inside;
}
