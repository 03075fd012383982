import { describe, expect, test } from 'vitest';
import { type ScanSummary, summaryText } from '../../src/result/index.js';
import { formatAngleDms, formatDuration, formatEnergy, formatRaHms, isoTime } from '../../src/result/summary/format.js';

const summary: ScanSummary = {
  run_id: 136662,
  event_id: 35405932,
  event_type: 'neutrino',
  mjd: 59723.32051140454,
  is_real_event: true,
  reco_algo: 'splinempe',
  nsides: [8, 64, 512],
  n_pixels: 2310,
  n_failed_pixels: 2,
  n_recos: 16170,
  predictive_scanning_threshold: 1,
  wall_s: 151.26,
  best_fit: {
    ra_deg: 47.153,
    dec_deg: -3.52,
    nside: 512,
    pixel: 1663725,
    llh: 829.0612,
    position_m: [-12.34, 401, -300.06],
    time_ns: 31643.99,
    e_in_gev: 7231.77,
    e_tot_gev: 11545.18,
  },
  peak: { ra_deg: 47.2034, dec_deg: -3.4961, angular_error_floor_deg: 0.2 },
  regions: [
    { level: 0.5, area_deg2: 0.678912, ra_minus_deg: 0.3, ra_plus_deg: 0.75, dec_minus_deg: 0.25, dec_plus_deg: 0.27 },
    { level: 0.9, area_deg2: 2.0186, ra_minus_deg: 0.57, ra_plus_deg: 2.08, dec_minus_deg: 0.45, dec_plus_deg: 0.49 },
  ],
  wilks_regions: [
    {
      level: 0.5,
      delta_2llh: 1.39,
      area_deg2: 0.1401,
      ra_minus_deg: 0.1,
      ra_plus_deg: 0.2,
      dec_minus_deg: 0.1,
      dec_plus_deg: 0.1,
    },
    {
      level: 0.9,
      delta_2llh: 4.61,
      area_deg2: 0.7502,
      ra_minus_deg: 0.2,
      ra_plus_deg: 1.9,
      dec_minus_deg: 0.2,
      dec_plus_deg: 0.2,
    },
  ],
};

describe('the summary for people', () => {
  test('reads like this', () => {
    expect(summaryText(summary)).toMatchInlineSnapshot(`
      "Event      run 136662, event 35405932, neutrino
                 2022-05-24 07:41:32.185 UTC, MJD 59723.320511
      Position   RA    47.2034 deg   03h 08m 48.8s
                 Dec   -3.4961 deg  -03d 29' 46"
                 most probable after blurring by 0.2 deg: the position to publish
      Best fit   RA    47.1530 deg   03h 08m 36.7s
                 Dec   -3.5200 deg  -03d 31' 12"
                 pixel 1663725 of nside 512, -log L 829.061
                 vertex x -12.3 m, y 401.0 m, z -300.1 m, time 31644 ns
      Energy     7.23 TeV inside the detector, 11.5 TeV in total
      Scan       splinempe, nsides 8 64 512, took 2 min 31 s
                 2310 pixels, 16170 fits, 2 pixels without a fit that succeeded

      Region                           sq. deg     RA -     RA +    Dec -    Dec +
      50 % blurred by 0.2 deg           0.6789    0.300    0.750    0.250    0.270
      90 % blurred by 0.2 deg           2.0186    0.570    2.080    0.450    0.490
      50 % Wilks, 2 dlogL < 1.39        0.1401    0.100    0.200    0.100    0.100
      90 % Wilks, 2 dlogL < 4.61        0.7502    0.200    1.900    0.200    0.200
      Edges in degrees, from the position (Wilks: from the best fit).
      "
    `);
  });

  test('says so where something does not exist', () => {
    const text = summaryText({
      ...summary,
      run_id: null,
      best_fit: { ...summary.best_fit!, position_m: null, e_in_gev: null, e_tot_gev: null },
    });
    expect(text).toContain('not known');
    expect(text).toContain('not given by this reconstruction');
    expect(text).not.toMatch(/null|NaN|undefined|vertex/);
  });

  test('of a scan without a single good fit has no position and no regions', () => {
    const text = summaryText({ ...summary, best_fit: null, peak: null, regions: [], wilks_regions: [] });
    expect(text).toContain('none: no fit succeeded');
    expect(text).not.toMatch(/null|NaN|undefined|Region|Best fit|Energy/);
  });

  test('does not speak of a blur where there was none', () => {
    expect(summaryText({ ...summary, peak: { ...summary.peak!, angular_error_floor_deg: 0 } })).not.toMatch(
      /blurred by|to publish/,
    );
  });

  test('warns where the map may differ from run to run', () => {
    expect(summaryText({ ...summary, predictive_scanning_threshold: 0.65 })).toContain('0.65: another run');
  });

  test('has no line wider than a terminal', () => {
    for (const line of summaryText(summary).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('numbers for people', () => {
  test('angles carry over instead of showing 60 seconds', () => {
    expect(formatRaHms(14.999999)).toBe('01h 00m 00.0s');
    expect(formatRaHms(359.99999)).toBe('00h 00m 00.0s');
    expect(formatRaHms(47.2034)).toBe('03h 08m 48.8s');
    expect(formatAngleDms(-0.00001)).toBe('-00d 00\' 00"');
    expect(formatAngleDms(-3.4961)).toBe('-03d 29\' 46"');
    expect(formatAngleDms(9.9999)).toBe('+10d 00\' 00"');
    expect(formatAngleDms(-90)).toBe('-90d 00\' 00"');
  });

  test('energies, durations and times keep a readable unit', () => {
    expect(['7.23 TeV', '999 GeV', '1 PeV', '0.5 GeV', '0 GeV', '2.5 EeV']).toEqual(
      [7231, 999.4, 1e6, 0.5, 0, 2.5e9].map(formatEnergy),
    );
    expect([0.04, 59.94, 61, 3599.7, 7265].map(formatDuration)).toEqual([
      '0.0 s',
      '59.9 s',
      '1 min 1 s',
      '1 h 0 min',
      '2 h 1 min',
    ]);
    expect(isoTime(59723.32051140454)).toBe('2022-05-24T07:41:32.185');
    expect(isoTime(40587)).toBe('1970-01-01T00:00:00.000');
    expect(isoTime(1e300)).toBeNull();
  });
});
