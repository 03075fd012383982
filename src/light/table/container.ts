/**
 * The file of a set of photon tables (`*.skylight`):
 *
 *     "SKYLIGHT"  u32 version  u32 length of the header  header (JSON, UTF-8)  sections
 *
 * The header says what the tables are of, how they were made and where their arrays are; each array is a section:
 * differences along one axis (neighbours are alike), 16-bit values with their low and high bytes apart, zlib-compressed,
 * with a CRC-32. Little endian. The same tables give the same bytes.
 */
import { unzlibSync, zlibSync } from 'fflate';
import { z } from 'zod';
import { crc32 } from '../../bytes/index.js';
import { FileFormatError } from '../../config/index.js';
import {
  type Axis,
  axisNodes,
  type CascadeTable,
  CDF_VALUES,
  type MuonTable,
  type PhotonTables,
} from './photon-table.js';

export const TABLE_FORMAT_VERSION: 1 = 1;
const MAGIC = 'SKYLIGHT';
const MAX_HEADER_BYTES = 1 << 20;
const MAX_SECTION_BYTES = 1 << 28;

/** How a set of tables was made. */
export interface TableOrigin {
  readonly iceModel: string;
  /** SHA-256 of the ice model's file, hexadecimal. */
  readonly iceModelSha256: string;
  readonly domEfficiency: number;
  readonly angularAcceptance: string;
  readonly photonsPerDepth: number;
  readonly seed: number;
  /** The command that makes the same bytes. */
  readonly command: string;
  /** Version of the product that made it. */
  readonly generator: string;
}

/** Where an array is in the file, behind the header, and how its values are packed. */
export interface Section {
  readonly offset: number;
  readonly bytes: number;
  readonly values: number;
  readonly type: 'u8' | 'i8' | 'u16';
  /** Differences are to the value so many places before. */
  readonly stride: number;
  /** Of the packed bytes. */
  readonly crc32: number;
}

/** Heights in a header: nodes, or what makes them where they are even. */
export type HeightNodes = Axis | readonly number[];

/** The header of a table file: origin, axes and sections of the three tables. */
export interface TableHeader extends TableOrigin {
  readonly format: 'skymap-scanner-photon-tables';
  readonly version: 1;
  readonly about: string;
  readonly tilt: false;
  readonly normalisation: readonly string[];
  readonly timeNodes: readonly number[];
  readonly cascade: {
    readonly z: HeightNodes;
    readonly lnR: Axis;
    readonly cosGamma: Axis;
    readonly thetaDeg: readonly number[];
    readonly timeZ: HeightNodes;
    readonly timeLnR: Axis;
    readonly timeThetaDeg: readonly number[];
    readonly amplitude: Section;
    readonly harmonic: Section;
    readonly cdf: Section;
  };
  readonly muon: MuonHeader;
  readonly stochastic: MuonHeader;
}

/** Axes and sections of one muon table. */
export interface MuonHeader {
  readonly z: HeightNodes;
  readonly zenithDeg: Axis;
  readonly lnRho: Axis;
  readonly phiDeg: Axis;
  readonly amplitude: Section;
  readonly cdf: Section;
}

const axisSchema = z.strictObject({
  first: z.number(),
  step: z.number().positive(),
  size: z.int().min(2).max(100_000),
});
const nodesSchema = z.array(z.number()).min(2).max(1000);
const heightsSchema = z.union([axisSchema, nodesSchema]);
const sectionSchema = z.strictObject({
  offset: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  values: z.int().positive(),
  type: z.enum(['u8', 'i8', 'u16']),
  stride: z.int().positive(),
  crc32: z.int().nonnegative(),
});
const muonSchema = z.strictObject({
  z: heightsSchema,
  zenithDeg: axisSchema,
  lnRho: axisSchema,
  phiDeg: axisSchema,
  amplitude: sectionSchema,
  cdf: sectionSchema,
});
const headerSchema: z.ZodType<TableHeader> = z.strictObject({
  format: z.literal('skymap-scanner-photon-tables'),
  version: z.literal(TABLE_FORMAT_VERSION),
  about: z.string(),
  iceModel: z.string(),
  iceModelSha256: z.string().regex(/^[0-9a-f]{64}$/),
  domEfficiency: z.number().positive(),
  tilt: z.literal(false),
  angularAcceptance: z.string(),
  photonsPerDepth: z.int().positive(),
  seed: z.int(),
  command: z.string(),
  generator: z.string(),
  normalisation: z.array(z.string()),
  timeNodes: nodesSchema,
  cascade: z.strictObject({
    z: heightsSchema,
    lnR: axisSchema,
    cosGamma: axisSchema,
    thetaDeg: nodesSchema,
    timeZ: heightsSchema,
    timeLnR: axisSchema,
    timeThetaDeg: nodesSchema,
    amplitude: sectionSchema,
    harmonic: sectionSchema,
    cdf: sectionSchema,
  }),
  muon: muonSchema,
  stochastic: muonSchema,
});

type Values = Uint8Array | Int8Array | Uint16Array;

const NORMALISATION = [
  'cascade: ln(A0 r^2) + r/35 = -30 + 38 v/65535 (metres; A0 in 1/m^2 per emitted detectable photon), harmonic a1 = v/127',
  'cascade: PE per GeV = 2450.08*5.321*(0.910/0.9216) * pi*0.1651^2 * A0 * (1 + a1 cos psi) * domEfficiency * relative efficiency',
  'cascade: cdf = v/255 at (8 ns + 1.6 ns/m r) s_k after r*1.33/c',
  'muon, stochastic: ln(A rho) + rho/35 = -30 + 38 v/65535 (A in 1/m: fluence along the track per photon emitted per metre)',
  'muon: PE = 2450.08 * pi*0.1651^2 * A * domEfficiency * relative efficiency, times the light of the energy; stochastic likewise',
  'muon, stochastic: cdf = v/255 at (8 ns + 2 ns/m rho) s_k after (l + rho sqrt(1.33^2-1))/c',
];

/** The file of a set of tables. */
export function encodeTables(tables: PhotonTables, origin: TableOrigin): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const section = (values: Values, stride: number): Section => {
    const packed = zlibSync(toDifferences(values, stride), { level: 9 });
    parts.push(packed);
    const type = values instanceof Uint16Array ? 'u16' : values instanceof Int8Array ? 'i8' : 'u8';
    const entry: Section = { offset, bytes: packed.length, values: values.length, type, stride, crc32: crc32(packed) };
    offset += packed.length;
    return entry;
  };
  const { cascade } = tables;
  const muonEntry = (table: MuonTable): MuonHeader => {
    const perZ = table.zenithDeg.size * table.lnRho.size * table.phiDeg.size;
    return {
      z: asHeader(table.z),
      zenithDeg: table.zenithDeg,
      lnRho: table.lnRho,
      phiDeg: table.phiDeg,
      amplitude: section(table.amplitude, table.phiDeg.size),
      cdf: section(table.cdf, perZ * CDF_VALUES),
    };
  };
  const perTheta = cascade.thetaDeg.length;
  const header: TableHeader = {
    format: 'skymap-scanner-photon-tables',
    version: TABLE_FORMAT_VERSION,
    about: `Light in the ice (${origin.iceModel}): point-like cascades, bare muons, stochastic losses of muons`,
    iceModel: origin.iceModel,
    iceModelSha256: origin.iceModelSha256,
    domEfficiency: origin.domEfficiency,
    tilt: false,
    angularAcceptance: origin.angularAcceptance,
    photonsPerDepth: origin.photonsPerDepth,
    seed: origin.seed,
    command: origin.command,
    generator: origin.generator,
    normalisation: NORMALISATION,
    timeNodes: [...cascade.timeNodes],
    cascade: {
      z: asHeader(cascade.z),
      lnR: cascade.lnR,
      cosGamma: cascade.cosGamma,
      thetaDeg: [...cascade.thetaDeg],
      timeZ: asHeader(cascade.timeZ),
      timeLnR: cascade.timeLnR,
      timeThetaDeg: [...cascade.timeThetaDeg],
      amplitude: section(cascade.amplitude, perTheta * cascade.cosGamma.size),
      harmonic: section(cascade.harmonic, perTheta * cascade.cosGamma.size),
      cdf: section(cascade.cdf, cascade.timeThetaDeg.length * CDF_VALUES),
    },
    muon: muonEntry(tables.muon),
    stochastic: muonEntry(tables.stochastic),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(16 + json.length + offset);
  out.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(out.buffer);
  view.setUint32(8, TABLE_FORMAT_VERSION, true);
  view.setUint32(12, json.length, true);
  out.set(json, 16);
  let at = 16 + json.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The header of a table file. Throws {@link FileFormatError} `light/bad-table`. */
export function decodeTableHeader(bytes: Uint8Array, name: string): TableHeader {
  return readHeader(bytes, name).header;
}

/** Reads a table file whole. Throws {@link FileFormatError} `light/bad-table`. */
export function decodeTables(bytes: Uint8Array, name: string): PhotonTables {
  const { header, start } = readHeader(bytes, name);
  const take = (section: Section, expected: number, type: Section['type']): Values => {
    if (section.values !== expected || section.type !== type) {
      throw badTable(name, 'its header contradicts itself: an array does not have the size of its axes');
    }
    const from = start + section.offset;
    if (from + section.bytes > bytes.length) throw badTable(name, 'it is truncated', TRUNCATED_HINT);
    const packed = bytes.subarray(from, from + section.bytes);
    if (crc32(packed) !== section.crc32) throw badTable(name, 'an array does not match its checksum', TRUNCATED_HINT);
    const size = section.values * (type === 'u16' ? 2 : 1);
    if (size > MAX_SECTION_BYTES) throw badTable(name, 'it is larger than any photon table');
    let raw: Uint8Array;
    try {
      raw = unzlibSync(packed, { out: new Uint8Array(size) });
    } catch {
      throw badTable(name, 'an array cannot be inflated', TRUNCATED_HINT);
    }
    if (raw.length !== size) throw badTable(name, 'an array has another size than its header says');
    return fromDifferences(raw, section.stride, type);
  };
  const common = {
    iceModel: header.iceModel,
    domEfficiency: header.domEfficiency,
    timeNodes: ascending(header.timeNodes, name),
  };
  if (header.timeNodes.length > CDF_VALUES) throw badTable(name, `it has more than ${CDF_VALUES} time nodes`);
  const c = header.cascade;
  const heights = ascending(nodesOf(c.z), name);
  const timeZ = ascending(nodesOf(c.timeZ), name);
  const places = heights.length * c.lnR.size * c.cosGamma.size * c.thetaDeg.length;
  const times = timeZ.length * c.timeLnR.size * c.cosGamma.size * c.timeThetaDeg.length * CDF_VALUES;
  const cascade: CascadeTable = {
    ...common,
    kind: 'cascade',
    z: heights,
    lnR: c.lnR,
    cosGamma: c.cosGamma,
    thetaDeg: ascending(c.thetaDeg, name),
    timeZ,
    timeLnR: c.timeLnR,
    timeThetaDeg: ascending(c.timeThetaDeg, name),
    amplitude: take(c.amplitude, places, 'u16') as Uint16Array,
    harmonic: take(c.harmonic, places, 'i8') as Int8Array,
    cdf: take(c.cdf, times, 'u8') as Uint8Array,
  };
  const muon = (kind: MuonTable['kind']): MuonTable => {
    const m = header[kind];
    const heights = ascending(nodesOf(m.z), name);
    const size = heights.length * m.zenithDeg.size * m.lnRho.size * m.phiDeg.size;
    return {
      ...common,
      kind,
      z: heights,
      zenithDeg: m.zenithDeg,
      lnRho: m.lnRho,
      phiDeg: m.phiDeg,
      amplitude: take(m.amplitude, size, 'u16') as Uint16Array,
      cdf: take(m.cdf, size * CDF_VALUES, 'u8') as Uint8Array,
    };
  };
  return { cascade, muon: muon('muon'), stochastic: muon('stochastic') };
}

const TRUNCATED_HINT = 'Copy or make the file again; it was damaged on its way.';

function readHeader(bytes: Uint8Array, name: string): { header: TableHeader; start: number } {
  const magic = new TextDecoder('latin1').decode(bytes.subarray(0, 8));
  if (magic !== MAGIC) throw badTable(name, 'it is no photon table file: it does not begin with "SKYLIGHT"');
  if (bytes.length < 16) throw badTable(name, 'it is truncated', TRUNCATED_HINT);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== TABLE_FORMAT_VERSION) {
    throw badTable(
      name,
      `it has format version ${version}; this program reads version ${TABLE_FORMAT_VERSION}`,
      'Use the tables that belong to this version, or make them with "skymap-scanner tables make".',
    );
  }
  const length = view.getUint32(12, true);
  if (length > MAX_HEADER_BYTES || 16 + length > bytes.length) throw badTable(name, 'it is truncated', TRUNCATED_HINT);
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(16, 16 + length)));
  } catch {
    throw badTable(name, 'its header is not JSON', TRUNCATED_HINT);
  }
  const parsed = headerSchema.safeParse(document);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw badTable(name, `its header is not as expected at "${issue.path.join('.')}": ${issue.message}`);
  }
  return { header: parsed.data, start: 16 + length };
}

/** The heights that a header means. */
export function nodesOf(heights: HeightNodes): ArrayLike<number> {
  return 'step' in heights ? axisNodes(heights) : heights;
}

/** Even heights are written as an axis. */
function asHeader(nodes: Float64Array): HeightNodes {
  const axis: Axis = { first: nodes[0]!, step: nodes[1]! - nodes[0]!, size: nodes.length };
  return axisNodes(axis).every((node, i) => node === nodes[i]) ? axis : [...nodes];
}

function ascending(nodes: ArrayLike<number>, name: string): Float64Array {
  for (let i = 1; i < nodes.length; i++) {
    if (!(nodes[i]! > nodes[i - 1]!)) throw badTable(name, 'the nodes of an axis do not ascend');
  }
  return Float64Array.from(nodes);
}

function badTable(
  name: string,
  why: string,
  hint = 'Give a file made by "skymap-scanner tables make".',
): FileFormatError {
  return new FileFormatError('light/bad-table', `The photon tables ${name} cannot be used: ${why}.`, hint);
}

/** Differences to the value one stride before; 16-bit ones folded to positive numbers, low bytes before high bytes. */
function toDifferences(values: Values, stride: number): Uint8Array {
  const n = values.length;
  if (!(values instanceof Uint16Array)) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, n);
    return bytes.map((value, i) => (i >= stride ? value - bytes[i - stride]! : value));
  }
  const out = new Uint8Array(2 * n);
  for (let i = 0; i < n; i++) {
    const difference = ((values[i]! - (i >= stride ? values[i - stride]! : 0)) << 16) >> 16;
    const folded = ((difference << 1) ^ (difference >> 15)) & 0xffff;
    out[i] = folded & 255;
    out[n + i] = folded >> 8;
  }
  return out;
}

function fromDifferences(raw: Uint8Array, stride: number, type: Section['type']): Values {
  if (type !== 'u16') {
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw[i]! + (i >= stride ? out[i - stride]! : 0);
    return type === 'i8' ? new Int8Array(out.buffer) : out;
  }
  const n = raw.length / 2;
  const out = new Uint16Array(n);
  for (let i = 0; i < n; i++) {
    const folded = raw[i]! | (raw[n + i]! << 8);
    out[i] = (folded >>> 1) ^ -(folded & 1);
    if (i >= stride) out[i] = out[i]! + out[i - stride]!;
  }
  return out;
}
