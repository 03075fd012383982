/**
 * An event's frames together: an object belongs to the frame that stores it, and is looked up from the last frame
 * (P) to the first (G); specs/event-formats.md 3.4. Also how pulse maps are found, which may be masks on masks.
 */
import { EventFormatError } from '../../config/index.js';
import { printable } from '../printable.js';
import type { PulseMap } from '../types.js';
import { PULSE_MASK, PULSE_SERIES_MAP, SUPER_DST } from './classes.js';
import type { Frame, FrameObject } from './frame.js';
import { badObject, classNameOf, type ObjectClass, placeOf, readObject } from './object-class.js';
import { applyMask } from './pulse-objects.js';

/** Masks on masks go no deeper; alerts have three. */
const MAX_MASK_DEPTH = 20;

/** An object with the place where it was found. */
export interface FoundObject {
  readonly object: FrameObject;
  /** 'x.json: frame Q'. */
  readonly where: string;
}

/** Frames of one event in the order G C D Q P; any but the last may be missing. */
export class Packet {
  readonly frames: readonly Frame[];
  /** Name of the file, for error messages. */
  readonly name: string;
  readonly #objects = new Map<string, FoundObject>();
  readonly #pulses = new Map<string, PulseMap>();

  constructor(frames: readonly Frame[], name: string) {
    this.frames = frames;
    this.name = name;
    for (const frame of frames) {
      const where = this.whereOf(frame);
      for (const object of frame.objects) this.#objects.set(object.key, { object, where });
    }
  }

  /** The object of that key, or undefined. */
  find(key: string): FoundObject | undefined {
    return this.#objects.get(key);
  }

  /** Begins a sentence about something in a frame. */
  whereOf(frame: Frame): string {
    return `${this.name}: frame ${printable(frame.stop)}`;
  }

  /** All keys and objects that are visible from the last frame. */
  objects(): Iterable<[string, FoundObject]> {
    return this.#objects;
  }

  /**
   * The value of an object, or null where there is none.
   *
   * @throws EventFormatError 'event/bad-object' where it is of another class or damaged.
   */
  read<T>(key: string, type: ObjectClass<T>): T | null {
    const found = this.find(key);
    return found === undefined ? null : readObject(found.object, type, found.where);
  }

  /**
   * The pulses that a key stands for, masks resolved.
   *
   * @throws EventFormatError 'event/missing-object' or 'event/bad-object'.
   */
  pulses(key: string): PulseMap {
    return this.#resolve(key, 0);
  }

  #resolve(key: string, depth: number): PulseMap {
    const known = this.#pulses.get(key);
    if (known !== undefined) return known;
    const found = this.find(key);
    if (found === undefined) {
      throw new EventFormatError(
        'event/missing-object',
        `${this.name} has no pulses "${printable(key)}".`,
        'The scanner needs an event with its pulses, as alerts carry them.',
      );
    }
    const { object, where } = found;
    const fail = (what: string): Error => badObject(placeOf(object, where), what);
    if (depth > MAX_MASK_DEPTH) throw fail('is a mask of itself, or of too many masks');
    const pulses = this.#readPulses(object, where, depth, fail);
    this.#pulses.set(key, pulses);
    return pulses;
  }

  #readPulses(object: FrameObject, where: string, depth: number, fail: (what: string) => Error): PulseMap {
    const className = classNameOf(object, where);
    switch (className) {
      case SUPER_DST.name:
        return readObject(object, SUPER_DST, where).pulses;
      case PULSE_SERIES_MAP.name:
        return readObject(object, PULSE_SERIES_MAP, where);
      case PULSE_MASK.name: {
        const mask = readObject(object, PULSE_MASK, where);
        return applyMask(mask, this.#resolve(mask.source, depth + 1), fail);
      }
      default:
        throw fail('is neither a pulse map nor a mask of one');
    }
  }
}
