/** Which part of the sky the zoom shows. */
import { FileFormatError } from '../config/index.js';
import type { MapFigures } from './figures.js';
import { fromEquatorial, fromGalactic, type LonLat } from './frame.js';
import type { CompleteOptions } from './options.js';
import { zoomProjection } from './projection.js';

/** A square window; the centre in the picture's frame and in right ascension and declination, degrees. */
export interface SkyWindow {
  readonly centre: LonLat;
  readonly centreRaDec: LonLat;
  readonly sideDeg: number;
}

/** The window is so many times as large as the 90 % region ... */
const MARGIN = 1.8;
/** ... within these limits: a tight region keeps some of its surroundings, a huge one belongs into the all-sky picture. */
const SMALLEST_DEG = 2;
const LARGEST_DEG = 90;
/** Without a region, and for offsets farther away than a plane can show. */
const DEFAULT_DEG = 15;

/**
 * The window that shows the whole 90 % region (blurred probability) and the peak. With a chosen side, the same centre if
 * that still shows the peak well inside, else the peak.
 *
 * Throws {@link FileFormatError} `plot/no-position` where no pixel has a finite llh.
 */
export function chooseWindow(figures: MapFigures, options: CompleteOptions): SkyWindow {
  const anchor = figures.peak ?? figures.bestFit;
  if (anchor === null) {
    throw new FileFormatError(
      'plot/no-position',
      'No pixel of this map has a fit, so there is no position to zoom on',
      'Draw the all-sky picture only (--kind allsky).',
    );
  }
  const at = fromEquatorial(options.frame, anchor.raDeg, anchor.decDeg);
  // Offsets on a plane that touches the sky at the anchor, 1 unit = 1 degree there, y downwards.
  const plane = zoomProjection(at, 2, { left: -1, top: -1, right: 1, bottom: 1 });
  const region = figures.regions.find(({ kind, level }) => kind === 'probability' && level === 0.9);
  let [left, right, top, bottom] = [0, 0, 0, 0];
  for (const ring of region?.rings ?? []) {
    for (const [ra, dec] of ring) {
      const point = plane.rawPoint(fromEquatorial(options.frame, ra, dec));
      if (point === null) continue;
      [left, right] = [Math.min(left, point[0]), Math.max(right, point[0])];
      [top, bottom] = [Math.min(top, point[1]), Math.max(bottom, point[1])];
    }
  }
  const extent = Math.max(right - left, bottom - top);
  const wanted = extent === 0 ? DEFAULT_DEG : Math.max(SMALLEST_DEG, MARGIN * extent);
  const sideDeg = options.windowDeg ?? Math.min(LARGEST_DEG, wanted);
  const offset: readonly [number, number] = [(left + right) / 2, (top + bottom) / 2];
  const isPeakInside = Math.max(Math.abs(offset[0]), Math.abs(offset[1])) < 0.4 * sideDeg;
  const centre = (wanted <= LARGEST_DEG && isPeakInside ? plane.direction(offset) : null) ?? at;
  const lon = ((centre[0] % 360) + 360) % 360;
  return {
    centre: [lon, centre[1]],
    centreRaDec: options.frame === 'galactic' ? fromGalactic('equatorial', lon, centre[1]) : [lon, centre[1]],
    sideDeg,
  };
}
