/** I3SuperDSTTriggerSeries: the triggers of an event in a few bytes (specs/event-formats.md 7.6). Shown, not used. */
import type { ArchiveReader } from './archive-reader.js';
import { readSizeCodec } from './super-dst.js';

export interface SuperDstTrigger {
  /** Position in the trigger map of the detector status. */
  readonly configIndex: number;
  readonly timeNs: number;
  readonly lengthNs: number;
}

/** Tag and two sizes. */
const TRIGGER_BYTES = 3;

/** The frame object I3SuperDSTTriggerSeries. */
export function readSuperDstTriggers(archive: ArchiveReader): SuperDstTrigger[] {
  archive.base();
  const count = readSizeCodec(archive);
  if (count * TRIGGER_BYTES > archive.remaining) throw archive.error(`promises ${count} triggers that are not there`);
  const triggers: SuperDstTrigger[] = [];
  let timeNs = 0;
  for (let i = 0; i < count; i++) {
    const tag = archive.u8();
    const lengthNs = readSizeCodec(archive) * 16 + (tag >> 4);
    timeNs += readSizeCodec(archive);
    triggers.push({ configIndex: tag & 15, timeNs, lengthNs });
  }
  return triggers;
}
