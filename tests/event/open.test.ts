import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventFormatError } from '../../src/config/index.js';
import { detectorFromOpen } from '../../src/detector/index.js';
import { type DecodedEvent, type OpenDetector, siteOf } from '../../src/event/index.js';
import { openEventJsonSchema, readOpenEvent, writeOpenEvent } from '../../src/event/open/index.js';
import { ICECUBE_SITE } from '../../src/sky/index.js';
import { SMALLEST, TELESCOPE } from './open-samples.js';

describe('reading an open event', () => {
  test('the smallest event has all that a scan asks for', () => {
    const event = readOpenEvent(SMALLEST, 'event.json');
    expect(event.header).toEqual({
      runId: 7,
      eventId: 3,
      subEventId: 0,
      eventType: null,
      startTimeUtc: '2017-11-29T10:50:39.1836075052Z',
      mjd: 58086.451842402865,
      formatVersion: '',
      isReal: false,
    });
    expect([...event.pulses.timeNs]).toEqual([100, 250]);
    expect([...event.pulses.chargePe]).toEqual([Math.fround(1.225), Math.fround(0.9)]);
    expect([...event.pulses.flags]).toEqual([1, 1]);
    expect([...event.pulses.widthNs]).toEqual([1, 1]);
    expect(event.openDetector).toBe('IC86');
    expect(event.readoutWindow).toBeNull();
  });

  test.each([
    ['2017-11-29T10:50:39.1836075052Z', 58086.451842402865],
    ['2016-05-09T15:26:41.9883772887Z', 57517.64354153215],
    ['2022-05-24T07:41:32.1853524946Z', 59723.32051140454],
    ['2016-12-31T23:59:60.5Z', 57753 + 86399.5 / 86400],
    ['2024-02-29T00:00:00Z', 60369],
  ])('%s is MJD %d', (start_time_utc, mjd) => {
    const event = readOpenEvent({ ...SMALLEST, header: { ...SMALLEST.header, start_time_utc } }, 'event.json');
    expect(event.header.mjd).toBe(mjd);
  });

  test('pulses in any order come out ascending in time, with their charges, widths and coincidences', () => {
    const pulses = [
      { module: [1, 2], t_ns: [30, 10, 20], q_pe: [3, 1, 2], width_ns: [8, 2, 4], hlc: [false, true, true] },
    ];
    const event = readOpenEvent({ ...SMALLEST, pulses }, 'event.json');
    expect([...event.pulses.timeNs]).toEqual([10, 20, 30]);
    expect([...event.pulses.chargePe]).toEqual([1, 2, 3]);
    expect([...event.pulses.widthNs]).toEqual([2, 4, 8]);
    expect([...event.pulses.flags]).toEqual([1, 1, 0]);
  });

  test('pulses without a width get one that does not reach into the next pulse', () => {
    const pulses = [{ module: [1, 2], t_ns: [10, 10.5, 20], q_pe: [1, 1, 1], flags: 0 }];
    expect([...readOpenEvent({ ...SMALLEST, pulses }, 'event.json').pulses.widthNs]).toEqual([0.5, 1, 1]);
  });

  test("modules come out by (string, om, tube), each with the detector's defaults where it gives no figure", () => {
    const event = readOpenEvent({ ...SMALLEST, detector: TELESCOPE }, 'event.json');
    expect(event.openDetector).toEqual({
      name: 'ARCA6',
      modules: [
        {
          string: 1,
          om: 2,
          pmt: 0,
          x: 0,
          y: 0,
          z: 72,
          efficiency: 1,
          noiseRateHz: 6000,
          isOn: true,
          meanChargePe: 1,
          isSlcOnly: true,
        },
        { string: 1, om: 2, pmt: 30, x: 0, y: 0, z: 72, efficiency: 0.9, noiseRateHz: 7000, isOn: false },
        { string: 2, om: 1, pmt: 0, x: 90, y: 0, z: 36, efficiency: 1, noiseRateHz: 7000, isOn: true },
      ],
    });
  });
});

describe('the site of a telescope', () => {
  const site = { latitude_deg: 36.27, longitude_deg: 16.1, x_axis_azimuth_deg: -0.65 };
  const sited = { ...SMALLEST, detector: { ...TELESCOPE, site } };
  const warning =
    "Directions in ARCA6 become RA and dec as if it stood at the South Pole with IceCube's axes: the event gives no detector.site.";

  test('comes out as values of the sky, and back', () => {
    const event = readOpenEvent(sited, 'event.json');
    expect(event.openDetector).toMatchObject({
      site: { latitudeDeg: 36.27, longitudeDeg: 16.1, xAxisAzimuthDeg: -0.65 },
    });
    expect(siteOf(event)).toEqual({ latitudeDeg: 36.27, longitudeDeg: 16.1, xAxisAzimuthDeg: -0.65 });
    expect(JSON.parse(writeOpenEvent(event)).detector.site).toEqual(site);
    expect(event.warnings).toEqual([]);
  });

  test('is that of IceCube for IC86 and where it is not given', () => {
    expect(siteOf(readOpenEvent(SMALLEST, 'event.json'))).toBe(ICECUBE_SITE);
    expect(siteOf(readOpenEvent({ ...SMALLEST, detector: TELESCOPE }, 'event.json'))).toBe(ICECUBE_SITE);
    expect(siteOf({ openDetector: null })).toBe(ICECUBE_SITE);
  });

  test('is kept where the detector is written module by module', () => {
    const event = readOpenEvent(sited, 'event.json');
    const detector = detectorFromOpen(event.openDetector as OpenDetector);
    expect(readOpenEvent(JSON.parse(writeOpenEvent(event, detector)), 'again.json').openDetector).toMatchObject({
      site: siteOf(event),
    });
  });

  test('is missed once where a telescope that is not IceCube gives none, and no longer when it is added', () => {
    const event = readOpenEvent({ ...SMALLEST, detector: TELESCOPE }, 'event.json');
    expect(event.warnings).toEqual([warning]);
    const written = JSON.parse(writeOpenEvent(event));
    written.detector.site = site;
    expect(readOpenEvent(written, 'added.json').warnings).toEqual([]);
    expect(readOpenEvent(JSON.parse(writeOpenEvent(event)), 'again.json').warnings).toEqual([warning]);
    expect(readOpenEvent(SMALLEST, 'event.json').warnings).toEqual([]);
  });
});

describe('the published JSON Schema', () => {
  test('is the one the reader uses (vitest -u writes it again)', async () => {
    await expect(`${JSON.stringify(openEventJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../resources/schemas/event.schema.json',
    );
  });

  test('accepts and refuses what the reader accepts and refuses', () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(openEventJsonSchema());
    const full = readOpenEvent({ ...SMALLEST, detector: TELESCOPE }, 'event.json');
    expect(validate(SMALLEST)).toBe(true);
    expect(validate(JSON.parse(writeOpenEvent(full)))).toBe(true);
    const site = { latitude_deg: 42.8, longitude_deg: 6.17, x_axis_azimuth_deg: 0 };
    expect(validate({ ...SMALLEST, detector: { ...TELESCOPE, site } })).toBe(true);
    expect(validate({ ...SMALLEST, detector: { ...TELESCOPE, site: { ...site, latitude_deg: -91 } } })).toBe(false);
    expect(validate({ ...SMALLEST, extra: 1 })).toBe(false);
    expect(validate({ ...SMALLEST, pulses: [{ ...SMALLEST.pulses[0], q_pe: ['1', 2] }] })).toBe(false);
    expect(validate({ ...SMALLEST, detector: 'ARCA6' })).toBe(false);
    expect(validate({ ...SMALLEST, header: { ...SMALLEST.header, run_id: -1 } })).toBe(false);
  });
});

describe('writing an open event', () => {
  const float = fc
    .float({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e6 })
    .map((x) => Math.fround(Math.abs(x)));
  const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((x) => x + 0);
  const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
  const particle = fc.record({
    x: double,
    y: double,
    z: double,
    timeNs: double,
    zenith: double,
    azimuth: double,
    energyGev: orNull(double),
    lengthM: orNull(double),
    shape: fc.string({ maxLength: 20 }),
    status: fc.constant('OK'),
    pdg: fc.integer(),
  });
  const degrees = fc.double({ noNaN: true, min: -180, max: 180 }).map((x) => x + 0);
  const windows = fc.array(fc.tuple(double, float).map(([startNs, length]) => ({ startNs, stopNs: startNs + length })));
  const document = fc.uniqueArray(
    fc.tuple(fc.integer({ min: -1, max: 90 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 30 })),
    {
      selector: (module) => module.join(),
      maxLength: 12,
    },
  );
  const events = fc
    .record({
      modules: document,
      pulses: fc.array(fc.array(fc.tuple(double, float, float, fc.integer({ min: 0, max: 7 })), { maxLength: 6 }), {
        minLength: 12,
        maxLength: 12,
      }),
      particles: fc.dictionary(fc.stringMatching(/^[A-Za-z_0-9]{1,12}$/), particle),
      truth: orNull(particle),
      windows,
      figures: fc.array(
        float.filter((x) => x > 0),
        { minLength: 36, maxLength: 36 },
      ),
      site: orNull(
        fc.record({ latitudeDeg: fc.integer({ min: -90, max: 90 }), longitudeDeg: degrees, xAxisAzimuthDeg: degrees }),
      ),
      window: orNull(fc.constant({ startNs: 6000, stopNs: Number.POSITIVE_INFINITY })),
    })
    .map(({ modules, pulses, particles, truth, windows, figures, site, window }): DecodedEvent => {
      const keys = modules
        .map(([string, om, pmt]) => ({ string, om, pmt }))
        .sort((a, b) => a.string - b.string || a.om - b.om || a.pmt - b.pmt);
      const event = readOpenEvent(
        {
          ...SMALLEST,
          pulses: keys.map(({ string, om, pmt }, i) => ({
            module: [string, om, pmt],
            t_ns: pulses[i]!.map((p) => p[0]).sort((a, b) => a - b),
            q_pe: pulses[i]!.map((p) => p[1]),
            width_ns: pulses[i]!.map((p) => p[2]),
            flags: pulses[i]!.map((p) => p[3]),
          })),
        },
        'event.json',
      );
      const own = keys.map((key, i) => ({
        ...key,
        x: figures[i]!,
        y: -figures[i]!,
        z: 0,
        efficiency: figures[i]!,
        noiseRateHz: figures[i + 12]!,
        isOn: figures[i]! > 1,
        meanChargePe: figures[i + 24]!,
      }));
      return {
        ...event,
        particles,
        truth,
        readoutWindow: window,
        calibrationErrata: keys.map((key) => ({ ...key, windows })),
        saturationWindows: [],
        openDetector: own.length === 0 ? 'IC86' : { name: 'IC86', ...(site === null ? {} : { site }), modules: own },
        warnings: ['Something was odd.'],
        vetoVertex: { x: 1, y: 2.5, z: -3, timeNs: 1e4 },
        alert: { nch: 1, npulses: null, qtotPe: 1.5, eventTimeUtc: null, message: { reco: { a: 1 } } },
      };
    });

  test('an event that is written and read is the same event', () => {
    fc.assert(
      fc.property(events, (event) => {
        const text = writeOpenEvent(event);
        expect(readOpenEvent(JSON.parse(text), 'event.json')).toEqual(event);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  test('the same event gives the same text, one line a module, charges as short as they were measured', () => {
    const event = readOpenEvent(SMALLEST, 'event.json');
    const text = writeOpenEvent(event, undefined, { comment: 'made by hand' });
    expect(writeOpenEvent(readOpenEvent(JSON.parse(text), 'again.json'), undefined, { comment: 'made by hand' })).toBe(
      text,
    );
    expect(text.split('\n')).toContain('{"module":[1,2],"t_ns":[100,250],"q_pe":[1.225,0.9],"width_ns":1,"flags":1}');
    expect(text).toContain('"comment": "made by hand"');
  });

  test('figures of a fit that failed are null in the file and NaN in the event', () => {
    const event = readOpenEvent(SMALLEST, 'event.json');
    const failed = {
      x: Number.NaN,
      y: 0,
      z: 0,
      timeNs: Number.NaN,
      zenith: Number.NaN,
      azimuth: 1,
      energyGev: null,
      lengthM: null,
      shape: 'null',
      status: 'failed',
      pdg: 0,
    };
    const text = writeOpenEvent({ ...event, particles: { Fit: failed } });
    expect(text).toContain('"position_m":[null,0,0],"t_ns":null,"zenith_rad":null,"azimuth_rad":1');
    expect(readOpenEvent(JSON.parse(text), 'event.json').particles).toEqual({ Fit: failed });
  });

  test('an event whose detector is a difference to a baseline is written with the detector, not without', () => {
    const event: DecodedEvent = { ...readOpenEvent(SMALLEST, 'event.json'), openDetector: null };
    expect(() => writeOpenEvent(event)).toThrow(EventFormatError);
  });
});
