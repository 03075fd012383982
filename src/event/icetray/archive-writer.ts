/**
 * Writes an archive, the encoding of one object in a frame (specs/event-formats.md section 4): the counterpart of
 * archive-reader.ts. A class is announced where it first occurs; objects of tracked classes get running numbers.
 */

/** How a class is announced. All named physics classes are tracked; containers and pairs are not (4.3). */
export interface WrittenClass {
  readonly name: string;
  readonly version: number;
  readonly isTracked: boolean;
}

const encoder = new TextEncoder();
const BASE: WrittenClass = { name: 'I3FrameObject', version: 0, isTracked: true };
/** The class id of the one object that a blob points to. */
const FIRST_CLASS_ID = 2;

/** A named physics class. */
export function tracked(name: string, version: number): WrittenClass {
  return { name, version, isTracked: true };
}

/** The blob of a frame object of class `type`. */
export function writeArchive(type: WrittenClass, write: (archive: ArchiveWriter) => void): Uint8Array {
  const archive = new ArchiveWriter();
  archive.u8(0);
  archive.u8(1);
  archive.u16(FIRST_CLASS_ID);
  archive.text(type.name);
  archive.object(type, () => write(archive));
  return archive.bytes();
}

/** A growing little-endian buffer that knows which classes it has announced. */
export class ArchiveWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #announced = new Set<string>();
  #objects = 0;

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  i32(value: number): void {
    const at = this.#grow(4);
    this.#view.setInt32(at, value, true);
  }

  i64(value: bigint): void {
    const at = this.#grow(8);
    this.#view.setBigInt64(at, value, true);
  }

  f32(value: number): void {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value, true);
  }

  f64s(...values: number[]): void {
    for (const value of values) this.f64(value);
  }

  /** A C array of f64: its count, then the elements. */
  f64Array(values: readonly number[]): void {
    this.u32(values.length);
    this.f64s(...values);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  text(value: string): void {
    const bytes = encoder.encode(value);
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** An object of a class; `write` writes its contents. */
  object(type: WrittenClass, write: () => void): void {
    if (!this.#announced.has(type.name)) {
      this.#announced.add(type.name);
      this.u8(Number(type.isTracked));
      this.u8(type.version);
    }
    if (type.isTracked) this.u32(this.#objects++);
    write();
  }

  /** The empty base class of nearly all classes (4.5). */
  base(): void {
    this.object(BASE, () => {});
  }

  /** A vector or list of a class. */
  list<T>(name: string, items: readonly T[], write: (item: T) => void): void {
    this.object({ name, version: 0, isTracked: false }, () => {
      this.u32(items.length);
      for (const item of items) write(item);
    });
  }

  /** A map; `entries` in the order of their keys. */
  map<T>(name: string, entries: readonly T[], writeKeyAndValue: (entry: T) => void): void {
    this.list(`map ${name}`, entries, (entry) => {
      this.object({ name: `pair ${name}`, version: 0, isTracked: false }, () => writeKeyAndValue(entry));
    });
  }

  /** Makes room and returns where it begins. */
  #grow(n: number): number {
    const at = this.#length;
    this.#length += n;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
