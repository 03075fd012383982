/**
 * Decoded objects in the form of the reference decodings (`*.decoded.json`): their names, 64-bit integers and
 * non-finite numbers as texts, bits as texts of 0 and 1.
 */

import type { I3EventHeader, I3Particle, I3Position, I3Time } from '../../src/event/icetray/basic-objects.js';
import { crc32cWithoutInversion } from '../../src/event/icetray/checksum.js';
import type { DomStatus } from '../../src/event/icetray/detector-objects.js';
import type {
  CscdLlhFitParams,
  LineFitParams,
  LogLikelihoodFitParams,
  PortiaEvent,
  TrackCharacteristics,
} from '../../src/event/icetray/fit-parameters.js';
import type {
  CalibrationDiff,
  DetectorStatusDiff,
  DomCalibrationDiff,
  GeometryDiff,
  StationDiff,
} from '../../src/event/icetray/gcd-differences.js';
import { bitText, type PulseSeriesMapMask } from '../../src/event/icetray/pulse-objects.js';
import type { SuperDst } from '../../src/event/icetray/super-dst.js';
import type { SuperDstTrigger } from '../../src/event/icetray/super-dst-triggers.js';
import type { DomWindows, OMKey, PulseMap, SpeChargeDistribution, TimeWindow } from '../../src/event/index.js';
import { utcTime } from '../../src/event/time.js';

// Values of reference files and of many classes, looked at member by member.
export type Loose = any;

const key = ({ string, om, pmt }: OMKey): number[] => [string, om, pmt];
const number = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
const point = ({ x, y, z }: I3Position): unknown[] => [number(x), number(y), number(z)];
const window = ({ startNs, stopNs }: TimeWindow): unknown[] => [number(startNs), number(stopNs)];

export function time(t: I3Time): unknown {
  const utc = t.year > 1000 && t.year < 3000 ? utcTime(t) : null;
  const dated = utc === null ? {} : { mjd: utc.mjd, utc: utc.iso.replace('T', ' ').replace('Z', '') };
  return { utc_year: t.year, daq_time: String(t.tenthNs), ...dated };
}

/** [string, om, pmt, [[time, charge, width, flags], ...]] for each module. */
export function pulses(map: PulseMap): unknown[] {
  return [...map.string.keys()].map((d) => {
    const rows: number[][] = [];
    for (let p = map.first[d]!; p < map.first[d + 1]!; p++) {
      rows.push([map.timeNs[p]!, map.chargePe[p]!, map.widthNs[p]!, map.flags[p]!]);
    }
    return [map.string[d]!, map.om[d]!, map.pmt[d]!, rows];
  });
}

function particle(p: I3Particle): unknown {
  return {
    minor_id: p.minorId,
    major_id: String(p.majorId),
    pdg: p.pdg,
    shape: p.shape,
    fit_status: p.fitStatus,
    position: point(p),
    zenith: number(p.zenith),
    azimuth: number(p.azimuth),
    time: number(p.timeNs),
    energy: number(p.energyGev),
    length: number(p.lengthM),
    speed: number(p.speed),
    location_type: p.locationType,
  };
}

function header(h: I3EventHeader): unknown {
  return {
    run_id: h.runId,
    sub_run_id: h.subRunId,
    event_id: h.eventId,
    state: h.state,
    sub_event_id: h.subEventId,
    sub_event_stream: h.subEventStream,
    start_time: time(h.start),
    end_time: time(h.end),
  };
}

function numbers<T extends object>(value: T, names: Readonly<Record<keyof T & string, string>>): unknown {
  return Object.fromEntries(
    Object.entries<string>(names).map(([ours, theirs]) => {
      const member: unknown = value[ours as keyof T];
      return [theirs, typeof member === 'number' ? number(member) : key(member as OMKey)];
    }),
  );
}

function station(s: StationDiff): unknown {
  const { bits, orientation } = s;
  return { bits, ...(orientation !== undefined && { orientation: number(orientation) }) };
}

function status(s: DomStatus): unknown {
  return {
    trig_mode: s.triggerMode,
    lc_mode: s.lcMode,
    lc_window_pre: number(s.lcWindowPre),
    lc_window_post: number(s.lcWindowPost),
    lc_span: s.lcSpan,
    status_atwd_a: s.statusAtwdA,
    status_atwd_b: s.statusAtwdB,
    status_fadc: s.statusFadc,
    pmt_hv: number(s.pmtVoltage),
    spe_threshold: number(s.speThreshold),
    fe_pedestal: number(s.frontEndPedestal),
    dac_trigger_bias0: number(s.dacs[0]!),
    dac_trigger_bias1: number(s.dacs[1]!),
    dac_fadc_ref: number(s.dacs[2]!),
    n_bins: s.binCounts,
    flasher: s.flasher,
    dom_gain_type: s.gainType,
    cable_type: s.cableType,
    delta_compress: s.deltaCompression,
    slc_active: s.isSlcActive,
    mpe_threshold: number(s.mpeThreshold),
    tx_mode: s.txMode,
  };
}

const CALIBRATION_NAMES: Readonly<Record<string, keyof DomCalibrationDiff>> = {
  bits: 'bits',
  droop_time_constants: 'droopTimeConstants',
  temperature: 'temperature',
  fadc_gain: 'fadcGain',
  fadc_baseline_fit: 'fadcBaselineFit',
  fadc_beacon_baseline: 'fadcBeaconBaseline',
  fadc_delta_t: 'fadcDeltaT',
  front_end_impedance: 'frontEndImpedance',
  tau_parameters: 'tauParameters',
  amp_gains: 'ampGains',
  atwd_freq: 'atwdFreq',
  pmt_transit_time: 'pmtTransitTime',
  hv_gain_relation: 'hvGainRelation',
  domcal_version: 'domcalVersion',
  atwd_delta_t: 'atwdDeltaT',
  spe_discrim_calib: 'speDiscrimCalib',
  mpe_discrim_calib: 'mpeDiscrimCalib',
  pmt_discrim_calib: 'pmtDiscrimCalib',
  mean_atwd_charge: 'meanAtwdCharge',
  mean_fadc_charge: 'meanFadcCharge',
};

function spe(s: SpeChargeDistribution): Record<string, unknown> {
  const { exp2Amplitude: exp_amp, exp2Width: exp_width } = s;
  const { gaussAmplitude: gaus_amp, gaussMean: gaus_mean, gaussWidth: gaus_width, version } = s;
  return { exp_amp, exp_width, gaus_amp, gaus_mean, gaus_width, version };
}

/** Every field that is set, under the reference's names. */
function calibrationFields(change: DomCalibrationDiff): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [theirs, ours] of Object.entries(CALIBRATION_NAMES)) {
    if (change[ours] !== undefined) fields[theirs] = change[ours];
  }
  if (change.combinedSpeFit !== undefined) fields.combined_spe_fit = spe(change.combinedSpeFit);
  return fields;
}

function calibration(value: CalibrationDiff): Record<string, unknown> {
  const modules = value.modules.plus.map(([k, change]) => [key(k), calibrationFields(change)] as const);
  const counts = new Map<string, number>();
  for (const [, fields] of modules) {
    for (const name of Object.keys(fields)) if (name !== 'bits') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    base_filename: value.baselineName,
    start_time: time(value.start),
    end_time: time(value.end),
    domcal_plus_count: modules.length,
    domcal_minus: value.modules.minus.map(key),
    field_counts: Object.fromEntries(counts),
    vemcal_plus_count: value.vem.plus.length,
    vemcal_minus: value.vem.minus.map(key),
    modules: new Map(modules.map(([k, fields]) => [k.join(','), fields])),
  };
}

function geometry(value: GeometryDiff): unknown {
  return {
    base_filename: value.baselineName,
    omgeo: { plus: value.modules.plus.map(([k, geo]) => [key(k), point(geo)]), minus: value.modules.minus.map(key) },
    stations: { plus: value.stations.plus.map(([id, s]) => [id, station(s)]), minus: value.stations.minus },
    start_time: time(value.start),
    end_time: time(value.end),
  };
}

function detectorStatus(value: DetectorStatusDiff): unknown {
  return {
    base_filename: value.baselineName,
    start_time: time(value.start),
    end_time: time(value.end),
    domstatus: { plus: value.modules.plus.map(([k, s]) => [key(k), status(s)]), minus: value.modules.minus.map(key) },
    triggers: value.triggers,
    daq_configuration: value.configuration,
  };
}

const PORTIA: Readonly<Record<keyof PortiaEvent, string>> = {
  bestNpe: 'best_npe',
  atwdNpe: 'atwd_npe',
  fadcNpe: 'fadc_npe',
  totalNch: 'total_nch',
  atwdNch: 'atwd_nch',
  fadcNch: 'fadc_nch',
  firstOm: 'first_om',
  lastOm: 'last_om',
  bestNpeBtw: 'best_npe_btw',
  atwdNpeBtw: 'atwd_npe_btw',
  fadcNpeBtw: 'fadc_npe_btw',
  totalNchBtw: 'total_nch_btw',
  atwdNchBtw: 'atwd_nch_btw',
  fadcNchBtw: 'fadc_nch_btw',
  largestOm: 'largest_om',
  firstOmBtw: 'first_om_btw',
  lastOmBtw: 'last_om_btw',
};
const CSCD: Readonly<Record<keyof CscdLlhFitParams, string>> = {
  hitCount: 'hit_count',
  hitOmCount: 'hit_om_count',
  unhitOmCount: 'unhit_om_count',
  status: 'status',
  errT: 'err_t',
  errX: 'err_x',
  errY: 'err_y',
  errZ: 'err_z',
  errTheta: 'err_theta',
  errPhi: 'err_phi',
  errEnergy: 'err_energy',
  negLlh: 'neg_llh',
  reducedLlh: 'reduced_llh',
};
const LINE_FIT: Readonly<Record<keyof LineFitParams, string>> = {
  v: 'v',
  vx: 'vx',
  vy: 'vy',
  vz: 'vz',
  nHits: 'nhits',
};
const LLH_FIT: Readonly<Record<keyof LogLikelihoodFitParams, string>> = {
  logl: 'logl',
  rlogl: 'rlogl',
  ndof: 'ndof',
  nmini: 'nmini',
};
const TRACK: Readonly<Record<keyof TrackCharacteristics, string>> = {
  avgDomDistQTotDom: 'avg_dom_dist_q_tot_dom',
  emptyHitsTrackLength: 'empty_hits_track_length',
  trackHitsSeparationLength: 'track_hits_separation_length',
  trackHitsDistributionSmoothness: 'track_hits_distribution_smoothness',
};

/** How a value of each class looks in the members of a reference object beside key, type, size and class. */
export const AS_REFERENCE: Readonly<Record<string, (value: Loose) => Record<string, unknown>>> = {
  I3EventHeader: (v: I3EventHeader) => ({ value: header(v) }),
  I3Particle: (v: I3Particle) => ({ value: particle(v) }),
  I3ParticleVect: (v: I3Particle[]) => ({ value: v.map(particle) }),
  I3Position: (v: I3Position) => ({ value: point(v) }),
  I3Double: (value: number) => ({ value: number(value) }),
  I3Int: (value: number) => ({ value }),
  I3Bool: (value: boolean) => ({ value }),
  I3String: (value: string) => ({ value: JSON.parse(value.replace(/\bNaN\b/g, 'null')) }),
  I3VectorOMKey: (v: OMKey[]) => ({ value: v.map(key) }),
  I3VectorChar: (v: Uint8Array) => ({ value: { size: v.length, crc32c: crc32cWithoutInversion(v) } }),
  I3TimeWindow: (v: TimeWindow) => ({ value: window(v) }),
  I3TimeWindowSeriesMap: (v: DomWindows[]) => ({ value: v.map((dom) => [key(dom), dom.windows.map(window)]) }),
  I3SuperDST: (v: SuperDst) => ({ readouts: v.nReadouts, stamps: v.nStamps }),
  I3SuperDSTTriggerSeries: (v: SuperDstTrigger[]) => ({
    value: v.map((t) => ({ config_index: t.configIndex, time: t.timeNs, length: t.lengthNs })),
  }),
  I3RecoPulseSeriesMap: () => ({}),
  I3RecoPulseSeriesMapMask: (v: PulseSeriesMapMask) => ({
    source: v.source,
    om_bits: bitText(v.doms),
    pulse_bits: v.pulses.map(bitText),
  }),
  I3GeometryDiff: (v: GeometryDiff) => ({ value: geometry(v) }),
  I3CalibrationDiff: (v: CalibrationDiff) => ({ value: calibration(v) }),
  I3DetectorStatusDiff: (v: DetectorStatusDiff) => ({ value: detectorStatus(v) }),
  I3LogLikelihoodFitParams: (v: LogLikelihoodFitParams) => ({ value: numbers(v, LLH_FIT) }),
  I3LineFitParams: (v: LineFitParams) => ({ value: numbers(v, LINE_FIT) }),
  I3TrackCharacteristicsValues: (v: TrackCharacteristics) => ({ value: numbers(v, TRACK) }),
  I3CscdLlhFitParams: (v: CscdLlhFitParams) => ({ value: numbers(v, CSCD) }),
  I3PortiaEvent: (v: PortiaEvent) => ({ value: numbers(v, PORTIA) }),
};
