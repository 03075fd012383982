/**
 * A reco around any program: the program gets the whole event in the open event format and one pixel at a time; the
 * scanner gives it a start vertex and keeps everything else out of its way (one variation, nothing rotated).
 */
import { writeOpenEvent } from '../../event/index.js';
import { findVertex, hlcTimes, splitByLocalCoincidence } from '../../prepare/index.js';
import type { PreparedEvent, Reco, RecoInput, Vertex } from '../../reco/index.js';

/** What a program is told once. */
export interface CommandData {
  /** First line on its standard input: `{"event": <open event>, "options": {...}}`. */
  readonly greeting: string;
}

/** Thresholds at which a vertex is looked for, PE, the first that gives one (specs/reco-splinempe.md 2.5). */
const VERTEX_THRESHOLDS_PE = [250, 5];

/** The reco of that name around a program. */
export function commandReco(name: string): Reco<CommandData> {
  return {
    name,
    about: 'a program of the user',
    variations: [[0, 0, 0]],
    rotatesVertex: false,
    refinesTime: true,
    addsFallbackSeed: false,
    taskUnit: 'variation',
    prepare({ event, detector, settings }: RecoInput): PreparedEvent<CommandData> {
      const document: unknown = JSON.parse(writeOpenEvent(event, detector));
      const { hlc } = splitByLocalCoincidence(event.pulses);
      const found = findVertex(hlc, detector, VERTEX_THRESHOLDS_PE);
      const seedVertex: Vertex =
        found === null ? { x: 0, y: 0, z: 0, timeNs: 0 } : { x: found.x, y: found.y, z: found.z, timeNs: found.timeNs };
      return {
        seedVertex,
        hlcTimes: hlcTimes(hlc, detector),
        data: { greeting: JSON.stringify({ event: document, options: settings }) },
        notes: found === null ? ['No vertex was found: fits start at the origin.'] : [],
      };
    },
    createFit() {
      throw new Error('a program is run in a process of its own, not in a thread');
    },
  };
}
