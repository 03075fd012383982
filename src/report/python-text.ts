/**
 * Numbers, durations and dates as upstream's reports print them (Python's formats, specs/sky-and-scan.md 6.3), so that
 * whoever parses those goes on working.
 */

/** Seconds, cut to whole ones: `1:02:03`, `1 day, 0:00:05`, `-1 day, 23:59:59`. */
export function durationText(seconds: number): string {
  const whole = Math.trunc(seconds);
  const days = Math.floor(whole / 86_400);
  const rest = whole - days * 86_400;
  const minutes = String(Math.floor(rest / 60) % 60).padStart(2, '0');
  const clock = `${Math.floor(rest / 3600)}:${minutes}:${String(rest % 60).padStart(2, '0')}`;
  if (days === 0) return clock;
  return `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`;
}

/** Epoch milliseconds as `YYYY-MM-DD HH:MM:SS` in the local time zone. */
export function dateText(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A float: whole numbers keep a `.0`. */
export function floatText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Two decimals; exact halves go to the even digit (0.125 -> 0.12), which toFixed does not do. */
export function twoDecimals(value: number): string {
  const hundredths = value * 100;
  const isTie = Number.isInteger(value * 8) && hundredths - Math.floor(hundredths) === 0.5;
  if (!isTie) return value.toFixed(2);
  const below = Math.floor(hundredths);
  return ((below % 2 === 0 ? below : below + 1) / 100).toFixed(2);
}
