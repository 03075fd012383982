/** The script of an HTML report: makes its sky and its event move. Reads the data blocks of the page. */
import { directionOf, skyFrame } from '../../sky/index.js';
import type { ReportData } from '../report.js';
import { byId } from './elements.js';
import { createEventView, type EventView } from './event-view.js';
import { unpackProbability, unpackText } from './map-data.js';
import { createSkyView, type SkyMark, type SkyView } from './sky-view.js';
import { themeSwitch } from './theme-switch.js';

const data = JSON.parse(byId('report').textContent) as ReportData;
const views: { setTheme(theme: 'light' | 'dark'): void }[] = [];
const theme = themeSwitch(byId('theme-place'), (chosen) => {
  for (const view of views) view.setTheme(chosen);
});

const sky = createSkyView(byId('sky'), { theme });
views.push(sky);
sky.setMaps(unpackText(byId('pixels').textContent).map(({ nside, pixel, value }) => ({ nside, pixel, llh: value })));
const { figures, truth } = data;
if (figures !== null) {
  sky.setProbability(unpackProbability(byId('probability').textContent));
  sky.setContours(figures.regions.filter(({ kind }) => kind === 'probability'));
  const marks: SkyMark[] = [{ kind: 'peak', raDeg: figures.peak.raDeg, decDeg: figures.peak.decDeg }];
  if (truth !== null) marks.unshift({ kind: 'truth', ...truth });
  sky.setMarks(marks);
}

const host = document.getElementById('event');
if (host !== null && data.event !== null) views.push(showEvent(host, data));

function showEvent(place: HTMLElement, { event, track }: ReportData): EventView {
  const view = createEventView(place, event!, theme);
  if (track !== null) {
    const frame = skyFrame(event!.mjd, event!.site);
    const { zenith, azimuth } = directionOf(frame, (track.raDeg * Math.PI) / 180, (track.decDeg * Math.PI) / 180);
    view.setTrack({ ...track, zenith, azimuth });
  }
  return view;
}

// For tests and for the curious: the sky of this report.
(globalThis as { skymapReport?: { sky: SkyView } }).skymapReport = { sky };
