/** From an event and a reco to what the scan engine is given. */
import { ConfigError } from '../config/index.js';
import { type DecodedEvent, type EventHeader, siteOf } from '../event/index.js';
import type { PreparedEvent, Reco, RecoInput } from '../reco/index.js';
import type { Progression, ScanSetup } from '../scan/index.js';
import { raDecOf, skyFrame } from '../sky/index.js';

/** Which event a scan is of; the names of its files come from it. `isReal`: default as the event's file says. */
export function scanMetadata({ header }: DecodedEvent, isReal?: boolean): ScanSetup['metadata'] {
  const { runId, eventId, eventType, mjd } = header;
  return { runId, eventId, eventType, mjd, isRealEvent: checkedIsReal(isReal, header) };
}

/** What is scanned and how. */
export interface SetupOptions {
  readonly metadata: ScanSetup['metadata'];
  readonly event: DecodedEvent;
  readonly reco: Reco;
  /** Both as `prepareWith` returns them. */
  readonly input: RecoInput;
  readonly prepared: PreparedEvent;
  readonly progression: Progression;
  /** Predictive scanning threshold. */
  readonly threshold: number;
}

/** The scan of a prepared event. */
export function scanSetup(options: SetupOptions): ScanSetup {
  const { metadata, event, reco, input, prepared, progression, threshold } = options;
  return {
    metadata,
    site: siteOf(event),
    reco,
    pointing: reco.pointing?.(input) ?? null,
    seedVertex: prepared.seedVertex,
    hlcTimes: prepared.hlcTimes,
    progression,
    threshold,
  };
}

/** Where a simulated event really comes from, null for others. */
export function truthOf(event: DecodedEvent): { raDeg: number; decDeg: number } | null {
  const { truth, header } = event;
  if (truth === null) return null;
  const { raRad, decRad } = raDecOf(skyFrame(header.mjd, siteOf(event)), truth.zenith, truth.azimuth);
  return { raDeg: (raRad * 180) / Math.PI, decDeg: (decRad * 180) / Math.PI };
}

/** Real events of IceCube have runs in [100000, 1000000); other telescopes and simulations number as they like. */
function checkedIsReal(wanted: boolean | undefined, { isReal, runId }: EventHeader): boolean {
  if (wanted === true && !(runId >= 100_000 && runId < 1_000_000)) {
    throw new ConfigError(
      'config/bad-value',
      `The event cannot be a real one: its run is ${runId}, and real runs have numbers from 100000 to 999999.`,
      'Leave out --real-event, or say --simulated-event.',
    );
  }
  return wanted ?? isReal;
}
