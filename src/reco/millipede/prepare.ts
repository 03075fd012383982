/**
 * From an event to the rows of a fit: exclusions, cleaning and binning (specs/reco-millipede.md sections 2 and 3).
 */
import { RecoError } from '../../config/index.js';
import type { Detector } from '../../detector/index.js';
import {
  type DecodedEvent,
  type DomWindows,
  type OMKey,
  type PulseMap,
  selectPulses,
  type TimeWindow,
} from '../../event/index.js';
import {
  brightDoms,
  deepCoreDoms,
  detectorReadout,
  type FoundVertex,
  findVertex,
  latePulseCleaning,
  outsideDeepCoreMask,
  saturatedDoms,
  slcOnlyDoms,
  sparseUnhitDoms,
  splitByLocalCoincidence,
  wilksPulseCleaning,
} from '../../prepare/index.js';
import { buildRows, type Rows } from './rows.js';
import type { MillipedeSettings } from './settings.js';

/** What the cleaning leaves of an event. */
interface Cleaned {
  readonly pulses: PulseMap;
  readonly readout: TimeWindow;
  readonly windows: readonly DomWindows[];
  readonly excluded: readonly OMKey[];
}

/** The rows of an event. */
export function prepareRows(event: DecodedEvent, detector: Detector, settings: MillipedeSettings): Rows {
  const cleaned = settings.kind === 'original' ? cleanOriginal(event, settings) : cleanWilks(event, detector, settings);
  const excluded = [
    ...slcOnlyDoms(detector),
    ...deepCoreDoms(detector),
    ...saturatedDoms(event.saturationWindows),
    ...cleaned.excluded,
  ];
  const windows = [...event.calibrationErrata, ...cleaned.windows];
  const readout = detectorReadout(detector, cleaned.readout, excluded, windows);
  return buildRows(detector, readout, cleaned.pulses, settings.bins);
}

function cleanOriginal(event: DecodedEvent, settings: MillipedeSettings): Cleaned {
  const { keep, excluded } = latePulseCleaning(event.pulses);
  return {
    pulses: selectPulses(event.pulses, keep),
    readout: event.readoutWindow ?? spanOf(event.pulses),
    windows: excluded,
    excluded: brightDoms(event.pulses, settings.brightFactor),
  };
}

function cleanWilks(event: DecodedEvent, detector: Detector, settings: MillipedeSettings): Cleaned {
  const outside = selectPulses(event.pulses, outsideDeepCoreMask(event.pulses, detector));
  const cleaned = wilksPulseCleaning(outside);
  const pulses = selectPulses(outside, cleaned.keep);
  return {
    pulses,
    readout: cleaned.readout,
    windows: cleaned.excluded,
    excluded: [...brightDoms(outside, settings.brightFactor), ...sparseUnhitDoms(detector, pulses)],
  };
}

/** From the first pulse to the end of the last, for events that do not say how long they were read out. */
function spanOf(pulses: PulseMap): TimeWindow {
  let startNs = Number.POSITIVE_INFINITY;
  let stopNs = Number.NEGATIVE_INFINITY;
  for (let p = 0; p < pulses.timeNs.length; p++) {
    startNs = Math.min(startNs, pulses.timeNs[p]!);
    stopNs = Math.max(stopNs, pulses.timeNs[p]! + Math.max(pulses.widthNs[p]!, 1));
  }
  return { startNs, stopNs };
}

/** Where fits of the coarsest pixels start. Throws {@link RecoError} `reco/bad-event` where there is no such place. */
export function findSeedVertex(
  event: DecodedEvent,
  detector: Detector,
  { vertexThresholdsPe }: MillipedeSettings,
): SeedVertex {
  if (event.vetoVertex !== null) return event.vetoVertex;
  const { hlc } = splitByLocalCoincidence(event.pulses);
  const vertex = findVertex(hlc, detector, vertexThresholdsPe);
  if (vertex !== null) return vertex;
  throw new RecoError(
    'reco/bad-event',
    `The event has no more than ${vertexThresholdsPe.at(-1)} photo-electrons of coincident pulses within 3 microseconds: no start vertex.`,
    'Such an event cannot be scanned with this reconstruction.',
  );
}

type SeedVertex = Pick<FoundVertex, 'x' | 'y' | 'z' | 'timeNs'>;
