/**
 * Reading Python pickles as data. A pickle is a program for a small stack machine that may name any function of any
 * Python module and call it; this machine knows the instructions of plain data (specs/event-formats.md 2.1), builds
 * texts, numbers, lists and maps, and never calls anything.
 *
 * Two modes: a *message* (an alert file) needs no class or function, and every one is refused; a *frame* may name the
 * few callables of section 2.1, of which objects become inert records.
 */
import { EventFormatError } from '../config/index.js';
import { ByteReader, DAMAGED_HINT, decodeTextStrictly } from './bytes.js';
import { MAX_FRAME_BYTES, MAX_PICKLE_VALUES } from './limits.js';
import { printable } from './printable.js';

/** What a pickle can hold. Python's int is a number while exact, a BigInt beyond 2^53; a Python-2 str is bytes. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleObject
  | PickleGlobal;

/** An object of one of the allowed classes: its name and what was attached to it. Inert. */
export interface PickleObject {
  readonly kind: 'object';
  readonly className: string;
  state: PickleValue;
}

/** A name on the way to a REDUCE or NEWOBJ. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** 'message': plain data only. 'frame': the callables below too. */
export type PickleMode = 'message' | 'frame';

const MAX_KEY_BYTES = 1000;
const ENCODE = '_codecs.encode';
const REDUCIBLE: ReadonlySet<string> = new Set([
  'icecube.icetray.I3Frame',
  'icecube._icetray.I3Frame',
  'icecube.dataclasses.I3Position',
  'icecube._dataclasses.I3Position',
]);
const NEWOBJ_CLASSES: ReadonlySet<string> = new Set(['skymap_scanner.utils.pixel_classes.RecoPixelVariation']);

/** Instructions that reach for code or for objects outside of the pickle, by their names in Python's pickletools. */
const HOSTILE: ReadonlyMap<number, string> = new Map([
  [0x50, 'PERSID'],
  [0x51, 'BINPERSID'],
  [0x69, 'INST'],
  [0x6f, 'OBJ'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x92, 'NEWOBJ_EX'],
]);

/**
 * Runs the pickle in `bytes` and returns its value.
 *
 * @throws EventFormatError 'event/hostile-pickle' where it asks for a class, function or persistent id that `mode`
 *   does not allow; 'event/bad-pickle' where it is damaged or uses another instruction.
 */
export function readPickle(bytes: Uint8Array, mode: PickleMode, where: string): PickleValue {
  return new Machine(bytes, mode, where).run();
}

class Machine {
  readonly #in: ByteReader;
  readonly #mode: PickleMode;
  readonly #where: string;
  #stack: PickleValue[] = [];
  /** Stacks below the marks; the current one holds what came after the last mark. */
  readonly #marked: PickleValue[][] = [];
  readonly #memo = new Map<number, PickleValue>();
  /** Bytes that `_codecs.encode` made so far. */
  #encoded = 0;

  constructor(bytes: Uint8Array, mode: PickleMode, where: string) {
    this.#in = new ByteReader(bytes, { code: 'event/bad-pickle', where });
    this.#mode = mode;
    this.#where = where;
  }

  run(): PickleValue {
    for (let steps = 0; ; steps++) {
      const at = this.#in.offset;
      if (steps > MAX_PICKLE_VALUES) throw this.#bad('has more instructions than any event', at);
      const opcode = this.#in.u8();
      if (opcode === 0x2e) {
        const value = this.#pop();
        if (this.#stack.length > 0 || this.#marked.length > 0) throw this.#bad('leaves values on the stack', at);
        this.#in.end();
        return value;
      }
      const value = this.#literal(opcode, at);
      if (value !== undefined) this.#stack.push(value);
      else this.#step(opcode, at);
    }
  }

  /** What an instruction pushes that stands for a value by itself, or undefined for other instructions. */
  #literal(opcode: number, at: number): PickleValue | undefined {
    const input = this.#in;
    switch (opcode) {
      case 0x4e:
        return null;
      case 0x88:
        return true;
      case 0x89:
        return false;
      case 0x4b:
        return input.u8();
      case 0x4d:
        return input.u16();
      case 0x4a:
        return input.i32();
      case 0x8a:
        return twosComplement(input.take(input.u8()));
      case 0x47:
        return input.f64BigEndian();
      case 0x58:
        return this.#text(input.u32(), at);
      case 0x8c:
        return this.#text(input.u8(), at);
      case 0x54: {
        const length = input.i32();
        if (length < 0) throw this.#bad('has a negative length', at);
        return input.take(length);
      }
      case 0x42:
        return input.take(input.u32());
      case 0x55:
      case 0x43:
        return input.take(input.u8());
      case 0x29:
      case 0x5d:
        return [];
      case 0x7d:
        return new Map();
      case 0x85:
        return this.#popTuple(1);
      case 0x86:
        return this.#popTuple(2);
      case 0x87:
        return this.#popTuple(3);
      case 0x74:
        return this.#popToMark(at);
      case 0x68:
        return this.#recall(input.u8(), at);
      case 0x6a:
        return this.#recall(input.u32(), at);
      case 0x63:
        return this.#name(this.#line(at), this.#line(at));
      case 0x93:
        return this.#nameFromStack(at);
      case 0x52:
        return this.#reduce(at);
      case 0x81:
        return this.#newObject(at);
      default:
        return undefined;
    }
  }

  /** Instructions that change what is on the stack, or nothing. */
  #step(opcode: number, at: number): void {
    const input = this.#in;
    switch (opcode) {
      case 0x80: {
        const version = input.u8();
        if (version < 2 || version > 5) throw this.#bad(`has protocol ${version}; 2 to 5 are known`, at);
        return;
      }
      case 0x95:
        input.skip(8);
        return;
      case 0x28:
        this.#marked.push(this.#stack);
        this.#stack = [];
        return;
      case 0x61: {
        const item = this.#pop();
        this.#list(at).push(item);
        return;
      }
      case 0x65: {
        const items = this.#popToMark(at);
        const list = this.#list(at);
        for (const item of items) list.push(item);
        return;
      }
      case 0x73:
        this.#setItems(this.#popTuple(2), at);
        return;
      case 0x75:
        this.#setItems(this.#popToMark(at), at);
        return;
      case 0x71:
        this.#memo.set(input.u8(), this.#top(at));
        return;
      case 0x72:
        this.#memo.set(input.u32(), this.#top(at));
        return;
      case 0x94:
        this.#memo.set(this.#memo.size, this.#top(at));
        return;
      case 0x62: {
        const state = this.#pop();
        const target = this.#top(at);
        if (!isPickleObject(target)) throw this.#hostile('a state for something that is no object (BUILD)');
        target.state = state;
        return;
      }
      default: {
        const hostile = HOSTILE.get(opcode);
        if (hostile !== undefined) throw this.#hostile(`the instruction ${hostile}`);
        const hex = opcode.toString(16).padStart(2, '0');
        throw this.#bad(`uses the instruction 0x${hex}, which plain data never needs`, at);
      }
    }
  }

  #name(module: string, name: string): PickleGlobal {
    const full = `${module}.${name}`;
    const isAllowed = this.#mode === 'frame' && (full === ENCODE || REDUCIBLE.has(full) || NEWOBJ_CLASSES.has(full));
    if (!isAllowed) throw this.#hostile(`"${printable(full, 80)}"`);
    return { kind: 'global', name: full };
  }

  #nameFromStack(at: number): PickleGlobal {
    const name = this.#pop();
    const module = this.#pop();
    if (typeof name !== 'string' || typeof module !== 'string') throw this.#bad('names something that is no text', at);
    return this.#name(module, name);
  }

  #reduce(at: number): PickleValue {
    const args = this.#pop();
    const callable = this.#pop();
    if (!isPickleGlobal(callable) || !Array.isArray(args)) {
      throw this.#hostile('a call of something that is no function');
    }
    if (callable.name === ENCODE) return this.#encodeLatin1(args, at);
    if (!REDUCIBLE.has(callable.name) || args.length > 0) throw this.#hostile(`a call of "${callable.name}"`);
    return { kind: 'object', className: callable.name, state: null };
  }

  #newObject(at: number): PickleValue {
    const args = this.#pop();
    const type = this.#pop();
    if (!isPickleGlobal(type) || !Array.isArray(args)) {
      throw this.#bad('makes an object of something that is no class', at);
    }
    if (!NEWOBJ_CLASSES.has(type.name) || args.length > 0) throw this.#hostile(`an object of "${type.name}"`);
    return { kind: 'object', className: type.name, state: null };
  }

  /** `_codecs.encode(text, "latin1")`: code points become bytes (2.1). */
  #encodeLatin1(args: PickleValue[], at: number): Uint8Array {
    const [text, encoding] = args;
    if (args.length !== 2 || typeof text !== 'string' || encoding !== 'latin1') {
      throw this.#hostile('a call of "_codecs.encode" other than for latin1 bytes');
    }
    // One text can be encoded again and again; a frame does it once.
    this.#encoded += text.length;
    if (this.#encoded > MAX_FRAME_BYTES) throw this.#bad('has more bytes than any event', at);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 255) throw this.#bad('has a character beyond latin1 among its bytes', at);
      bytes[i] = code;
    }
    return bytes;
  }

  #setItems(items: readonly PickleValue[], at: number): void {
    const dictionary = this.#top(at);
    if (!(dictionary instanceof Map) || items.length % 2 !== 0) throw this.#bad('sets items of no dictionary', at);
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      // Python-2 texts serve as keys too: as bytes they would never be found again.
      if (key instanceof Uint8Array && key.length > MAX_KEY_BYTES) throw this.#bad('has a key longer than any', at);
      dictionary.set(key instanceof Uint8Array ? latin1Text(key) : key, items[i + 1]!);
    }
  }

  /** The last `n` values, the earliest first. */
  #popTuple(n: number): PickleValue[] {
    const items: PickleValue[] = [];
    for (let i = 0; i < n; i++) items.unshift(this.#pop());
    return items;
  }

  #list(at: number): PickleValue[] {
    const list = this.#top(at);
    if (!Array.isArray(list)) throw this.#bad('appends to something that is no list', at);
    return list;
  }

  #recall(index: number, at: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#bad(`refers to memo ${index}, which is not set`, at);
    return value;
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined) throw this.#bad('takes more values than there are', this.#in.offset);
    return value;
  }

  #top(at: number): PickleValue {
    const value = this.#stack[this.#stack.length - 1];
    if (value === undefined) throw this.#bad('works on a value that is not there', at);
    return value;
  }

  #popToMark(at: number): PickleValue[] {
    const items = this.#stack;
    const below = this.#marked.pop();
    if (below === undefined) throw this.#bad('takes values down to a mark that is not there', at);
    this.#stack = below;
    return items;
  }

  #text(length: number, at: number): string {
    const text = decodeTextStrictly(this.#in.take(length));
    if (text === null) throw this.#bad('has a text that is not UTF-8', at);
    return text;
  }

  #line(at: number): string {
    const stop = this.#in.bytes.indexOf(0x0a, this.#in.offset);
    if (stop < 0) throw this.#bad('has a name without an end', at);
    const line = latin1Text(this.#in.take(stop - this.#in.offset));
    this.#in.skip(1);
    return line;
  }

  #bad(what: string, at: number): EventFormatError {
    return new EventFormatError('event/bad-pickle', `${this.#where} ${what} (byte ${at}).`, DAMAGED_HINT);
  }

  #hostile(what: string): EventFormatError {
    return new EventFormatError(
      'event/hostile-pickle',
      `${this.#where} asks for ${what}, which no event needs; nothing of it was executed.`,
      'Do not open this file with Python, and find out where it came from.',
    );
  }
}

/** True for the inert record of an allowed class. */
export function isPickleObject(value: PickleValue | undefined): value is PickleObject {
  return isRecord(value) && value.kind === 'object';
}

/** Bytes as text, one character a byte. */
export function latin1Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join('');
}

function isPickleGlobal(value: PickleValue): value is PickleGlobal {
  return isRecord(value) && value.kind === 'global';
}

function isRecord(value: PickleValue | undefined): value is PickleObject | PickleGlobal {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array)
  );
}

/** Two's complement, least significant byte first; exact numbers stay numbers. */
function twosComplement(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  if (bytes.length > 0 && bytes[bytes.length - 1]! >= 0x80) value -= 1n << BigInt(8 * bytes.length);
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}
