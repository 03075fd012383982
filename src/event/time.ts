/**
 * IceTray's time: a year and tenths of nanoseconds since its start, leap seconds counted (specs/event-formats.md
 * section 8). In the order of operations below the MJD equals the reference results to the last bit.
 */
import type { I3Time } from './icetray/basic-objects.js';

/** Days (MJD) that end with a leap second. */
const LEAP_DAYS: ReadonlySet<number> = new Set([
  41316, 41498, 41682, 42047, 42412, 42777, 43143, 43508, 43873, 44238, 44785, 45150, 45515, 46246, 47160, 47891, 48256,
  48803, 49168, 49533, 50082, 50629, 51178, 53735, 54831, 56108, 57203, 57753,
]);
const MJD_OF_1970 = 40587;
const TENTHS_PER_SECOND = 10_000_000_000n;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2200;

/** A moment in UTC. */
export interface UtcTime {
  /** ISO 8601 with ten digits after the second: '2022-05-24T07:41:32.1853524946Z'. */
  readonly iso: string;
  /** Modified Julian day. */
  readonly mjd: number;
}

/** The moment, or null for a time that is none: outside of its year, or of a year that no event is from. */
export function utcTime({ year, tenthNs }: I3Time): UtcTime | null {
  if (year < FIRST_YEAR || year > LAST_YEAR || tenthNs < 0n) return null;
  let day = dayOfNewYear(year);
  const lastDay = dayOfNewYear(year + 1);
  let second = Number(tenthNs / TENTHS_PER_SECOND);
  const tenths = Number(tenthNs % TENTHS_PER_SECOND);
  while (second >= secondsOf(day)) {
    second -= secondsOf(day);
    if (++day >= lastDay) return null;
  }
  const leap = second === 86400 ? 1 : 0;
  const mjd = day + (second - leap + (0.1 * tenths) / 1e9) / 86400;
  const date = new Date((day - MJD_OF_1970) * 86_400_000).toISOString().slice(0, 10);
  const minutes = Math.min(Math.floor(second / 60), 1439);
  const clock = [Math.floor(minutes / 60), minutes % 60, second - minutes * 60].map((n) => String(n).padStart(2, '0'));
  return { iso: `${date}T${clock.join(':')}.${String(tenths).padStart(10, '0')}Z`, mjd };
}

function dayOfNewYear(year: number): number {
  return Date.UTC(year, 0, 1) / 86_400_000 + MJD_OF_1970;
}

function secondsOf(day: number): number {
  return LEAP_DAYS.has(day) ? 86401 : 86400;
}
