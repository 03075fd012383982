import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import {
  checkNotice,
  FAITHFUL_CIRCLE,
  type GcnNotice,
  gcnNotice,
  noticeJsonSchema,
  skyMaps,
  summarize,
} from '../../../src/result/index.js';
import { expectClose } from '../../support/close.js';
import { gaussianScan, mapOf, metadata } from '../support.js';
import { resultOf, SKIES } from './skies.js';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(noticeJsonSchema());
const result = gaussianScan({ raDeg: 120, decDeg: 60, sigmaDeg: 0.5 });
const sky = skyMaps(result, 0.2);

/** A notice with every member that GCN names for IceCube (specs/alert-products.md section 2). */
const full = {
  $schema: 'https://gcn.nasa.gov/schema/main/gcn/notices/icecube/single_neutrino_alerts.schema.json',
  mission: 'IceCube',
  instrument: 'IC86',
  messenger: 'Neutrino',
  pipeline: 'Bronze Track Alert',
  record_number: 1,
  event_name: ['IceCube-220524A'],
  id: ['136662_35405932'],
  alert_datetime: '2022-05-24T09:00:00.0Z',
  alert_type: 'update',
  alert_tense: 'current',
  alert_topology: 'Track',
  number_of_events: 1,
  trigger_time: '2022-05-24T07:41:32.185Z',
  ra: 47.2,
  dec: -3.5,
  ra_dec_error: 0.5,
  containment_probability: 0.9,
  systematic_included: false,
  healpix_url: 'https://example.org/run00136662.multiorder.fits',
  nu_energy: 127.29,
  p_astro: 0.34,
  far: 8.029e-8,
};

describe('the schema of notices', () => {
  it('is the one in resources', async () => {
    await expect(`${JSON.stringify(noticeJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../../resources/schemas/notice.schema.json',
    );
  });

  it('takes a full notice, and an ellipse for a circle', () => {
    for (const notice of [full, { ...full, ra_dec_error: [0.8, 0.4, 30] }]) {
      expect(validate(notice)).toBe(true);
      expect(checkNotice(notice)).toEqual(notice);
    }
  });

  it.each([
    ['healpix_url', null],
    ['healpix_url', 'alert.fits'],
    ['pipeline', 'Silver Track Alert'],
    ['event_name', 'IceCube-220524A'],
    ['event_name', ['IC220524A']],
    ['id', [35405932]],
    ['ra', 360],
    ['dec', -90.1],
    ['ra_dec_error', [0.8, 0.4]],
    ['ra_dec_error', -1],
    ['p_astro', 34],
    ['alert_tense', 'tests'],
    ['alert_datetime', '2022-05-24 09:00:00'],
    ['trigger_time', '2022-13-24T09:00:00Z'],
    ['record_number', 0.5],
    ['mission', undefined],
    ['surprise', 1],
  ])('refuses %s = %j', (name, value) => {
    const notice = JSON.parse(JSON.stringify({ ...full, [name]: value }));
    expect(validate(notice)).toBe(false);
    expect(() => checkNotice(notice)).toThrow(/The notice would not be valid/);
  });
});

describe('the notice of a map', () => {
  it('has its position, the circle for its 90 % region, and how good that is', () => {
    const { notice, circle_probability } = gcnNotice(result, sky);
    const summary = summarize(result, { recoAlgo: null, nRecos: null, wallS: null, sky });
    expectClose(notice.ra, summary.peak!.ra_deg, { absolute: 6e-5 }, 'RA');
    expectClose(notice.dec, summary.peak!.dec_deg, { absolute: 6e-5 }, 'dec');
    const radius = Math.hypot(0.5, 0.2) * Math.sqrt(2 * Math.log(10));
    expectClose(notice.ra_dec_error as number, radius, { relative: 0.03 }, 'radius of a Gaussian');
    expectClose(circle_probability, 0.9, { absolute: 0.015 }, 'probability in the circle');
    expect(notice).toMatchObject({
      mission: 'IceCube',
      messenger: 'Neutrino',
      record_number: 0,
      id: ['136662_35405932'],
      alert_type: 'initial',
      alert_tense: 'current',
      alert_topology: 'Track',
      number_of_events: 1,
      trigger_time: '2022-05-24T07:41:32.185Z',
      containment_probability: 0.9,
      systematic_included: false,
    });
    expect(notice.additional_info).toContain('blurred by 0.2 deg');
    expect(notice.additional_info).toContain('sqrt(mean(ra+, ra-) cos(dec) mean(dec+, dec-))');
    for (const name of ['healpix_url', 'nu_energy', 'p_astro', 'far', 'alert_datetime', 'event_name', 'pipeline']) {
      expect(notice).not.toHaveProperty(name);
    }
    expect(validate(JSON.parse(JSON.stringify(notice)))).toBe(true);
  });

  it('passes on what a map cannot know', () => {
    const { notice } = gcnNotice(result, sky, {
      pipeline: 'Cascade Alert',
      record_number: 2,
      eventName: 'IceCube-220524B',
      systematic_included: true,
      healpix_url: 'https://example.org/map.fits',
      nu_energy: 12,
      p_astro: 0.5,
      far: 1e-8,
    });
    expect(notice).toMatchObject({
      pipeline: 'Cascade Alert',
      alert_topology: 'Shower',
      record_number: 2,
      alert_type: 'update',
      event_name: ['IceCube-220524B'],
      systematic_included: true,
      healpix_url: 'https://example.org/map.fits',
      nu_energy: 12,
    });
    expect(validate(JSON.parse(JSON.stringify(notice)))).toBe(true);
  });

  it('takes the stream of an alert from its type, and never calls a simulated event current', () => {
    const ofType = (eventType: string, isRealEvent = true): GcnNotice =>
      gcnNotice({ ...result, metadata: { ...metadata, eventType, isRealEvent } }, sky).notice;
    expect(ofType('BRONZE').pipeline).toBe('Bronze Track Alert');
    expect(ofType('gfu-gold').pipeline).toBe('Gold Track Alert');
    expect(ofType('neutrino', false).alert_tense).toBe('test');
    expect(gcnNotice({ ...result, metadata: null }, sky).notice).not.toHaveProperty('id');
  });

  it('tells when the circle misses much of the region', () => {
    const islands = resultOf(SKIES['two islands']!);
    expect(gcnNotice(islands, skyMaps(islands, 0.2)).circle_probability).toBeLessThan(FAITHFUL_CIRCLE);
  });

  it('is refused where it would be wrong', () => {
    expect(() => gcnNotice(result, sky, { systematic_included: true })).toThrow('record number 0');
    expect(() => gcnNotice(result, sky, { p_astro: 34 })).toThrow('p_astro');
    const failed = { metadata, maps: [mapOf(1, [[0, Number.NaN]])] };
    expect(() => gcnNotice(failed, skyMaps(failed))).toThrow('no position to announce');
  });
});
