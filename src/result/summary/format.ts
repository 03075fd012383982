/** Angles, times, energies and durations as people write them. */

/** Whole units of `1 / perTurn` of `value`, rounded once and then split, so that 59.96 s never becomes 60.0 s. */
function sexagesimal(value: number, digits: number): [whole: number, minutes: number, seconds: string] {
  const scale = 10 ** digits;
  const total = Math.round(value * 3600 * scale);
  const seconds = (total % (60 * scale)) / scale;
  return [Math.floor(total / (3600 * scale)), Math.floor(total / (60 * scale)) % 60, seconds.toFixed(digits)];
}

/** Right ascension as `03h 08m 48.8s`. */
export function formatRaHms(raDeg: number): string {
  const [hours, minutes, seconds] = sexagesimal(raDeg / 15, 1);
  return `${two(hours % 24)}h ${two(minutes)}m ${seconds.padStart(4, '0')}s`;
}

/** Declination as `-03d 29' 46"`. */
export function formatAngleDms(angleDeg: number): string {
  const [degrees, minutes, seconds] = sexagesimal(Math.abs(angleDeg), 0);
  return `${angleDeg < 0 ? '-' : '+'}${two(degrees)}d ${two(minutes)}' ${two(seconds)}"`;
}

function two(value: number | string): string {
  return String(value).padStart(2, '0');
}

/** UTC of a modified Julian day as `2022-05-24T07:41:32.185`; null outside the years that dates can express. */
export function isoTime(mjd: number): string | null {
  const date = new Date(Math.round((mjd - 40587) * 86400_000));
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace('Z', '');
}

/** Energy with a unit that keeps it readable: `11.5 TeV`. */
export function formatEnergy(gev: number): string {
  const units: [string, number][] = [
    ['EeV', 1e9],
    ['PeV', 1e6],
    ['TeV', 1e3],
    ['GeV', 1],
  ];
  const [unit, size] = units.find(([, bound]) => Math.abs(gev) >= bound) ?? ['GeV', 1];
  return `${Number((gev / size).toPrecision(3))} ${unit}`;
}

/** Duration as `2 h 5 min`, `2 min 31 s`, `8.4 s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
