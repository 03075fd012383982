import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { errorDocs } from '../../src/config/error-docs.js';
import { ERROR_CODES } from '../../src/config/index.js';

describe('error codes', () => {
  it('are all on the page docs/errors.md, as `node scripts/error-docs.mjs` writes it', async () => {
    const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    expect(page).toBe(errorDocs());
  });

  it('are named area/what-is-wrong and explained in a sentence', () => {
    for (const [code, meaning] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[a-z]+\/[a-z-]+$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
  });
});
