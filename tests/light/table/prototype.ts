/** The tables of ../shared/data/photon-table, made by another program in the layout of specs/photon-tables.md. */
import type { Axis, CascadeTable, MuonTable, PhotonTables } from '../../../src/light/index.js';
import { sharedBytes, sharedJson } from '../../support/shared.js';

const FOLDER = 'data/photon-table';
export const PROTOTYPE_FILES: readonly string[] = ['em', 'muon', 'stochastic'].map(
  (kind) => `${FOLDER}/spice_mie-${kind}/table.json`,
);

export function prototypeVectors(kind: 'em' | 'muon' | 'stochastic'): any[] {
  return sharedJson(`${FOLDER}/spice_mie-${kind}/vectors.json`).vectors;
}

export function prototypeTables(): PhotonTables {
  return { cascade: cascade(), muon: muon('muon'), stochastic: muon('stochastic') };
}

function cascade(): CascadeTable {
  const header = sharedJson(`${FOLDER}/spice_mie-em/table.json`);
  const step = Math.log(1.2);
  return {
    kind: 'cascade',
    iceModel: header.iceModel,
    domEfficiency: 1,
    timeNodes: Float64Array.from(header.cdf.nodesPerScale),
    z: Float64Array.from(header.amplitude.z),
    lnR: { first: step / 2, step, size: 35 },
    cosGamma: axis(header.amplitude.cosGamma),
    thetaDeg: Float64Array.from(header.amplitude.thetaDeg),
    amplitude: words(`${FOLDER}/spice_mie-em/amp.u16`),
    harmonic: new Int8Array(sharedBytes(`${FOLDER}/spice_mie-em/a1.i8`)),
    timeZ: Float64Array.from(header.cdf.z),
    timeLnR: { first: step / 2, step: 2 * step, size: 18 },
    timeThetaDeg: Float64Array.from(header.cdf.thetaDeg),
    cdf: sharedBytes(`${FOLDER}/spice_mie-em/cdf.u8`),
  };
}

function muon(kind: 'muon' | 'stochastic'): MuonTable {
  const folder = `${FOLDER}/spice_mie-${kind}`;
  const header = sharedJson(`${folder}/table.json`);
  return {
    kind,
    iceModel: header.iceModel,
    domEfficiency: 1,
    timeNodes: Float64Array.from(header.cdf.nodesPerScale),
    z: Float64Array.from(header.amplitude.z),
    zenithDeg: axis(header.amplitude.zenithDeg),
    lnRho: { first: 0, step: Math.log(1.25), size: 28 },
    phiDeg: axis(header.amplitude.phiDeg),
    amplitude: words(`${folder}/amp.u16`),
    cdf: sharedBytes(`${folder}/cdf.u8`),
  };
}

function axis(nodes: readonly number[]): Axis {
  return { first: nodes[0]!, step: (nodes.at(-1)! - nodes[0]!) / (nodes.length - 1), size: nodes.length };
}

function words(file: string): Uint16Array {
  const bytes = sharedBytes(file);
  return new Uint16Array(bytes.slice().buffer);
}
