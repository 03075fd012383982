/**
 * Bundles what browsers run: one script and one style sheet a page, no import left, into dist/web/pages. Part of
 * `npm run build`, after the compiler.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = readdirSync(`${root}src/web/page`).filter((name) => /^(entry|worker)-.*\.(ts|css)$/.test(name));

/** Our modules do nothing when they are loaded: what a page does not use is left out, whole layers with their packages. */
const withoutSideEffects = {
  name: 'without-side-effects',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.{1,2}\// }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData?.isResolved || path.endsWith('.css') || !importer.includes('/src/')) return undefined;
      const found = await bundler.resolve(path, { importer, resolveDir, kind, pluginData: { isResolved: true } });
      return found.errors.length > 0 ? found : { path: found.path, sideEffects: false };
    });
  },
};

await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(
    pages.map((name) => [name.replace(/^(entry|worker)-|\.(ts|css)$/g, ''), `src/web/page/${name}`]),
  ),
  outdir: 'dist/web/pages',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome110', 'firefox115', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [withoutSideEffects],
});
