/**
 * Moves the large arrays of a plain value into shared memory, so that handing it to many threads copies none of them.
 * The value stays what it was: typed arrays on another kind of buffer.
 */

/** Arrays below this many bytes are cheaper to copy than to share. */
const WORTH_SHARING = 64 * 1024;

type NumericArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A copy of plain data (objects, lists, typed arrays, Maps) with its large arrays in shared memory. */
export function shareLargeArrays<T>(value: T): T {
  const seen = new Map<unknown, unknown>();
  return share(value) as T;

  function share(part: unknown): unknown {
    if (typeof part !== 'object' || part === null) return part;
    if (seen.has(part)) return seen.get(part);
    if (ArrayBuffer.isView(part)) return remember(part, shareArray(part));
    if (Array.isArray(part)) {
      const copy: unknown[] = [];
      seen.set(part, copy);
      for (const item of part) copy.push(share(item));
      return copy;
    }
    if (part instanceof Map) return remember(part, new Map([...part].map(([key, item]) => [key, share(item)])));
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== Object.prototype && prototype !== null) return part;
    const copy: Record<string, unknown> = {};
    seen.set(part, copy);
    for (const [key, item] of Object.entries(part)) copy[key] = share(item);
    return copy;
  }

  function remember(part: unknown, copy: unknown): unknown {
    seen.set(part, copy);
    return copy;
  }
}

function shareArray(view: ArrayBufferView): ArrayBufferView {
  if (view.byteLength < WORTH_SHARING || view instanceof DataView || view.buffer instanceof SharedArrayBuffer)
    return view;
  const array = view as NumericArray;
  const Kind = array.constructor as new (buffer: SharedArrayBuffer) => NumericArray;
  const copy = new Kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
