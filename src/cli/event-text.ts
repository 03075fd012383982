/** An event in words and columns, as `event FILE` prints it. */
import {
  type DecodedEvent,
  describeEvent,
  type ParticleDescription,
  raDecOf,
  type SkyFrame,
  siteOf,
  skyFrame,
} from '../index.js';

const DEG = 180 / Math.PI;

/**
 * The text, several lines.
 *
 * @param provenance sentences about where the event's detector comes from
 */
export function eventText(event: DecodedEvent, provenance: readonly string[]): string {
  const about = describeEvent(event);
  const { pulses } = about;
  const lines: string[] = [];
  const add = (label: string, text: string): number => lines.push(`${label.padEnd(12)}${text}`);

  const type = about.event_type === null ? 'no event type' : about.event_type;
  const sub = about.sub_event_id === 0 ? '' : `, sub-event ${about.sub_event_id}`;
  add('event', `run ${about.run_id}, event ${about.event_id}${sub}: ${type}, ${about.is_real ? 'real' : 'simulated'}`);
  add('start', `${about.start_time} (MJD ${about.mjd.toFixed(8)})`);
  if (about.format_version !== '') add('format', about.format_version);
  add(
    'pulses',
    `${counted(pulses.n_pulse, 'pulse')} on ${counted(pulses.n_dom, 'module')}, ${pulses.charge_pe.toFixed(2)} PE; ` +
      `${pulses.n_hlc} in local coincidence (${pulses.key})`,
  );
  if (pulses.t_min_ns !== null && pulses.t_max_ns !== null) {
    add(
      '',
      `from ${pulses.t_min_ns.toFixed(0)} to ${pulses.t_max_ns.toFixed(0)} ns${windowText(about.readout_window_ns)}`,
    );
  }
  const { calibration_errata: errata, saturation_windows: saturated } = about.excluded;
  const leftOut = [
    ...(errata > 0 ? [`${counted(errata, 'module')} with calibration errata`] : []),
    ...(saturated > 0 ? [`${counted(saturated, 'saturated module')}`] : []),
  ];
  if (leftOut.length > 0) add('left out', `times of ${leftOut.join(' and of ')}`);
  if (about.veto_vertex !== null) {
    const { position_m, time_ns } = about.veto_vertex;
    add('vertex', `${pointText(position_m)} at ${time_ns.toFixed(0)} ns, found by the alert system`);
  }
  if (about.alert !== null) add('alert', alertText(about.alert));
  for (const text of messageFigures(event.alert?.message ?? {})) add('', text);
  provenance.forEach((sentence, i) => {
    add(i === 0 ? 'detector' : '', sentence);
  });

  if (about.gcd.kind === 'own-modules' && about.gcd.site !== undefined) add('site', siteText(about.gcd.site));

  const particles = Object.entries(about.particles);
  const frame = skyFrame(event.header.mjd, siteOf(event));
  const rows: Row[] = particles.map(([key, particle]) => row(key, particle, frame));
  if (about.truth !== null) rows.push(row('simulated truth', about.truth, frame));
  if (rows.length > 0) lines.push('', ...table([HEAD, ...rows]));
  if (about.warnings.length > 0) lines.push('', ...about.warnings.map((warning) => `warning: ${warning}`));
  return `${lines.join('\n')}\n`;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function windowText(window: readonly [number, number | null] | null): string {
  if (window === null) return '';
  const [start, stop] = window;
  return `; readout from ${start.toFixed(0)} ${stop === null ? 'ns on' : `to ${stop.toFixed(0)} ns`}`;
}

function pointText(point: readonly number[]): string {
  return `(${point.map((value) => value.toFixed(1)).join(', ')}) m`;
}

function alertText(alert: NonNullable<ReturnType<typeof describeEvent>['alert']>): string {
  const figures = [
    alert.nch === null ? null : counted(alert.nch, 'module'),
    alert.npulses === null ? null : counted(alert.npulses, 'pulse'),
    alert.qtot_pe === null ? null : `${alert.qtot_pe} PE`,
    alert.event_time === null ? null : `at ${alert.event_time}`,
  ].filter((text) => text !== null);
  return figures.length === 0 ? 'the message quotes no figures' : `the message quotes ${figures.join(', ')}`;
}

function siteText(site: { latitude_deg: number; longitude_deg: number; x_axis_azimuth_deg: number }): string {
  const { latitude_deg: latitude, longitude_deg: longitude, x_axis_azimuth_deg: xAxis } = site;
  const degrees = (value: number, [positive, negative]: readonly [string, string]): string =>
    `${Math.abs(value)} deg ${value < 0 ? negative : positive}`;
  return `${degrees(latitude, ['N', 'S'])}, ${degrees(longitude, ['E', 'W'])}; x axis ${xAxis} deg from East towards North`;
}

/** Energies, and the figures of the streams, that the message quotes. */
function messageFigures(message: Readonly<Record<string, unknown>>): string[] {
  const figuresOf = (value: unknown, unit: string): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, figure]) =>
          typeof figure === 'number' && Number.isFinite(figure)
            ? [`${name} ${Number(figure.toPrecision(4))}${unit}`]
            : [],
        )
      : [];
  const reco = message.reco as { readonly energy?: unknown } | null | undefined;
  const energies = figuresOf(reco?.energy, ' GeV');
  const streams = ['neutrino', 'hese', 'ehe', 'estres'].flatMap((stream) => {
    const figures = figuresOf(message[stream], '');
    return figures.length === 0 ? [] : [`${stream}: ${figures.join(', ')}`];
  });
  return [...(energies.length === 0 ? [] : [`energies: ${energies.join(', ')}`]), ...streams];
}

type Row = readonly string[];
const HEAD: Row = ['particle', 'RA/deg', 'dec/deg', 'zenith', 'azimuth', 'energy/GeV', 'status', 'position/m'];

/** Columns that are read as numbers stand at their right ends. */
const NUMERIC: ReadonlySet<number> = new Set([1, 2, 3, 4, 5]);

function row(key: string, particle: ParticleDescription, frame: SkyFrame): Row {
  const { zenith, azimuth, energy_gev: energy } = particle;
  const hasDirection = Number.isFinite(zenith) && Number.isFinite(azimuth);
  const sky = hasDirection ? raDecOf(frame, zenith, azimuth) : null;
  const degrees = (radians: number, digits: number): string =>
    Number.isFinite(radians) ? (radians * DEG).toFixed(digits) : '-';
  return [
    key,
    sky === null ? '-' : degrees(sky.raRad, 3),
    sky === null ? '-' : degrees(sky.decRad, 3),
    degrees(zenith, 2),
    degrees(azimuth, 2),
    energy === null || !Number.isFinite(energy) ? '-' : energy.toPrecision(4),
    particle.status === 'OK' ? particle.shape : `${particle.shape}, ${particle.status}`,
    particle.position_m.every(Number.isFinite) ? pointText(particle.position_m).replace(' m', '') : '-',
  ];
}

function table(rows: readonly Row[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => (NUMERIC.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
