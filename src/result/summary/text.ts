/** The summary as a person reads it on the terminal when a scan is over. */
import { formatAngleDms, formatDuration, formatEnergy, formatRaHms, isoTime } from './format.js';
import type { RegionBox, ScanSummary } from './types.js';

/**
 * Several lines of at most 80 characters, no colours, ending in a line break:
 *
 *     Event      run 136662, event 35405932, neutrino
 *                2022-05-24 07:41:32.185 UTC, MJD 59723.320511
 *     Position   RA    47.2034 deg   03h 08m 48.8s
 *                Dec   -3.4961 deg  -03d 29' 46"
 *                most probable after blurring by 0.2 deg: the position to publish
 *     Best fit   ...
 *     Energy     7.23 TeV inside the detector, 11.5 TeV in total
 *     Scan       splinempe, nsides 8 64 512, took 2 min 31 s
 *                2310 pixels, 16170 fits, none failed
 *
 *     Region                           sq. deg     RA -     RA +    Dec -    Dec +
 *     50 % blurred by 0.2 deg           0.6789    0.300    0.750    0.250    0.270
 *     ...
 */
export function summaryText(summary: ScanSummary): string {
  const sections: [title: string, lines: string[]][] = [
    ['Event', eventLines(summary)],
    ['Position', positionLines(summary)],
    ['Best fit', bestFitLines(summary)],
    ['Energy', energyLines(summary)],
    ['Scan', scanLines(summary)],
  ];
  const blocks = sections.flatMap(([title, lines]) =>
    lines.map((line, i) => `${(i === 0 ? title : '').padEnd(11)}${line}`.trimEnd()),
  );
  const table = regionTable(summary);
  return [...blocks, ...(table.length === 0 ? [] : ['', ...table]), ''].join('\n');
}

function eventLines({ run_id, event_id, event_type, mjd, is_real_event }: ScanSummary): string[] {
  if (run_id === null) return ['not known: the result file says nothing about it'];
  const kind = `${event_type === null ? '' : `, ${event_type}`}${is_real_event === false ? ', simulated' : ''}`;
  const time = mjd === null ? null : isoTime(mjd);
  const lines = [`run ${run_id}, event ${event_id}${kind}`];
  if (mjd !== null) lines.push(`${time === null ? '' : `${time.replace('T', ' ')} UTC, `}MJD ${mjd.toFixed(6)}`);
  return lines;
}

function positionLines({ peak }: ScanSummary): string[] {
  if (peak === null) return ['none: no fit succeeded'];
  return [
    ...raDecLines(peak),
    peak.angular_error_floor_deg === 0
      ? 'centre of the most probable pixel, not blurred'
      : `most probable after blurring by ${peak.angular_error_floor_deg} deg: the position to publish`,
  ];
}

function bestFitLines({ best_fit: best }: ScanSummary): string[] {
  if (best === null) return [];
  const lines = [...raDecLines(best), `pixel ${best.pixel} of nside ${best.nside}, -log L ${best.llh.toFixed(3)}`];
  if (best.position_m !== null) {
    const [x, y, z] = best.position_m.map((metres) => metres.toFixed(1));
    const time = best.time_ns === null ? '' : `, time ${best.time_ns.toFixed(0)} ns`;
    lines.push(`vertex x ${x} m, y ${y} m, z ${z} m${time}`);
  }
  return lines;
}

function raDecLines({ ra_deg, dec_deg }: { readonly ra_deg: number; readonly dec_deg: number }): string[] {
  return [
    `RA  ${ra_deg.toFixed(4).padStart(9)} deg   ${formatRaHms(ra_deg)}`,
    `Dec ${dec_deg.toFixed(4).padStart(9)} deg  ${formatAngleDms(dec_deg)}`,
  ];
}

function energyLines({ best_fit: best }: ScanSummary): string[] {
  if (best === null) return [];
  const { e_in_gev: inside, e_tot_gev: total } = best;
  if (inside === null && total === null) return ['not given by this reconstruction'];
  const parts = [
    ...(inside === null ? [] : [`${formatEnergy(inside)} inside the detector`]),
    ...(total === null ? [] : [`${formatEnergy(total)} in total`]),
  ];
  return [parts.join(', ')];
}

function scanLines(summary: ScanSummary): string[] {
  const { n_pixels: pixels, n_failed_pixels: failed, n_recos: recos, wall_s: wall, nsides } = summary;
  const what = [
    ...(summary.reco_algo === null ? [] : [summary.reco_algo]),
    `${nsides.length === 1 ? 'nside' : 'nsides'} ${nsides.join(' ')}`,
    ...(wall === null ? [] : [`took ${formatDuration(wall)}`]),
  ];
  const lines = [
    what.join(', '),
    ...(summary.reco_choice === undefined ? [] : [`chosen: ${summary.reco_choice}`]),
    `${pixels} pixels${recos === null ? '' : `, ${recos} fits`}, ` +
      (failed === 0 ? 'none failed' : `${failed} ${failed === 1 ? 'pixel' : 'pixels'} without a fit that succeeded`),
  ];
  const threshold = summary.predictive_scanning_threshold;
  if (threshold !== null && threshold < 1) {
    lines.push(`predictive scanning at ${threshold}: another run may choose other pixels`);
  }
  return lines;
}

function regionTable(summary: ScanSummary): string[] {
  const floor = summary.peak?.angular_error_floor_deg ?? 0;
  const how = floor === 0 ? 'not blurred' : `blurred by ${floor} deg`;
  const rows: [string, RegionBox][] = [
    ...summary.regions.map((r): [string, RegionBox] => [`${percent(r.level)} ${how}`, r]),
    ...summary.wilks_regions.map((r): [string, RegionBox] => [
      `${percent(r.level)} Wilks, 2 dlogL < ${r.delta_2llh}`,
      r,
    ]),
  ];
  if (rows.length === 0) return [];
  const line = (name: string, area: string, edges: string[]): string =>
    name.padEnd(28) + area.padStart(12) + edges.map((edge) => edge.padStart(9)).join('');
  return [
    line('Region', 'sq. deg', ['RA -', 'RA +', 'Dec -', 'Dec +']),
    ...rows.map(([name, r]) =>
      line(name, areaText(r.area_deg2), [
        r.ra_minus_deg.toFixed(3),
        r.ra_plus_deg.toFixed(3),
        r.dec_minus_deg.toFixed(3),
        r.dec_plus_deg.toFixed(3),
      ]),
    ),
    'Edges in degrees, from the position (Wilks: from the best fit).',
  ];
}

function percent(level: number): string {
  return `${Number((100 * level).toFixed(2))} %`;
}

function areaText(area: number): string {
  return area >= 100 ? area.toFixed(1) : area.toFixed(4);
}
