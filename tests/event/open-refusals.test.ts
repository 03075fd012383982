import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventFormatError } from '../../src/config/index.js';
import { readOpenEvent } from '../../src/event/open/index.js';
import { SMALLEST, TELESCOPE } from './open-samples.js';

function messageOf(document: unknown): string {
  try {
    readOpenEvent(document, 'event.json');
  } catch (error) {
    expect(error).toBeInstanceOf(EventFormatError);
    expect((error as EventFormatError).code).toBe('event/bad-open-event');
    expect((error as EventFormatError).hint).toContain('docs/event-format.md');
    return (error as Error).message;
  }
  throw new Error('the document was accepted');
}

describe('a bad open event is refused with the place and what belongs there', () => {
  const pulses = SMALLEST.pulses[0];
  const withPulses = (change: object): object => ({ ...SMALLEST, pulses: [{ ...pulses, ...change }] });
  const withHeader = (change: object): object => ({ ...SMALLEST, header: { ...SMALLEST.header, ...change } });
  const withModule = (change: object): object => ({
    ...SMALLEST,
    detector: { ...TELESCOPE, modules: [{ ...TELESCOPE.modules[0], ...change }] },
  });
  const withSite = (change: object): object => ({
    ...SMALLEST,
    detector: { ...TELESCOPE, site: { latitude_deg: 42.8, longitude_deg: 6.17, x_axis_azimuth_deg: 0, ...change } },
  });
  test.each<[string, unknown, string]>([
    ['a number', 5, 'event.json should be an object, but is 5.'],
    ['nothing inside', {}, 'event.json: format is missing: it should be "skymap-scanner-event".'],
    ['a later version', { ...SMALLEST, version: 2 }, 'event.json: version should be 1, but is 2.'],
    ['a misspelt member', { ...SMALLEST, puls: [] }, 'event.json has a member that the format does not know: "puls".'],
    ['no pulse list', { ...SMALLEST, pulses: {} }, 'event.json: pulses should be a list, but is an object.'],
    ['a null module', { ...SMALLEST, pulses: [null] }, 'event.json: pulses[0] should be an object, but is null.'],
    [
      'a text time',
      withPulses({ t_ns: [1, '2'] }),
      'event.json: pulses[0].t_ns[1] should be a number, but is the text "2".',
    ],
    [
      'a negative charge',
      withPulses({ q_pe: [1, -1] }),
      'event.json: pulses[0].q_pe[1] should be a number of 0 or more, but is -1.',
    ],
    ['a charge too few', withPulses({ q_pe: [1] }), 'event.json: pulses[0].q_pe has 1 entries, but t_ns has 2.'],
    ['a half name', withPulses({ module: [1] }), 'event.json: pulses[0].module has fewer than 2 entries.'],
    [
      'a tube beyond 255',
      withPulses({ module: [1, 2, 256] }),
      'event.json: pulses[0].module should name a tube from 0 to 255, not 256.',
    ],
    [
      'hlc as text',
      withPulses({ hlc: 'yes' }),
      'event.json: pulses[0].hlc should be one value, or a list with one for each pulse, but is the text "yes".',
    ],
    ['neither hlc nor flags', withPulses({ hlc: undefined }), 'event.json: pulses[0] lacks the member hlc (or flags).'],
    ['both hlc and flags', withPulses({ flags: 1 }), 'event.json: pulses[0] has both flags and hlc: give one of them.'],
    [
      'a module twice',
      { ...SMALLEST, pulses: [pulses, pulses] },
      'event.json: pulses[1].module names the same module as entry 0.',
    ],
    [
      'an unknown detector',
      { ...SMALLEST, detector: 'ARCA6' },
      'event.json: detector should be "IC86" or an object with the modules, but is the text "ARCA6".',
    ],
    ['no modules', { ...SMALLEST, detector: { ...TELESCOPE, modules: [] } }, 'event.json: detector.modules is empty.'],
    [
      'a text position',
      withModule({ position_m: [1, 2, '3'] }),
      'event.json: detector.modules[0].position_m[2] should be a number, but is the text "3".',
    ],
    [
      'no efficiency',
      withModule({ efficiency: 0 }),
      'event.json: detector.modules[0].efficiency should be more than 0, but is 0.',
    ],
    [
      'a site beyond the pole',
      withSite({ latitude_deg: 91 }),
      'event.json: detector.site.latitude_deg should be at most 90, but is 91.',
    ],
    [
      'a longitude from 0 to 360',
      withSite({ longitude_deg: 242 }),
      'event.json: detector.site.longitude_deg should be at most 180, but is 242.',
    ],
    [
      'a site without axes',
      withSite({ x_axis_azimuth_deg: undefined }),
      'event.json: detector.site.x_axis_azimuth_deg is missing: it should be a number.',
    ],
    [
      'no noise rate',
      { ...SMALLEST, detector: { ...TELESCOPE, defaults: {} } },
      'event.json: detector.modules[0] has no noise_hz, and detector.defaults has none either.',
    ],
    [
      'no such day',
      withHeader({ start_time_utc: '2023-02-29T00:00:00Z' }),
      'event.json: header.start_time_utc is no date and time of the calendar.',
    ],
    [
      'a local time',
      withHeader({ start_time_utc: '2023-02-28T00:00:00' }),
      'event.json: header.start_time_utc should be a UTC time like 2022-05-24T07:41:32.185352Z, but is the text "2023-02-28T00:00:00".',
    ],
    [
      'another mjd',
      withHeader({ mjd: 58086 }),
      'event.json: header.mjd is 58086, but start_time_utc is MJD 58086.451842402865.',
    ],
    [
      'a path as type',
      withHeader({ event_type: '../x' }),
      'event.json: header.event_type should be letters, digits and hyphens, at most 32, but is the text "../x".',
    ],
    [
      'a window backwards',
      { ...SMALLEST, readout_window_ns: [5, 1] },
      'event.json: readout_window_ns ends at 1, before it starts at 5.',
    ],
    [
      'a fit without place',
      { ...SMALLEST, particles: { Fit: { shape: 'cascade' } } },
      'event.json: particles.Fit.position_m is missing: it should be a list.',
    ],
  ])('%s', (_, document, sentence) => {
    expect(messageOf(document)).toBe(sentence);
  });

  test('two million bad entries cost one sentence, not two million', () => {
    const started = Date.now();
    const nulls = new Array<null>(900_000).fill(null);
    expect(messageOf({ ...SMALLEST, pulses: nulls })).toContain('pulses[0] should be an object');
    expect(messageOf(withPulses({ t_ns: nulls }))).toContain('pulses[0].t_ns[0] should be a number');
    expect(messageOf(withPulses({ hlc: nulls }))).toContain('pulses[0].hlc');
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test('any value anywhere gives an event or one such error', () => {
    const paths = [
      'header',
      'pulses',
      'detector',
      'truth',
      'particles',
      'readout_window_ns',
      'saturation_windows',
      'alert',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 4 }), (member, value) => {
        try {
          readOpenEvent({ ...SMALLEST, [member]: value }, 'event.json');
        } catch (error) {
          expect(error).toBeInstanceOf(EventFormatError);
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});
