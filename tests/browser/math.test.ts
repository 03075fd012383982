import { describe, expect, it } from 'vitest';
import {
  acos,
  asin,
  asinh,
  atan,
  atan2,
  cos,
  cosh,
  exp,
  expm1,
  hypot,
  log,
  log1p,
  log2,
  log10,
  sin,
  sinh,
  tan,
  tanh,
} from '../../src/browser/math/index.js';

/** Arguments that are nearly everywhere: evenly, by magnitude, and close to where methods change. */
function argumentsOf(count: number): number[] {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const out = [0, -0, 1, -1, 0.5, -0.5, 2, 1e-300, 5e-324, 1e300, 710, -745, Number.MAX_VALUE, Math.PI, Math.PI / 2];
  out.push(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  for (let k = 1; k < 40; k++) for (const d of [-1e-9, -1e-15, 0, 1e-15, 1e-9]) out.push((k * Math.PI) / 4 + d);
  for (let i = 0; i < count; i++) {
    const sign = next() < 0.5 ? -1 : 1;
    const kind = i % 5;
    const u = next() + next() * 2 ** -32;
    if (kind === 0) out.push(sign * u);
    else if (kind === 1) out.push(sign * u * 50);
    else if (kind === 2) out.push(sign * u * 1000);
    else if (kind === 3) out.push(1 + sign * u * 2 ** -Math.floor(30 * next()));
    else out.push(sign * u * 2 ** Math.floor(60 * next() - 40));
  }
  return out;
}

const bits = (value: number): string => new BigUint64Array(new Float64Array([value]).buffer)[0]!.toString(16);
const ARGUMENTS = argumentsOf(200_000);

describe('mathematics in pages gives the bits of Node', () => {
  const functions = { exp, expm1, log, log1p, log2, log10, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh };
  it.each(Object.entries(functions))('%s', (name, ours) => {
    const theirs = Math[name as keyof typeof functions];
    const others = ARGUMENTS.filter((x) => !Object.is(ours(x), theirs(x)));
    expect(others.slice(0, 5).map((x) => [x, bits(ours(x)), bits(theirs(x))])).toEqual([]);
  });

  it('atan2 and hypot', () => {
    const others: number[][] = [];
    for (let i = 0; i + 7 < ARGUMENTS.length; i++) {
      const [y, x, z] = [ARGUMENTS[i]!, ARGUMENTS[i + 7]!, ARGUMENTS[i + 3]!];
      if (!Object.is(atan2(y, x), Math.atan2(y, x))) others.push([y, x]);
      if (!Object.is(hypot(x, y, z), Math.hypot(x, y, z))) others.push([x, y, z]);
      if (!Object.is(hypot(x, y), Math.hypot(x, y))) others.push([x, y, 0]);
    }
    expect(others.slice(0, 5)).toEqual([]);
  });
});
