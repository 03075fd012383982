/**
 * Reading little-endian bytes with a check before every step: a reader never reads past its end and never lets a
 * length field decide about memory before the bytes it promises are known to be there. Everything that is wrong
 * becomes an EventFormatError that says which part of the file it was.
 */
import { type ErrorCode, EventFormatError } from '../config/index.js';

/** What a user does about a damaged file. */
export const DAMAGED_HINT = 'The file is damaged or incomplete; fetch it again.';

/** Which part of a file is read, for error messages. */
export interface ReadContext {
  readonly code: ErrorCode;
  /** Begins the sentence: 'Frame Q, object "I3SuperDST"'. */
  readonly where: string;
}

/** A cursor over bytes. All numbers are little-endian (event-formats.md, conventions). */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly context: ReadContext;
  #view: DataView;
  #at: number;
  #end: number;

  constructor(bytes: Uint8Array, context: ReadContext, offset = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.context = context;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = offset;
    this.#end = end;
  }

  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  /** The error of this part of the file; `what` completes the sentence that `where` begins. */
  error(what: string, cause?: unknown): EventFormatError {
    return new EventFormatError(
      this.context.code,
      `${this.context.where} ${what}.`,
      DAMAGED_HINT,
      cause === undefined ? undefined : { cause },
    );
  }

  /** Moves on by `n` bytes and returns where they begin. */
  skip(n: number): number {
    if (n > this.#end - this.#at) throw this.error(`ends too early (byte ${this.#at} of ${this.#end})`);
    const at = this.#at;
    this.#at += n;
    return at;
  }

  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.skip(8), true);
  }

  i16(): number {
    return this.#view.getInt16(this.skip(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.skip(8), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.skip(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.skip(8), true);
  }

  /** Big-endian f64, as pickles write it. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  /** A view of the next `n` bytes. */
  take(n: number): Uint8Array {
    const at = this.skip(n);
    return this.bytes.subarray(at, at + n);
  }

  /** u32 size, where ff ff ff ff escapes to a following u64 (event-formats.md 3.1 and 4.1). */
  size(): number {
    const size = this.u32();
    if (size !== 0xffffffff) return size;
    const long = this.u64();
    if (long > BigInt(this.remaining)) throw this.error(`promises ${long} bytes and has ${this.remaining}`);
    return Number(long);
  }

  /** Size of a list whose elements take at least `elementBytes` each; refused if they cannot all be there. */
  count(elementBytes: number): number {
    const size = this.size();
    if (size * elementBytes > this.remaining) {
      throw this.error(`promises ${size} elements and has ${this.remaining} bytes left`);
    }
    return size;
  }

  /** Text with a u32 length in front; bytes that are not UTF-8 become replacement characters. */
  text(): string {
    return decodeText(this.take(this.size()));
  }

  /** Refuses bytes that nobody has read. */
  end(): void {
    if (this.remaining !== 0) throw this.error(`has ${this.remaining} bytes too many`);
  }
}

const lenientDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 text; short ASCII, by far the most frequent, without the decoder's overhead. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length <= 64) {
    let text = '';
    for (const byte of bytes) {
      if (byte >= 0x80) return lenientDecoder.decode(bytes);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return lenientDecoder.decode(bytes);
}

/** UTF-8 text, or null where the bytes are not UTF-8. */
export function decodeTextStrictly(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes joined end to end. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
