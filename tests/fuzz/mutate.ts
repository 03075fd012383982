/** Seeded damage to bytes and to JSON documents, in the ways that files get damaged and that attackers damage them. */

/** A seeded generator (mulberry32): the same seed gives the same cases everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** In [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Numbers that length fields and counts break on. */
const U32S = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
const F64S = [
  0,
  -0,
  1e-320,
  1e308,
  -1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 53,
  0.1,
];

/** A damaged copy of `bytes`; `others` are files to splice from. */
export function damage(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  let out = damageOnce(bytes, random, others);
  while (random.next() < 0.3) out = damageOnce(out, random, others);
  return out;
}

function damageOnce(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const n = bytes.length;
  if (n === 0) return Uint8Array.of(random.below(256));
  // Half of the time near the beginning, where headers and lengths are.
  const at = random.below(random.next() < 0.5 ? Math.min(n, 64) : n);
  switch (random.below(9)) {
    case 0:
      return overwritten(bytes, at, [bytes[at]! ^ (1 << random.below(8))]);
    case 1:
      return overwritten(bytes, at, [random.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff, random.below(256)])]);
    case 2:
      return overwritten(
        bytes,
        at,
        numberBytes(4, (view) => view.setUint32(0, random.pick(U32S), true)),
      );
    case 3:
      return overwritten(
        bytes,
        at,
        numberBytes(8, (view) => view.setFloat64(0, random.pick(F64S), true)),
      );
    case 4:
      return bytes.slice(0, at);
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(32)));
    case 6: {
      const extra = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
      return joined(bytes.subarray(0, at), extra, bytes.subarray(at));
    }
    case 7: {
      // A piece of another file, or of this one, in place of what is here.
      const other = random.pick([bytes, ...others]);
      const from = random.below(other.length);
      const piece = other.subarray(from, from + 1 + random.below(200));
      return joined(bytes.subarray(0, at), piece, bytes.subarray(at + (random.next() < 0.5 ? piece.length : 0)));
    }
    default: {
      const flips = bytes.slice();
      for (let i = 0; i < 8; i++) flips[random.below(n)]! ^= 1 << random.below(8);
      return flips;
    }
  }
}

function overwritten(bytes: Uint8Array, at: number, values: ArrayLike<number>): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; i < values.length && at + i < out.length; i++) out[at + i] = values[i]!;
  return out;
}

function numberBytes(n: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(n);
  write(new DataView(bytes.buffer));
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  1.5,
  2 ** 53,
  '',
  'G',
  'NaN',
  '\u0000\ud800\n',
  '__proto__',
  [],
  {},
  [[]],
  ['P', 'AAAA'],
  { frames: [] },
  { constructor: { prototype: null } },
];

function strange(random: Random): unknown {
  return structuredClone(random.pick(STRANGE));
}

/** A copy of a JSON document with one or a few values replaced, removed, doubled or moved. */
export function damageDocument(document: unknown, random: Random): unknown {
  let out = structuredClone(document);
  do out = damageNode(out, random);
  while (random.next() < 0.4);
  return out;
}

function damageNode(node: unknown, random: Random): unknown {
  const isContainer = typeof node === 'object' && node !== null;
  const keys = isContainer ? Object.keys(node) : [];
  if (!isContainer || keys.length === 0 || random.next() < 0.05) return damageValue(node, random);
  const key = random.pick(keys);
  const members = node as Record<string, unknown>;
  if (random.next() < 0.5) {
    members[key] = damageNode(members[key], random);
    return node;
  }
  if (Array.isArray(node)) {
    const at = Number(key);
    const change = random.below(4);
    if (change === 0) node.splice(at, 1);
    else if (change === 1) node.splice(at, 0, structuredClone(node[random.below(node.length)]));
    else if (change === 2) node[at] = structuredClone(node[random.below(node.length)]);
    else node[at] = strange(random);
    return node;
  }
  const change = random.below(4);
  if (change === 0) delete members[key];
  else if (change === 1) {
    const name = random.pick(['frames', 'value', 'data', 'format', '__proto__', 'x']);
    const value = structuredClone(members[key]);
    // Defined, not assigned: a member of the name __proto__, as JSON can have it.
    Object.defineProperty(node, name, { value, enumerable: true, configurable: true, writable: true });
  } else if (change === 2) members[key] = structuredClone(members[random.pick(keys)]);
  else members[key] = strange(random);
  return node;
}

function damageValue(value: unknown, random: Random): unknown {
  if (typeof value === 'number' && random.next() < 0.7) {
    return random.pick([-value, value + 1, value * 1e300, value / 3, Math.floor(value) + 0.5, 0]);
  }
  if (typeof value === 'string' && value.length > 0 && random.next() < 0.7) {
    const at = random.below(value.length);
    return random.pick([
      value.slice(0, at),
      value.slice(0, at) + value.slice(at + 1),
      value.slice(0, at) + String.fromCharCode(random.below(300)) + value.slice(at),
      value + value,
      value.toLowerCase(),
    ]);
  }
  return strange(random);
}
