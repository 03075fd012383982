/**
 * The start-up file: everything a client needs to fit the tasks of one scan, written by its server. A JSON object
 *
 *     {"scan_id": "...", "mq_basename": "...",            names of the scan and of its queues, as upstream's v3
 *      "baseline_GCD_file": "..." | null,                 for upstream's clients, where the event has frames
 *      "GCDQp_packet": {"frames": [["G", "..."], ...]},
 *      "skymap_scanner": {"version": 1, "product_version": "...",
 *        "reco": {"kind": "builtin", "name": "..."}, "reco_options": {...}, "ice_model": "spice_mie",
 *        "preparation": "16 hex digits", "event": <open event with its detector>}}
 *
 * Server and clients prepare the very same open event; `preparation` is the fingerprint of what came out, so that no
 * client fits something else than its server thinks. Upstream's start-up files are read too; they do not say the reco.
 */
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { FileFormatError } from '../../config/index.js';
import { baselineNameOf, type Detector, detectorForEvent, loadIc86 } from '../../detector/index.js';
import { type DecodedEvent, decodeEvent, encodeFrame, packetOfFile, writeOpenEvent } from '../../event/index.js';
import type { PreparedEvent, RecoSettings } from '../../reco/index.js';
import type { RecoChoice, RecoSource } from '../fits/reco-source.js';
import { readWholeFile, writeFiles } from './files.js';
import { fingerprint } from './fingerprint.js';
import type { LoadedEvent } from './load-event.js';
import { packageVersion, readResource } from './resources.js';

/** What a start-up file says. */
export interface Startup {
  readonly scanId: string;
  /** Queues are called to-clients-NAME and from-clients-NAME; '' where the file does not say. */
  readonly mqBasename: string;
  readonly event: DecodedEvent;
  readonly detector: Detector;
  /** How its tasks are fitted; null in upstream's files. */
  readonly fit: StartupFit | null;
}

/** What decides a fit besides the event. */
export interface StartupFit {
  readonly reco: RecoChoice;
  readonly settings: RecoSettings;
  readonly iceModel: string;
  readonly preparation: string;
}

/** What a server puts into a start-up file. */
export interface StartupContent extends Omit<StartupFit, 'preparation'> {
  readonly scanId: string;
  readonly eventFile: string;
  /** The text of {@link travelling}. */
  readonly eventText: string;
  readonly preparation: string;
}

const VERSION = 1;
/** Start-up files have some hundred kB. */
const LARGEST = 256 * 1024 * 1024;
const text = z.string().min(1).max(10_000);
const schema = z.object({
  version: z.literal(VERSION),
  product_version: text,
  reco: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('builtin'), name: text }),
    z.object({ kind: z.literal('module'), path: text }),
    z.object({ kind: z.literal('command'), command: text, name: text }),
  ]),
  reco_options: z.record(z.string(), z.string()),
  ice_model: text,
  preparation: text,
  event: z.record(z.string(), z.unknown()),
});
const namesSchema = z.object({
  scan_id: z.string().max(1000).default(''),
  mq_basename: z.string().max(200).default(''),
});

/** An event as its clients will see it, with the text that it travels as. Fits come out the same, to the last bit. */
export async function travelling(loaded: LoadedEvent): Promise<LoadedEvent & { readonly openText: string }> {
  const openText = writeOpenEvent(loaded.event, loaded.detector);
  const arrived = await eventAndDetector(new TextEncoder().encode(openText), 'the event');
  return { ...arrived, notes: loaded.notes, openText };
}

/** What a reco has made of an event, in 16 hexadecimal digits. */
export function preparationOf(source: RecoSource, { notes: _, ...prepared }: PreparedEvent): string {
  return fingerprint({ source: source.identity, prepared });
}

/** Writes a start-up file under a temporary name and renames it: whoever waits for it finds it whole. */
export async function writeStartupFile(path: string, content: StartupContent): Promise<void> {
  const { scanId, eventText, reco, settings, iceModel, preparation } = content;
  const members = [
    `"scan_id": ${JSON.stringify(scanId)}`,
    `"mq_basename": ${JSON.stringify(scanId)}`,
    ...(await upstreamMembers(content.eventFile)),
    `"skymap_scanner": {"version": ${VERSION}, "product_version": ${JSON.stringify(await packageVersion())},
"reco": ${JSON.stringify(reco)}, "reco_options": ${JSON.stringify(settings)},
"ice_model": ${JSON.stringify(iceModel)}, "preparation": "${preparation}",
"event": ${eventText.trimEnd()}}`,
  ];
  await writeFiles([{ path, bytes: `{${members.join(',\n')}}\n` }]);
}

/**
 * Reads a start-up file.
 *
 * @throws FileAccessError; FileFormatError scan/bad-startup-file; EventFormatError for the event in it
 */
export async function readStartupFile(path: string): Promise<Startup> {
  const bytes = unpacked(await readWholeFile(path, 'start-up file'), path);
  const document = parse(bytes, path);
  const names = namesSchema.safeParse(document);
  if (!names.success) throw badFile(path, 'has a scan_id or mq_basename that is no name');
  const common = { scanId: names.data.scan_id, mqBasename: names.data.mq_basename };
  if (document.skymap_scanner === undefined) {
    if (!('GCDQp_packet' in document)) throw badFile(path, 'holds no scan');
    return { ...common, ...(await eventAndDetector(bytes, basename(path))), fit: null };
  }
  const parsed = schema.safeParse(document.skymap_scanner);
  if (!parsed.success) throw refusal(path, document.skymap_scanner, parsed.error);
  const { reco, reco_options: settings, ice_model: iceModel, preparation, event } = parsed.data;
  const eventBytes = new TextEncoder().encode(JSON.stringify(event));
  return {
    ...common,
    ...(await eventAndDetector(eventBytes, `the event in ${basename(path)}`)),
    fit: { reco, settings, iceModel, preparation },
  };
}

/** The scan that a start-up file belongs to; null where there is none, or something else. */
export async function scanOfStartupFile(path: string): Promise<string | null> {
  try {
    const { scan_id: scanId } = parse(await readWholeFile(path, 'start-up file'), path);
    return typeof scanId === 'string' ? scanId : null;
  } catch {
    return null;
  }
}

async function eventAndDetector(bytes: Uint8Array, name: string): Promise<Pick<Startup, 'event' | 'detector'>> {
  const event = decodeEvent(bytes, name);
  return { event, detector: detectorForEvent(event, await loadIc86(readResource), null) };
}

/** What upstream's clients read; nothing for events that never had frames. */
async function upstreamMembers(eventFile: string): Promise<string[]> {
  const bytes = await readWholeFile(eventFile, 'event file');
  const name = basename(eventFile);
  const packet = packetOfFile(bytes, name);
  if (packet === null) return [];
  const frames = packet.frames.map((frame) => {
    const stop = frame.stop === 'P' ? 'p' : frame.stop;
    return [stop, encodeFrame({ ...frame, stop }, 'python3')];
  });
  return [
    `"baseline_GCD_file": ${JSON.stringify(baselineNameOf(decodeEvent(bytes, name)))}`,
    `"GCDQp_packet": ${JSON.stringify({ frames })}`,
  ];
}

/** A start-up file may travel packed by gzip: what batch systems carry is small. */
function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch {
    throw badFile(path, 'is packed, but damaged');
  }
}

function parse(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badFile(path, 'is not JSON');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw badFile(path, 'is no JSON object');
  }
  return document as Readonly<Record<string, unknown>>;
}

function refusal(path: string, value: unknown, { issues }: z.ZodError): FileFormatError {
  const version = (value as { readonly version?: unknown } | null)?.version;
  if (Number.isSafeInteger(version) && version !== VERSION) {
    return badFile(path, `is of version ${version}; this program knows version ${VERSION}`);
  }
  return badFile(path, `has a member ${issues[0]?.path.join('.') || 'skymap_scanner'} that cannot be used`);
}

function badFile(path: string, what: string): FileFormatError {
  return new FileFormatError(
    'scan/bad-startup-file',
    `The start-up file ${path} ${what}.`,
    'Give the file that the server wrote (--client-startup-json), and run server and clients of the same version.',
  );
}
