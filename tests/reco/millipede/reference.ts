/** Events of the reference's vectors as rows. */
import type { Detector } from '../../../src/detector/index.js';
import { buildPulseMap, type DomWindows, type OMKey, type PulseMap } from '../../../src/event/index.js';
import { detectorReadout } from '../../../src/prepare/index.js';
import { buildRows, type Rows } from '../../../src/reco/millipede/rows.js';

/** Receivers as rows (string, om, x, y, z, light scale, noise rate in 1/ns) or as objects. */
export function detectorOf(receivers: any[]): Detector {
  const list = receivers.map((r) =>
    Array.isArray(r) ? r : [r.string, r.om, r.x, r.y, r.z, r.lightScale, r.noiseRate],
  ) as number[][];
  const column = (k: number): Float64Array => Float64Array.from(list, (r) => r[k]!);
  const n = list.length;
  return {
    name: 'reference',
    string: Int32Array.from(column(0)),
    om: Int32Array.from(column(1)),
    pmt: new Uint8Array(n),
    x: column(2),
    y: column(3),
    z: column(4),
    efficiency: new Float64Array(n).fill(1),
    meanChargePe: column(5),
    noiseRateHz: column(6).map((perNs) => perNs * 1e9),
    isOn: new Uint8Array(n).fill(1),
    isSlcOnly: new Uint8Array(n),
    provenance: [],
  };
}

export function pulsesOf(list: any[]): PulseMap {
  return buildPulseMap(
    list.map((dom) => ({
      key: { string: dom.string, om: dom.om, pmt: 0 },
      timeNs: dom.time,
      chargePe: dom.charge,
      widthNs: dom.width,
      flags: dom.time.map(() => 0),
    })),
  );
}

/** Rows of a case of the vector files, as the given settings make them. */
export function rowsOf(file: any, detector: Detector, settings: any): Rows {
  const number = (value: number | string): number =>
    typeof value === 'number' ? value : Number(String(value).replace('inf', 'Infinity'));
  const windows: DomWindows[] = (file.exclusions ?? []).map((dom: any) => ({
    string: dom.string,
    om: dom.om,
    pmt: 0,
    windows: dom.windows.map(([a, b]: any) => ({ startNs: number(a), stopNs: number(b) })),
  }));
  let excluded: OMKey[] = file.excludedDoms.map((dom: any) => ({ string: dom.string, om: dom.om, pmt: 0 }));
  const pulses = pulsesOf(file.pulses);
  if (settings.useUnhitDOMs === false) {
    const hit = new Set(file.pulses.map((dom: any) => `${dom.string},${dom.om}`));
    const unhit = [...detector.string.keys()].filter((i) => !hit.has(`${detector.string[i]},${detector.om[i]}`));
    excluded = [...excluded, ...unhit.map((i) => ({ string: detector.string[i]!, om: detector.om[i]!, pmt: 0 }))];
  }
  const readout = detectorReadout(detector, { startNs: file.readout[0], stopNs: file.readout[1] }, excluded, windows);
  return buildRows(detector, readout, pulses, { sigma: settings.binSigma, minWidthNs: settings.minTimeWidth });
}
