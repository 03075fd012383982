/**
 * Reads an archive, the encoding of one object in a frame (specs/event-formats.md section 4): every class is announced
 * by its flag and version where it first occurs, objects of tracked classes carry a running number, and an object met
 * again is only its number.
 */
import { ByteReader, type ReadContext } from '../bytes.js';

interface ClassInfo {
  readonly isTracked: boolean;
  readonly version: number;
}

interface TrackedObject {
  readonly type: string;
  /** undefined while the object is being read. */
  value: { readonly content: unknown } | undefined;
}

/** The class id at the start of every blob: 0 and 1 are the pointer type and I3FrameObject. */
const FIRST_CLASS_ID = 2;

/** A cursor over one archive. */
export class ArchiveReader extends ByteReader {
  readonly #classes = new Map<string, ClassInfo>();
  readonly #objects: TrackedObject[] = [];

  /**
   * An object of class `type`; `read` is given the version of the class. The names of types only need to differ within
   * an archive. Versions beyond `maxVersion` are refused, because nothing inside an object can be skipped.
   */
  object<T>(type: string, maxVersion: number, read: (version: number) => T): T {
    const { isTracked, version } = this.#classInfo(type, maxVersion);
    if (!isTracked) return read(version);
    const id = this.u32();
    const known = this.#objects[id];
    if (known !== undefined) {
      if (known.type !== type || known.value === undefined) throw this.error(`refers to object ${id} as a ${type}`);
      return known.value.content as T;
    }
    if (id !== this.#objects.length) throw this.error(`numbers an object ${id} instead of ${this.#objects.length}`);
    const entry: TrackedObject = { type, value: undefined };
    this.#objects.push(entry);
    const content = read(version);
    entry.value = { content };
    return content;
  }

  /** The empty base class of nearly all classes (4.5). */
  base(): void {
    this.object('I3FrameObject', 0, () => null);
  }

  /** A vector or list of a class, which has a preamble of its own (4.2). `elementBytes`: least size of an element. */
  list<T>(type: string, elementBytes: number, read: () => T): T[] {
    return this.object(type, 0, () => this.elements(elementBytes, read));
  }

  /** Size and elements, without a preamble. */
  elements<T>(elementBytes: number, read: () => T): T[] {
    const size = this.count(elementBytes);
    const items: T[] = [];
    for (let i = 0; i < size; i++) items.push(read());
    return items;
  }

  /** A map: its preamble and size, and for each entry the pair (preamble the first time), key and value. */
  map<K, V>(type: string, entryBytes: number, readKey: () => K, readValue: (key: K) => V): [K, V][] {
    return this.list(`map ${type}`, entryBytes, () =>
      this.object(`pair ${type}`, 0, () => {
        const key = readKey();
        return [key, readValue(key)] as [K, V];
      }),
    );
  }

  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw this.error(`has a truth value of ${byte}`);
    return byte === 1;
  }

  /** A C array of f64: its count, which must be `n`, and the elements. */
  f64Array(n: number): number[] {
    const size = this.u32();
    if (size !== n) throw this.error(`has an array of ${size} numbers instead of ${n}`);
    return this.f64s(n);
  }

  /** `n` values in a row; for small fixed `n`. */
  times<T>(n: number, read: () => T): T[] {
    const values: T[] = [];
    for (let i = 0; i < n; i++) values.push(read());
    return values;
  }

  /** `n` numbers in a row. */
  f64s(n: number): number[] {
    return this.times(n, () => this.f64());
  }

  #classInfo(type: string, maxVersion: number): ClassInfo {
    const known = this.#classes.get(type);
    if (known !== undefined) return known;
    const isTracked = this.bool();
    let version: number = this.u8();
    if (version === 0xff) version = Number(this.u64());
    if (version > maxVersion) throw this.error(`holds ${type} in version ${version}; up to ${maxVersion} is known`);
    const info = { isTracked, version };
    this.#classes.set(type, info);
    return info;
  }
}

/** An opened blob: the archive name of its class, and the reader standing at the class's preamble. */
export interface OpenedObject {
  readonly className: string;
  readonly archive: ArchiveReader;
}

/** Reads the start that every blob has (4.4). */
export function openArchive(blob: Uint8Array, context: ReadContext): OpenedObject {
  const archive = new ArchiveReader(blob, context);
  const isPointer = archive.u8() === 0 && archive.u8() === 1;
  if (!isPointer) throw archive.error('does not begin like an object');
  const classId = archive.i16();
  if (classId !== FIRST_CLASS_ID) throw archive.error(classId === -1 ? 'is a null pointer' : 'has an unknown class');
  return { className: archive.text(), archive };
}
