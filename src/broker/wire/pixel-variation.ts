/**
 * The result in upstream's messages: the pickle of a `RecoPixelVariation` (specs/sky-and-scan.md section 9,
 * event-formats.md 14.3). Read by the restricted pickle machine of `event/`, which knows these classes and nothing else.
 */
import { MessageError } from '../../config/index.js';
import { concatBytes, isPickleObject, type PickleValue, pickledBytes, readPickle } from '../../event/index.js';
import type { RecoResult } from '../../reco/index.js';
import { isNside, pixelCount } from '../../sky/index.js';
import { float, globalOf, iceTrayObject, int, pickleOf, text } from './pickle-writer.js';

const CLASS = 'skymap_scanner.utils.pixel_classes.RecoPixelVariation';
const POSITION_CLASSES: ReadonlySet<string> = new Set([
  'icecube.dataclasses.I3Position',
  'icecube._dataclasses.I3Position',
]);
/** Archive of an I3Position before its three doubles: the preambles of the class and of its base. */
const POSITION_HEAD: Uint8Array = Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0);

const HEAD = concatBytes([
  globalOf('skymap_scanner.utils.pixel_classes', 'RecoPixelVariation'),
  Uint8Array.of(0x29, 0x81, 0x94, 0x7d, 0x94, 0x28),
]);
const NAMES = Object.fromEntries(
  [
    'llh',
    'reco_losses_inside',
    'reco_losses_total',
    'position',
    'time',
    'energy',
    'nside',
    'pixel_id',
    'posvar_id',
    'id_tuple',
  ].map((name) => [name, text(name)]),
) as Record<string, Uint8Array>;
const END: Uint8Array = Uint8Array.of(0x87, 0x94, 0x75, 0x62);

/** The pickle of a result, byte for byte as upstream's client would write it. */
export function picklePixelVariation(result: RecoResult): Uint8Array {
  const ids = [int(result.nside), int(result.pixel), int(result.variation)] as const;
  return pickleOf([
    HEAD,
    NAMES.llh!,
    float(result.llh),
    NAMES.reco_losses_inside!,
    float(result.eInGev),
    NAMES.reco_losses_total!,
    float(result.eTotGev),
    NAMES.position!,
    iceTrayObject('icecube._dataclasses', 'I3Position', positionArchive(result)),
    NAMES.time!,
    float(result.timeNs),
    NAMES.energy!,
    float(result.energyGev),
    NAMES.nside!,
    ids[0],
    NAMES.pixel_id!,
    ids[1],
    NAMES.posvar_id!,
    ids[2],
    NAMES.id_tuple!,
    ...ids,
    END,
  ]);
}

/** The result in a pickle. Throws a MessageError, or what the pickle machine throws. */
export function readPixelVariation(pickle: Uint8Array): RecoResult {
  const value = readPickle(pickle, 'frame', 'The message');
  if (!isPickleObject(value) || value.className !== CLASS || !(value.state instanceof Map)) {
    throw new MessageError('The message holds a pickle that is no RecoPixelVariation.');
  }
  const state = value.state;
  const [nside, pixel, variation] = [
    integer(state, 'nside'),
    integer(state, 'pixel_id'),
    integer(state, 'posvar_id'),
  ] as const;
  if (!isNside(nside) || pixel < 0 || pixel >= pixelCount(nside) || variation < 0 || variation > 65_535) {
    throw new MessageError(`The message has a result of nside ${nside}, pixel ${pixel}, variation ${variation}.`);
  }
  const [x, y, z] = positionOf(state.get('position'));
  return {
    nside,
    pixel,
    variation,
    llh: figure(state, 'llh'),
    x,
    y,
    z,
    timeNs: figure(state, 'time'),
    eInGev: figure(state, 'reco_losses_inside'),
    eTotGev: figure(state, 'reco_losses_total'),
    energyGev: figure(state, 'energy'),
  };
}

function positionArchive({ x, y, z }: RecoResult): Uint8Array {
  const archive = new Uint8Array(POSITION_HEAD.length + 24);
  archive.set(POSITION_HEAD);
  const view = new DataView(archive.buffer, POSITION_HEAD.length);
  view.setFloat64(0, x, true);
  view.setFloat64(8, y, true);
  view.setFloat64(16, z, true);
  return archive;
}

function positionOf(value: PickleValue | undefined): readonly [number, number, number] {
  const archive = value === undefined ? null : pickledBytes(value, POSITION_CLASSES);
  if (archive === null || archive.length !== POSITION_HEAD.length + 24) {
    throw new MessageError('The message has a result without a position.');
  }
  const view = new DataView(archive.buffer, archive.byteOffset + POSITION_HEAD.length);
  const at = (offset: number): number => finiteOrNaN(view.getFloat64(offset, true));
  return [at(0), at(8), at(16)];
}

function integer(state: ReadonlyMap<PickleValue, PickleValue>, name: string): number {
  const value = state.get(name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new MessageError(`The message has a result whose ${name} is no integer.`);
  }
  return value;
}

/** A float; Python's None stands for "not known". */
function figure(state: ReadonlyMap<PickleValue, PickleValue>, name: string): number {
  const value = state.get(name);
  if (value === null) return Number.NaN;
  if (typeof value !== 'number') throw new MessageError(`The message has a result whose ${name} is no number.`);
  return finiteOrNaN(value);
}

function finiteOrNaN(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
