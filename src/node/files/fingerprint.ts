/**
 * A fingerprint of plain data: equal for equal values, whatever the order of members and however the engine stores its
 * numbers. It names the journal of a scan, so that another event, reco, setting or version never goes on with it.
 */
import { createHash, type Hash } from 'node:crypto';

/** 16 hexadecimal digits of the SHA-256 of plain data (objects, lists, Maps, typed arrays, texts, numbers ...). */
export function fingerprint(value: unknown): string {
  const hash = createHash('sha256');
  feed(hash, value);
  return hash.digest('hex').slice(0, 16);
}

function feed(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`${value.constructor.name} ${value.byteLength}:`);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (Array.isArray(value)) {
    hash.update(`[${value.length}:`);
    for (const item of value) feed(hash, item);
  } else if (value instanceof Map) {
    hash.update(`Map ${value.size}:`);
    for (const [key, item] of value) {
      feed(hash, key);
      feed(hash, item);
    }
  } else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    hash.update(`{${members.length}:`);
    for (const [key, member] of members.sort(([a], [b]) => (a < b ? -1 : 1))) {
      feed(hash, key);
      feed(hash, member);
    }
  } else if (typeof value === 'string') hash.update(`"${Buffer.byteLength(value)}:${value}`);
  else hash.update(`${typeof value} ${Object.is(value, -0) ? '-0' : String(value)};`);
}
