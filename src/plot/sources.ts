/** Lists of objects to mark on a map. */
import { ConfigError } from '../config/index.js';
import type { SkySource } from './options.js';

const HINT = 'Write one source a line: name,RA,dec with RA from 0 to 360 and dec from -90 to 90 degrees.';

/**
 * Reads a table of sources: one a line, `name,RA,dec` in degrees (ICRS); empty lines, lines starting with # and a header
 * line before all others are skipped. Throws ConfigError `config/bad-value` for anything else, and where none is left.
 */
export function parseSources(text: string, name = 'The list of sources'): SkySource[] {
  const sources: SkySource[] = [];
  let isFirst = true;
  text.split(/\r?\n/).forEach((line, k) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const cells = line.split(',').map((cell) => cell.trim());
    const [raDeg, decDeg] = cells.slice(-2).map((cell) => (cell === '' ? Number.NaN : Number(cell)));
    const isHeader = isFirst && Number.isNaN(raDeg) && Number.isNaN(decDeg) && cells.length >= 3;
    isFirst = false;
    if (isHeader) return;
    if (cells.length < 3 || !isPosition(raDeg!, decDeg!)) {
      throw new ConfigError('config/bad-value', `${name}, line ${k + 1}: "${line.trim()}" is not a source`, HINT);
    }
    sources.push({ name: cells.slice(0, -2).join(','), raDeg: raDeg!, decDeg: decDeg! });
  });
  if (sources.length === 0) throw new ConfigError('config/bad-value', `${name} holds no source.`, HINT);
  return sources;
}

/** Whether two numbers are a right ascension and a declination in degrees. */
export function isPosition(raDeg: number, decDeg: number): boolean {
  return raDeg >= 0 && raDeg <= 360 && decDeg >= -90 && decDeg <= 90;
}
