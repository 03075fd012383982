/**
 * Frame objects by class: the archive name of a class (specs/event-formats.md 4.4) with its decoder. Everything that
 * the decoder knows is in this table; other objects stay bytes.
 */
import { EventFormatError } from '../../config/index.js';
import { DAMAGED_HINT } from '../bytes.js';
import { printable } from '../printable.js';
import { type ArchiveReader, type OpenedObject, openArchive } from './archive-reader.js';
import type { FrameObject } from './frame.js';

/** A class of frame objects that can be read. */
export interface ObjectClass<T> {
  /** Archive name, for example 'I3RecoPulseSeriesMap'. */
  readonly name: string;
  /** Newest version that is known. */
  readonly maxVersion: number;
  /** False where only the beginning of the object is read. */
  readonly readsAll: boolean;
  readonly read: (archive: ArchiveReader, version: number) => T;
}

/**
 * The value of a frame object that must be of class `type`.
 *
 * @param where begins the sentence of an error: 'x.json: frame P'.
 * @throws EventFormatError 'event/bad-object'.
 */
export function readObject<T>(object: FrameObject, type: ObjectClass<T>, where: string): T {
  const { className, archive } = open(object, where);
  if (className !== type.name) throw archive.error(`is of class "${printable(className)}" instead of ${type.name}`);
  const value = archive.object(type.name, type.maxVersion, (version) => type.read(archive, version));
  if (type.readsAll) archive.end();
  return value;
}

/** Archive class name of an object, without decoding more. */
export function classNameOf(object: FrameObject, where: string): string {
  return open(object, where).className;
}

/** Begins a sentence about an object. */
export function placeOf(object: FrameObject, where: string): string {
  return `${where}, object "${printable(object.key)}"`;
}

function open(object: FrameObject, where: string): OpenedObject {
  return openArchive(object.blob, { code: 'event/bad-object', where: placeOf(object, where) });
}

/** The error of an object that fits its class but not its event. */
export function badObject(where: string, what: string): EventFormatError {
  return new EventFormatError('event/bad-object', `${where} ${what}.`, DAMAGED_HINT);
}
