/** Scripts and style of the pages, as `npm run build` has bundled them. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FileAccessError } from '../../config/index.js';
import type { ReportAssets } from '../../web/index.js';
import { readWholeFile } from '../files/files.js';
import { PACKAGE_ROOT } from '../files/resources.js';

/** A bundled file: `report.js`, `live.js`, `regions.js`, `style.css`. */
export async function pageFile(name: string): Promise<Uint8Array> {
  try {
    return await readWholeFile(join(PACKAGE_ROOT, 'dist/web/pages', name), 'page');
  } catch (error) {
    throw new FileAccessError(
      'file/not-found',
      `The pages are not there (${name} is missing): they are made with the program.`,
      'Run npm run build.',
      { cause: error },
    );
  }
}

/** What a report needs of them. */
export async function reportAssets(): Promise<ReportAssets> {
  const [script, style] = await Promise.all(['report.js', 'style.css'].map(pageFile));
  return {
    script: new TextDecoder().decode(script),
    style: new TextDecoder().decode(style),
    sha256: (text) => createHash('sha256').update(text).digest('base64'),
  };
}
