/**
 * What an alert message says of its event beside the frames (specs/event-formats.md 1.1 and 15.3), for events that no
 * alert system has seen: numbers, time, figures of the cleaned pulses, earlier fits.
 */
import type { Detector } from '../detector/index.js';
import { type DecodedEvent, type Particle, summarizePulses } from '../event/index.js';
import { cleanMuonPulses } from './muon-pulses.js';

/** Members of `reco`, and the fits that they quote: of either naming, the first that there is. */
const FITS = [
  ['splinempe', ['OnlineL2_SplineMPE', 'l2_online_SplineMPE']],
  ['spefit2', ['OnlineL2_SPE2itFit', 'l2_online_SPE2itFit', 'HESE_SPEFit2', 'SPEFit2']],
  ['onlineL2_bestfit', ['OnlineL2_BestFit']],
  ['l2_online_bestfit', ['l2_online_BestFit']],
] as const;

/** Run and event as alerts name them: 'run00136662.evt000035405932'. */
export function uniqueEventId({ runId, eventId }: Pick<DecodedEvent['header'], 'runId' | 'eventId'>): string {
  return `run${String(runId).padStart(8, '0')}.evt${String(eventId).padStart(12, '0')}`;
}

/** The members of `value.data` beside the frames. Angles in radians. */
export function alertSummary(event: DecodedEvent, detector: Detector): Readonly<Record<string, unknown>> {
  const { header, particles } = event;
  const { n_dom, n_pulse, charge_pe } = summarizePulses(cleanMuonPulses(event.pulses, detector).outsideDeepCore);
  const reco = Object.fromEntries(
    FITS.flatMap(([member, keys]) => {
      const key = keys.find((name) => particles[name] !== undefined);
      return key === undefined ? [] : [[member, direction(particles[key]!)] as const];
    }),
  );
  return {
    run_id: header.runId,
    event_id: header.eventId,
    unique_id: uniqueEventId(header),
    eventtime: header.startTimeUtc.slice(0, 26).replace('T', ' '),
    nch: n_dom,
    npulses: n_pulse,
    qtot: fiveDigits(charge_pe),
    reco,
  };
}

function direction({ zenith, azimuth }: Particle): { readonly zen: number; readonly azi: number } {
  return { zen: fiveDigits(zenith), azi: fiveDigits(azimuth) };
}

function fiveDigits(value: number): number {
  return Number(value.toFixed(5));
}
