/**
 * Pickled seed frames, many of one event. All of them are the same bytes but for some numbers and the name of the
 * sub-event, so each is a copy of the first of its shape with these put in place: a sixth of the cost of writing it anew.
 */
import { crc32cWithoutInversion, writeFrame } from '../../event/index.js';
import type { Seed } from '../../reco/index.js';
import { iceTrayObject, pickleOf } from './pickle-writer.js';
import { NSIDE, PIXEL, type SeedFrame, seedFrame, subEventStream, VARIATION } from './seed-frame.js';
import type { EventIdentity } from './types.js';

/** Where things are in a pickle. */
interface Shape {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly frameAt: number;
  readonly checksumAt: number;
  readonly nameAt: number;
  readonly nsideAt: number;
  readonly pixelAt: number;
  readonly variationAt: number;
  /** Of each seed: x, y, z, time, energy, zenith, azimuth. */
  readonly seedsAt: readonly (readonly number[])[];
}

/** Bytes of a frame before what its checksum covers: "[i3]", version, class. */
const FRAME_HEAD = 10;
/** From the end of an integer's key to its value: lengths, type name, and the archive before its last four bytes. */
const VALUE_AFTER_KEY = 4 + 'I3PODHolder<int>'.length + 4 + 25;
/** Numbers that occur nowhere else: each marks a place. */
const mark = (seed: number, i: number): number => (7 * seed + i + 1) * 1.2345678912345e-301;

export class SeedPickles {
  readonly #event: EventIdentity;
  readonly #shapes = new Map<string, Shape>();

  constructor(event: EventIdentity) {
    this.#event = event;
  }

  /** The pickle of a frame. The bytes are only good until the next call. */
  write(frame: SeedFrame): Uint8Array {
    const name = subEventStream(frame);
    const key = `${name.length}/${frame.seeds.length}`;
    let shape = this.#shapes.get(key);
    if (shape === undefined) {
      shape = shapeOf(frame, name, this.#event);
      this.#shapes.set(key, shape);
    }
    const { bytes, view, nameAt } = shape;
    for (let i = 0; i < name.length; i++) bytes[nameAt + i] = name.charCodeAt(i);
    // The number of the sub-event stands before the length of its name.
    view.setUint32(nameAt - 8, frame.pixel, true);
    view.setInt32(shape.nsideAt, frame.nside, true);
    view.setInt32(shape.pixelAt, frame.pixel, true);
    view.setInt32(shape.variationAt, frame.variation, true);
    for (const [i, places] of shape.seedsAt.entries()) {
      const numbers = numbersOf(frame, frame.seeds[i]!);
      for (let k = 0; k < places.length; k++) view.setFloat64(places[k]!, numbers[k]!, true);
    }
    const content = bytes.subarray(shape.frameAt + FRAME_HEAD, shape.checksumAt);
    view.setUint32(shape.checksumAt, crc32cWithoutInversion(content), true);
    return bytes;
  }
}

function shapeOf(frame: SeedFrame, name: string, event: EventIdentity): Shape {
  const [zenith, azimuth] = [mark(0, 5), mark(0, 6)];
  const seeds = frame.seeds.map((_, s): Seed => {
    const [x, y, z, timeNs, energyGev] = [0, 1, 2, 3, 4].map((i) => mark(s, i)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { x, y, z, timeNs, energyGev };
  });
  const content = writeFrame(seedFrame({ ...frame, zenith, azimuth, seeds }, event));
  const bytes = pickleOf([iceTrayObject('icecube._icetray', 'I3Frame', content)]);
  const buffer = Buffer.from(bytes.buffer);
  const frameAt = buffer.indexOf(content);
  const numberAfter = (key: string): number => buffer.indexOf(key) + key.length + VALUE_AFTER_KEY;
  const seedsAt = seeds.map((_, s) => {
    const first = buffer.indexOf(f64(mark(s, 0)));
    const after = (value: number): number => buffer.indexOf(f64(value), first);
    return [first, ...[1, 2, 3, 4].map((i) => after(mark(s, i))), after(zenith), after(azimuth)];
  });
  return {
    bytes,
    view: new DataView(bytes.buffer),
    frameAt,
    checksumAt: frameAt + content.length - 4,
    nameAt: buffer.indexOf(name),
    nsideAt: numberAfter(NSIDE),
    pixelAt: numberAfter(PIXEL),
    variationAt: numberAfter(VARIATION),
    seedsAt,
  };
}

function numbersOf({ zenith, azimuth }: SeedFrame, { x, y, z, timeNs, energyGev }: Seed): readonly number[] {
  return [x, y, z, timeNs, energyGev, zenith, azimuth];
}

function f64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}
