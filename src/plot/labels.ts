/** Angles, times, areas and errors as an astronomer writes them. Minus signs are real ones. */

/** How right ascension is written. */
export const RA_UNITS = ['degrees', 'hours'] as const;
export type RaUnit = (typeof RA_UNITS)[number];

/** A number with fixed decimals and a real minus sign. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return text.startsWith('-') ? (Number(text) === 0 ? text.slice(1) : `\u2212${text.slice(1)}`) : text;
}

/** The same with a plus sign where it is positive. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** Decimals that a step of an axis needs: 0.5 -> 1. */
export function decimalsOf(step: number): number {
  let decimals = 0;
  while (decimals < 6 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-9) decimals++;
  return decimals;
}

/** A longitude label: `47.5°`, or `3h10m` for right ascension in hours. */
export function longitudeLabel(deg: number, stepDeg: number, unit: RaUnit): string {
  const turned = deg - 360 * Math.floor(deg / 360 + 1e-9);
  return unit === 'hours' ? hours(turned, stepDeg) : `${fixed(turned, decimalsOf(stepDeg))}\u00b0`;
}

/** A latitude label: `−3.5°`, `+10°`, `0°`. */
export function latitudeLabel(deg: number, stepDeg: number): string {
  return `${signed(deg, decimalsOf(stepDeg))}\u00b0`;
}

/** Right ascension in hours with as many parts as the step needs. */
function hours(deg: number, stepDeg: number): string {
  const stepSeconds = stepDeg * 240;
  const seconds = Math.round(deg * 240) % 86400;
  const h = Math.floor(seconds / 3600);
  const m = Math.floor(seconds / 60) % 60;
  const s = seconds % 60;
  if (stepSeconds >= 3600 - 1e-6) return `${h}h`;
  const minutes = `${h}h${String(m).padStart(2, '0')}m`;
  return stepSeconds >= 60 - 1e-6 ? minutes : `${minutes}${String(s).padStart(2, '0')}s`;
}

/** `RA 47.20°, Dec −3.47°`, or hours with seconds. */
export function positionText(raDeg: number, decDeg: number, unit: RaUnit): string {
  const ra = unit === 'hours' ? hours(raDeg, 240 / 86400) : `${fixed(Number(raDeg.toFixed(2)) % 360, 2)}\u00b0`;
  return `RA ${ra}, Dec ${signed(decDeg, 2)}\u00b0`;
}

/** An area in square degrees with three significant digits and no exponent: `0.61`, `12.3`, `4127`. */
export function areaText(deg2: number): string {
  const decimals = deg2 >= 99.95 ? 0 : deg2 >= 9.995 ? 1 : deg2 >= 0.0995 ? 2 : 4;
  return `${deg2.toFixed(decimals)} deg\u00b2`;
}

/** A value of the colour bar: `0`, `2.5`, `12000`, `0.004`. */
export function tickText(value: number): string {
  return fixed(value, decimalsOf(value));
}

/** A modified Julian date (UTC) as `2022-05-24 07:41:32 UTC`; empty where it is no date. */
export function utcText(mjd: number): string {
  const ms = Math.round((mjd - 40587) * 86_400) * 1000;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return '';
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
