import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256, sha256Hex } from '../../src/bytes/index.js';

it('SHA-256 is what Node says it is, for every length around a block and for large data', () => {
  for (const length of [...Array(200).keys(), 1_000_003]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
    const wanted = createHash('sha256').update(bytes).digest('hex');
    expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(wanted);
    expect(sha256Hex(bytes)).toBe(wanted);
  }
});
