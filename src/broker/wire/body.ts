/**
 * The body of a message as MQClient writes it (specs/sky-and-scan.md section 10): Zstandard-compressed UTF-8 JSON
 *
 *     {"headers": {}, "data": {...}}
 *
 * Headers are for tracing; ours are empty, others' are ignored.
 */
import { MessageError } from '../../config/index.js';
import { parseJsonBytes } from '../../event/index.js';
import type { Zstd } from './zstd.js';

const encoder = new TextEncoder();

/** The body around the JSON text of its data. */
export function packBody(data: string, zstd: Zstd): Uint8Array {
  return zstd.compress(encoder.encode(`{"headers":{},"data":${data}}`));
}

/** The data of a body. Throws a MessageError for anything else. */
export function openBody(body: Uint8Array, zstd: Zstd): Readonly<Record<string, unknown>> {
  const text = zstd.decompress(body);
  let document: unknown;
  try {
    document = parseJsonBytes(text, 'The message');
  } catch (cause) {
    throw new MessageError((cause as Error).message, { cause });
  }
  const data = isObject(document) ? document.data : undefined;
  if (!isObject(data)) throw new MessageError('The message is no JSON object with a member "data".');
  return data;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
