/**
 * Pickled values as the plain data that JSON would have given: dictionaries become objects, Python-2 texts become
 * texts, integers beyond 2^53 become decimal texts. A pickle can refer to one list many times over, or to itself, and
 * so describe far more than it is long; the copy has bounds on depth, number of values and length of texts.
 */
import { EventFormatError } from '../config/index.js';
import { DAMAGED_HINT } from './bytes.js';
import { MAX_DEPTH, MAX_MESSAGE_BYTES, MAX_PICKLE_VALUES } from './limits.js';
import { isPickleObject, latin1Text, type PickleValue } from './pickle.js';

/**
 * A copy of `value` without anything that JSON does not know (but NaN and infinities).
 *
 * @throws EventFormatError 'event/bad-pickle' beyond the bounds, or for keys that are no text.
 */
export function toPlainData(value: PickleValue, where: string): unknown {
  let values = 0;
  let characters = 0;
  const bad = (what: string): EventFormatError =>
    new EventFormatError('event/bad-pickle', `${where} ${what}.`, DAMAGED_HINT);

  // One text can be referred to many times.
  const texts = new Map<Uint8Array, string>();
  const textOf = (bytes: Uint8Array): string => {
    const text = texts.get(bytes) ?? latin1Text(bytes);
    texts.set(bytes, text);
    return text;
  };

  const copy = (item: PickleValue, depth: number): unknown => {
    if (++values > MAX_PICKLE_VALUES) throw bad('has more values than any event');
    if (depth > MAX_DEPTH) throw bad(`nests more than ${MAX_DEPTH} lists and dictionaries`);
    if (typeof item === 'bigint') return item.toString();
    if (typeof item === 'string' || item instanceof Uint8Array) {
      characters += item.length;
      if (characters > 2 * MAX_MESSAGE_BYTES) throw bad('has more text than any event');
      return typeof item === 'string' ? item : textOf(item);
    }
    if (Array.isArray(item)) return item.map((element) => copy(element, depth + 1));
    if (item instanceof Map) {
      const members: [string, unknown][] = [];
      for (const [key, member] of item) {
        if (typeof key !== 'string') throw bad('has a dictionary whose keys are not texts');
        members.push([key, copy(member, depth + 1)]);
      }
      return Object.fromEntries(members);
    }
    if (isPickleObject(item) || (typeof item === 'object' && item !== null)) throw bad('holds an object of a class');
    return item;
  };
  return copy(value, 0);
}
