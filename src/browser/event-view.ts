/** What is shown of an event that was read. */
import { define, made, part } from './dom.js';
import type { OpenedEvent } from './messages.js';

export function showEvent(event: OpenedEvent | null): void {
  const list = part('event-about');
  const notes = part('event-notes');
  list.hidden = event === null;
  notes.hidden = event === null || event.notes.length === 0;
  if (event === null) return;
  const { about, truth } = event;
  const { pulses } = about;
  define(list, [
    ['file', event.name],
    ['event', `run ${about.run_id}, event ${about.event_id}`],
    ['type', `${about.event_type ?? 'no event type'}, ${about.is_real ? 'real' : 'simulated'}`],
    ['start', `${about.start_time} UTC`],
    ['pulses', `${pulses.n_pulse} on ${pulses.n_dom} modules, ${pulses.charge_pe.toFixed(1)} PE`],
    ...(truth === null
      ? []
      : [['truth', `RA ${truth.raDeg.toFixed(2)}°, dec ${truth.decDeg.toFixed(2)}°`] as [string, string]]),
  ]);
  notes.replaceChildren(...event.notes.map((text) => made('li', text)));
}
