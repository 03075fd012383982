/**
 * The detector as it was during one event: the one function that puts built-in tables, a baseline GCD file, an alert's
 * differences and an open event's own modules together (specs/event-formats.md 11 and 12).
 */
import { EventFormatError } from '../config/index.js';
import type { DecodedEvent, FullGcd, OpenDetector } from '../event/index.js';
import { baselineNameOf } from './baseline.js';
import { applyDifferences, detectorFromFullGcd, mergeGcd, withHitModulesOn } from './gcd.js';
import { domIndices } from './lookup.js';
import { DEFAULT_MEAN_CHARGE_PE, keyText, packModules } from './modules.js';
import type { Detector } from './types.js';

/** A baseline GCD file that has been read. */
export interface Baseline {
  /** Its file name, for people. */
  readonly name: string;
  readonly gcd: FullGcd;
}

/** What `detectorForEvent` needs of an event. */
export type DetectorSource = Pick<DecodedEvent, 'pulses' | 'gcdDifferences' | 'fullGcd' | 'openDetector' | 'header'>;

/**
 * The detector of an event. `provenance` of the result says in sentences where it comes from, in particular that a
 * baseline file is not at hand.
 *
 * @param builtin the built-in IC86 (`loadIc86`)
 * @param baseline the file that `chooseBaseline` chose, or null where there is none
 * @throws EventFormatError detector/unknown-dom where a pulse belongs to a module that the detector lacks
 */
export function detectorForEvent(event: DetectorSource, builtin: Detector, baseline: Baseline | null): Detector {
  const detector = assemble(event, builtin, baseline);
  refuseUnknownModules(event, detector);
  const { speResidual: _, ...plain } = withHitModulesOn(detector, event.pulses);
  return plain;
}

function assemble(event: DetectorSource, builtin: Detector, baseline: Baseline | null): Detector {
  const residual = builtin.speResidual;
  if (event.openDetector !== null)
    return event.openDetector === 'IC86' ? builtin : detectorFromOpen(event.openDetector);
  if (event.fullGcd !== null) return detectorFromFullGcd(event.fullGcd, { source: 'the event file', residual });
  const differences = event.gcdDifferences;
  if (baseline !== null) {
    if (differences === null) {
      const plain = detectorFromFullGcd(baseline.gcd, { source: `baseline ${baseline.name}`, residual });
      const note = `The event has no detector data: ${baseline.name} was chosen by its run number ${event.header.runId}.`;
      return { ...plain, provenance: [...plain.provenance, note] };
    }
    return detectorFromFullGcd(mergeGcd(baseline.gcd, differences), {
      source: `baseline ${baseline.name} with the event's differences`,
      residual,
    });
  }
  if (differences === null) {
    return {
      ...builtin,
      provenance: [...builtin.provenance, 'The event has no detector data: the built-in IC86 was used.'],
    };
  }
  const missing = baselineNameOf(event);
  const note =
    missing === null
      ? "The event's differences were applied to the built-in IC86."
      : `The event refers to the baseline ${missing}, which is not at hand: its differences were applied to the built-in IC86.`;
  return applyDifferences({ ...builtin, provenance: [...builtin.provenance, note] }, differences, event.pulses);
}

/** The detector that an open event brings along, in the event's own words where it says whence. */
export function detectorFromOpen(open: OpenDetector): Detector {
  const off = open.modules.filter((m) => !m.isOn).length;
  const sentence = `Detector ${open.name} from the event file: ${open.modules.length} modules, ${off} of them off.`;
  return packModules(
    open.name,
    open.modules.map((m) => ({
      ...m,
      meanChargePe: m.meanChargePe ?? DEFAULT_MEAN_CHARGE_PE,
      isSlcOnly: m.isSlcOnly ?? false,
    })),
    open.provenance?.length ? open.provenance : [sentence],
  );
}

function refuseUnknownModules(event: DetectorSource, detector: Detector): void {
  const pulses = event.pulses;
  const indices = domIndices(detector, pulses);
  const unknown = [...indices.keys()].filter((i) => indices[i]! < 0 && pulses.first[i] !== pulses.first[i + 1]);
  if (unknown.length === 0) return;
  const names = unknown
    .slice(0, 3)
    .map((i) => keyText({ string: pulses.string[i]!, om: pulses.om[i]!, pmt: pulses.pmt[i]! }));
  const list = names.join('; ') + (unknown.length > 3 ? `; and ${unknown.length - 3} more` : '');
  throw new EventFormatError(
    'detector/unknown-dom',
    `The event has pulses on ${unknown.length === 1 ? 'a module' : 'modules'} (string, om) that detector ${detector.name} does not have: ${list}.`,
    'Give the baseline GCD file of the event (--gcd-dir), or an open event that lists its own modules.',
  );
}
