/**
 * Base64 (RFC 4648 section 4), strict: the standard alphabet, padded, nothing else. `atob` would need a binary text as
 * a detour and forgives white space.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODE = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) CODE[ALPHABET.charCodeAt(i)] = i;
const PAD = 61;

/** The bytes, or null where the text is not base64. */
export function decodeBase64(text: string): Uint8Array | null {
  const n = text.length;
  if (n % 4 !== 0) return null;
  if (n === 0) return new Uint8Array(0);
  const padding = text.charCodeAt(n - 1) !== PAD ? 0 : text.charCodeAt(n - 2) !== PAD ? 1 : 2;
  const out = new Uint8Array((n / 4) * 3 - padding);
  const whole = n - (padding === 0 ? 0 : 4);
  let at = 0;
  let bad = 0;
  for (let i = 0; i < whole; i += 4) {
    const word = (code(text, i) << 18) | (code(text, i + 1) << 12) | (code(text, i + 2) << 6) | code(text, i + 3);
    bad |= word;
    out[at++] = word >> 16;
    out[at++] = word >> 8;
    out[at++] = word;
  }
  if (padding > 0) {
    const third = padding === 1 ? code(text, whole + 2) : 0;
    const word = (code(text, whole) << 18) | (code(text, whole + 1) << 12) | (third << 6);
    bad |= word;
    out[at++] = word >> 16;
    if (padding === 1) out[at++] = word >> 8;
    // Bits that no byte takes must be zero, or two texts would stand for the same bytes.
    if ((word & (padding === 1 ? 0xff : 0xffff)) !== 0) return null;
  }
  return bad < 0 ? null : out;
}

/** Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    parts.push(
      ALPHABET[word >> 18]! +
        ALPHABET[(word >> 12) & 63]! +
        (i + 1 < bytes.length ? ALPHABET[(word >> 6) & 63]! : '=') +
        (i + 2 < bytes.length ? ALPHABET[word & 63]! : '='),
    );
  }
  return parts.join('');
}

/** Six bits of a character, or a number whose sign bit survives the shifts. */
function code(text: string, i: number): number {
  const c = text.charCodeAt(i);
  return c < 128 ? CODE[c]! : -1;
}
