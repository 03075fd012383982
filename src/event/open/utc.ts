/** UTC times as texts and as modified Julian days (specs/event-formats.md section 8). */

const MJD_OF_1970 = 40587;

/** A moment in UTC. */
export interface Utc {
  /** ISO 8601 with 10 digits after the point, as `EventHeader.startTimeUtc`. */
  readonly text: string;
  readonly mjd: number;
}

/**
 * Reads 'YYYY-MM-DDThh:mm:ss[.f]Z'. The second 60 is taken as a leap second at the end of a month's last day. The MJD
 * comes out of the same operations in the same order as that of an alert. Null where the text is no time.
 */
export function parseUtc(text: string): Utc | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,10}))?Z$/.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  const isDate = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const isLeapSecond =
    second === 60 && minute === 59 && hour === 23 && new Date(midnight + 86_400_000).getUTCDate() === 1;
  if (!isDate || hour > 23 || minute > 59 || (second > 59 && !isLeapSecond)) return null;
  const tenthNs = (match[7] ?? '').padEnd(10, '0');
  const secondOfDay = 3600 * hour + 60 * minute + second;
  const leap = secondOfDay === 86_400 ? 1 : 0;
  const mjd = MJD_OF_1970 + midnight / 86_400_000 + (secondOfDay - leap + (0.1 * Number(tenthNs)) / 1e9) / 86_400;
  return { text: `${text.slice(0, 19)}.${tenthNs}Z`, mjd };
}
