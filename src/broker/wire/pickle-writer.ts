/**
 * Python pickles of protocol 4, byte for byte as CPython writes them, for the few shapes that upstream's messages have.
 * Every memoized value is announced (0x94), none is referred to.
 */
import { concatBytes } from '../../event/index.js';

const encoder = new TextEncoder();

/** A pickle, framed, of the instructions in `parts`; they leave one value on the stack. */
export function pickleOf(parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes([...parts, Uint8Array.of(0x2e)]);
  const head = new Uint8Array(11);
  head.set([0x80, 4, 0x95]);
  new DataView(head.buffer).setBigUint64(3, BigInt(body.length), true);
  return concatBytes([head, body]);
}

/** A text below 256 bytes. */
export function text(value: string): Uint8Array {
  const bytes = encoder.encode(value);
  return concatBytes([Uint8Array.of(0x8c, bytes.length), bytes, Uint8Array.of(0x94)]);
}

/** The class `module.name`. */
export function globalOf(module: string, name: string): Uint8Array {
  return concatBytes([text(module), text(name), Uint8Array.of(0x93, 0x94)]);
}

/** Bytes. */
export function bytesOf(value: Uint8Array): Uint8Array {
  const head =
    value.length < 256
      ? Uint8Array.of(0x43, value.length)
      : Uint8Array.of(0x42, value.length, value.length >> 8, value.length >> 16, value.length >> 24);
  return concatBytes([head, value, Uint8Array.of(0x94)]);
}

/** An integer from 0 up. */
export function int(value: number): Uint8Array {
  if (value < 0x100) return Uint8Array.of(0x4b, value);
  if (value < 0x10000) return Uint8Array.of(0x4d, value, value >> 8);
  if (value < 0x80000000) return Uint8Array.of(0x4a, value, value >> 8, value >> 16, value >> 24);
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  if (bytes[bytes.length - 1]! >= 0x80) bytes.push(0);
  return Uint8Array.of(0x8a, bytes.length, ...bytes);
}

/** A float. */
export function float(value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = 0x47;
  new DataView(bytes.buffer).setFloat64(1, value, false);
  return bytes;
}

/** An object of a class whose pickle is a call without arguments and the state `({}, content)`: IceTray's classes. */
export function iceTrayObject(module: string, name: string, content: Uint8Array): Uint8Array {
  return concatBytes([
    globalOf(module, name),
    Uint8Array.of(0x29, 0x52, 0x94, 0x7d, 0x94),
    bytesOf(content),
    Uint8Array.of(0x86, 0x94, 0x62),
  ]);
}
