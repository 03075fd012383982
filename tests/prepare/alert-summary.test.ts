/** What the summary of an alert says is what IceCube's own alerts say of the same events. */
import { expect, it } from 'vitest';
import { decodeEvent } from '../../src/event/index.js';
import { alertSummary, uniqueEventId } from '../../src/prepare/index.js';
import type { Loose } from '../event/as-reference.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import { builtinIc86 } from './decoded.js';

const FILES = [
  'run00135292-evt000056063172',
  'run00136055-evt000000348073',
  'run00136504-evt000001833389',
  'run00136662-evt000035405932-BRONZE',
].map((name) => `data/events/${name}.pkl`);

needsShared('the summary of an alert', FILES, () => {
  it.each(FILES)('has the numbers, time, charges and directions of the message: %s', async (file) => {
    const event = decodeEvent(sharedBytes(file), file);
    const said: Loose = event.alert!.message;
    const summary: Loose = alertSummary({ ...event, alert: null }, await builtinIc86());
    for (const member of ['run_id', 'event_id', 'unique_id', 'eventtime', 'nch', 'npulses', 'qtot']) {
      expect(summary[member], member).toEqual(said[member]);
    }
    const { zen, azi } = said.reco.splinempe;
    expect(summary.reco.splinempe).toEqual({ zen, azi });
    const best = said.reco.onlineL2_bestfit;
    expect(summary.reco.onlineL2_bestfit).toEqual({ zen: best.zen, azi: best.azi });
  });
});

it('names events as alerts do', () => {
  expect(uniqueEventId({ runId: 136662, eventId: 35405932 })).toBe('run00136662.evt000035405932');
});
