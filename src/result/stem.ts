/** Names of a scan's files: `run00136662.evt000035405932.neutrino_8_64_512` (specs/sky-and-scan.md sections 7 and 15). */
import type { ScanMetadata } from './types.js';

/** What of an event names files and directories. */
export type EventId = Pick<ScanMetadata, 'runId' | 'eventId' | 'eventType'>;

/** `run00136662.evt000035405932.neutrino`; an event without a type is "None", as upstream prints it. */
export function eventStem({ runId, eventId, eventType }: EventId): string {
  // A type comes from the event file and must not be able to name another directory.
  const type = (eventType ?? 'None').replace(/[^\w+-]/g, '_').slice(0, 64);
  return `run${String(runId).padStart(8, '0')}.evt${String(eventId).padStart(12, '0')}.${type}`;
}

/** The event's stem with the nsides that are present, ascending. Throws a RangeError for a result without pixels. */
export function resultFileStem(event: EventId, nsides: readonly number[]): string {
  if (nsides.length === 0) throw new RangeError('a result without a finished pixel has no file');
  return `${eventStem(event)}_${[...nsides].sort((a, b) => a - b).join('_')}`;
}
