/** Objects of IceTray as archives that tests write themselves. */
import { expect } from 'vitest';
import {
  type ArchiveWriter,
  tracked,
  type WrittenClass,
  writeArchive,
} from '../../src/event/icetray/archive-writer.js';
import { decodeObject } from '../../src/event/icetray/classes.js';
import type { Loose } from './as-reference.js';

export const untracked = (name: string, version = 0): WrittenClass => ({ name, version, isTracked: false });

/** The value of an object of `type` whose contents `write` writes. */
export function decoded(type: string, version: number, write: (archive: ArchiveWriter) => void): Loose {
  return decodeObject({ key: 'X', type, blob: writeArchive(tracked(type, version), write) }, 'x')?.value;
}
export const failing = (type: string, version: number, write: (archive: ArchiveWriter) => void) => (): unknown =>
  decoded(type, version, write);
export const badObject = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'event/bad-object', message: expect.stringMatching(message) });
