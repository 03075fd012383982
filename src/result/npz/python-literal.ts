/**
 * The Python literals that stand in the header of an .npy file: dictionaries, lists, tuples, strings without escapes,
 * whole numbers, True, False and None. A parser of data; nothing is evaluated.
 */
import { badFile } from '../errors.js';

/** A parsed literal; lists and tuples both become arrays, dictionaries become maps. */
export type Literal = string | number | boolean | null | Literal[] | Map<Literal, Literal>;

const MAX_DEPTH = 8;
const TOKEN = /\s*(?:([[\](){},:])|'([^'\\\n]*)'|"([^"\\\n]*)"|(-?\d{1,15})L?(?![\w.])|(True|False|None)(?!\w))/y;

/** Parses a whole text. `where` names it in messages. */
export function parseLiteral(text: string, where: string): Literal {
  let at = 0;
  let token: RegExpExecArray | null = null;
  const fail = (): Error => badFile(where, 'has an .npy header that is not a plain Python literal');
  const advance = (): void => {
    TOKEN.lastIndex = at;
    token = TOKEN.exec(text);
    if (token !== null) at = TOKEN.lastIndex;
  };
  const punctuation = (): string | undefined => token?.[1];

  /** Items up to the closing bracket; a comma may follow the last. */
  const items = (close: string, item: () => void): void => {
    advance();
    while (punctuation() !== close) {
      item();
      if (punctuation() === ',') advance();
      else if (punctuation() !== close) throw fail();
    }
    advance();
  };

  const value = (depth: number): Literal => {
    if (token === null || depth > MAX_DEPTH) throw fail();
    const [, mark, single, double, integer, constant] = token;
    if (mark === '[' || mark === '(') {
      const list: Literal[] = [];
      items(mark === '[' ? ']' : ')', () => list.push(value(depth + 1)));
      return list;
    }
    if (mark === '{') {
      const map = new Map<Literal, Literal>();
      items('}', () => {
        const key = value(depth + 1);
        if (punctuation() !== ':') throw fail();
        advance();
        map.set(key, value(depth + 1));
      });
      return map;
    }
    if (mark !== undefined) throw fail();
    advance();
    if (integer !== undefined) return Number(integer);
    if (constant !== undefined) return constant === 'None' ? null : constant === 'True';
    return (single ?? double)!;
  };

  advance();
  const result = value(0);
  if (token !== null || text.slice(at).trim() !== '') throw fail();
  return result;
}
