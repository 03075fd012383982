/** What is known at a position of the sky, and how it is said. */
import { fixed, signed } from '../../plot/index.js';

/** What is known at a position. */
export interface PixelReading {
  /** The position asked for. */
  readonly raDeg: number;
  readonly decDeg: number;
  /** The finest known pixel there, and its centre; null where nothing was scanned. */
  readonly pixel: {
    readonly nside: number;
    readonly pixel: number;
    readonly raDeg: number;
    readonly decDeg: number;
    /** NaN where the fit failed. */
    readonly llh: number;
    readonly delta2Llh: number;
    /** In this pixel, of the probability map; null without one. */
    readonly probability: number | null;
  } | null;
  /** Smallest credible level whose region contains the position; null without a probability map. */
  readonly credibleLevel: number | null;
}

/** A reading in lines for people; null: outside the sky. */
export function readingLines(reading: PixelReading | null): string[] {
  if (reading === null) return ['Outside the sky'];
  const { raDeg, decDeg, pixel, credibleLevel } = reading;
  const place = `RA ${fixed(raDeg, 3)}\u00b0, dec ${signed(decDeg, 3)}\u00b0`;
  if (pixel === null) return [place, 'not scanned'];
  const lines = [place, `nside ${pixel.nside}, pixel ${pixel.pixel}`];
  if (Number.isNaN(pixel.llh)) return [...lines, 'the fit failed'];
  lines.push(`2 \u0394LLH ${fixed(pixel.delta2Llh, 2)}  (LLH ${fixed(pixel.llh, 3)})`);
  if (pixel.probability !== null) {
    const level = credibleLevel === null ? '' : `, ${levelText(credibleLevel)}`;
    lines.push(`Probability ${percent(pixel.probability)}${level}`);
  }
  return lines;
}

function levelText(level: number): string {
  return level > 0.9995 ? 'outside the 99.9 % region' : `credible level ${percent(level)}`;
}

function percent(share: number): string {
  const value = 100 * share;
  if (value < 0.001) return '< 0.001 %';
  return `${value >= 99.95 && value < 100 ? value.toFixed(2) : Number(value.toPrecision(3))} %`;
}
