/** What is shown of an event that was read: its figures, and the display of its light. */
import { byId, make } from '../web/page/elements.js';
import { createEventView, type EventView } from '../web/page/event-view.js';
import { factsTable } from './facts.js';
import type { OpenedEvent } from './messages.js';

/** Shows an event, or takes it away; returns its display. */
export function showEvent(event: OpenedEvent | null): EventView | null {
  const about = byId('event-about');
  const notes = byId('event-notes');
  about.hidden = event === null;
  notes.hidden = event === null || event.notes.length === 0;
  byId('display-part').hidden = event === null;
  byId('display').replaceChildren();
  if (event === null) return null;
  about.replaceChildren(factsTable(figuresOf(event)));
  notes.replaceChildren(...event.notes.map((text) => make('li', {}, text)));
  return createEventView(
    byId('display'),
    event.picture,
    document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light',
  );
}

function figuresOf({ name, about, truth }: OpenedEvent): [string, string][] {
  const { pulses } = about;
  return [
    ['File', name],
    ['Event', `run ${about.run_id}, event ${about.event_id}`],
    ['Type', `${about.event_type ?? 'none'}, ${about.is_real ? 'real' : 'simulated'}`],
    ['Start', `${about.start_time.replace('T', ' ').replace(/(\.\d{3})\d*Z?$/, '$1')} UTC`],
    ['Pulses', `${pulses.n_pulse} on ${pulses.n_dom} modules, ${pulses.charge_pe.toFixed(1)} PE`],
    ...(truth === null
      ? []
      : [['Truth', `RA ${truth.raDeg.toFixed(2)}\u00b0, dec ${truth.decDeg.toFixed(2)}\u00b0`] as [string, string]]),
  ];
}
