/**
 * `npm run build:web`: the scanner as a page. Writes a folder of plain files that any static host can serve, under any
 * path; nothing in it asks for anything outside of it (docs/browser.md).
 *
 *     node scripts/build-web.mjs [--out out/web]
 *
 *     out/web/index.html
 *     out/web/app-DIGEST/   scripts, style, and the product's own data (ice, detector, tables, fonts, example)
 *
 * The digest is that of everything in the folder: it may be cached for ever, index.html must not be. The same sources
 * give the same bytes.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'src/browser');
const MATH = join(SOURCES, 'math/for-pages.ts');
/** What of `resources` a scan in a page reads. */
const DATA = [
  /^detector\/.*\.csv$/,
  /^ice\/.*\.csv$/,
  /^tables\/.*\.skylight$/,
  /^fonts\/.*\.(ttf|txt)$/,
  /^demo\/track\.json$/,
];

const option = process.argv.indexOf('--out');
const out = resolve(option < 0 ? join(ROOT, 'out/web') : (process.argv[option + 1] ?? ''));

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const bundle = await build({
  absWorkingDir: ROOT,
  entryPoints: {
    app: join(SOURCES, 'main.ts'),
    'scan-worker': join(SOURCES, 'scan-worker.ts'),
    'fit-worker': join(SOURCES, 'fit-worker.ts'),
    'regions-worker': join(ROOT, 'src/web/page/worker-regions.ts'),
    style: join(SOURCES, 'style.css'),
  },
  outdir: 'app',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome109', 'firefox115', 'safari16.4'],
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  write: false,
  define: { SKYMAP_SCANNER_VERSION: JSON.stringify(version), ...sameMath() },
  inject: [MATH],
  // The page's policy forbids making code of texts; zod would try, and be reported.
  banner: { js: '(globalThis.__zod_globalConfig??={}).jitless=true;' },
  // Fonts stay files of their own.
  external: ['*.ttf'],
  plugins: [onlyEnglish()],
});

/** Path below the folder -> bytes. */
const files = new Map();
for (const { path, contents } of bundle.outputFiles) files.set(path.slice(join(ROOT, 'app/').length), contents);
// What a report carries in itself: as the command line has it.
for (const [name, page] of [
  ['report.js', 'report.js'],
  ['report.css', 'style.css'],
]) {
  const path = join(ROOT, 'dist/web/pages', page);
  if (!existsSync(path)) {
    console.error(`${path} is missing. Run "npm run build" first, or "npm run build:web", which does.`);
    process.exit(1);
  }
  files.set(name, readFileSync(path));
}
const resources = join(ROOT, 'resources');
for (const entry of readdirSync(resources, { recursive: true }).sort()) {
  if (DATA.some((pattern) => pattern.test(entry)))
    files.set(`resources/${entry}`, readFileSync(join(resources, entry)));
}
files.set('LICENSES.txt', Buffer.from(licences(bundle.metafile)));

const digest = createHash('sha256');
for (const [name, bytes] of [...files].sort()) digest.update(`${name} ${bytes.length}\n`).update(bytes);
const folder = `app-${digest.digest('hex').slice(0, 12)}`;
const { legendKey } = await import('../dist/web/legend-key.js');
const page = readFileSync(join(SOURCES, 'index.html'), 'utf8')
  .replaceAll('APP/', `${folder}/`)
  .replaceAll('VERSION', version)
  .replace('LEGEND', legendKey('later'));

rmSync(out, { recursive: true, force: true });
for (const [name, bytes] of [...files, ['../index.html', Buffer.from(page)]]) {
  const path = join(out, folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

const total = (wanted) => [...files].filter(([name]) => wanted(name)).reduce((sum, [, bytes]) => sum + bytes.length, 0);
const packed = (wanted) =>
  [...files].filter(([name]) => wanted(name)).reduce((sum, [, bytes]) => sum + gzipSync(bytes).length, 0);
const isScript = (name) => name.endsWith('.js') || name.endsWith('.css');
const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;
console.log(`${out}: ${files.size + 1} files, ${kB(total(() => true))}`);
console.log(`  scripts and style ${kB(total(isScript))} (${kB(packed(isScript))} with gzip)`);
console.log(`  tables ${kB(total((name) => name.endsWith('.skylight')))}, fetched only by recos that use them`);
console.log('Serve it with any static host; to look at it here: python3 -m http.server -d out/web');

/** Every `Math.exp` and the like becomes ours, whose bits are those of Node: see src/browser/math. */
function sameMath() {
  const names = [...readFileSync(MATH, 'utf8').matchAll(/(\w+) as Math_\1/g)].map(([, name]) => name);
  return Object.fromEntries(names.map((name) => [`Math.${name}`, `Math_${name}`]));
}

/** zod brings its messages in fifty languages; ours are English. */
function onlyEnglish() {
  return {
    name: 'only-english',
    setup(builder) {
      builder.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js';",
        loader: 'js',
      }));
    },
  };
}

/** The licences of the packages that are inside the scripts. */
function licences({ inputs }) {
  const packages = new Set();
  for (const path of Object.keys(inputs)) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (match !== null) packages.add(match[1]);
  }
  const texts = [`Skymap Scanner ${version}\n\n${readFileSync(join(ROOT, 'LICENSE'), 'utf8')}`];
  for (const name of [...packages].sort()) {
    const directory = join(ROOT, 'node_modules', name);
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    const about = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const text = file === undefined ? `Licence: ${about.license}` : readFileSync(join(directory, file), 'utf8');
    texts.push(`${name} ${about.version}\n\n${text}`);
  }
  return `${texts.map((text) => text.trim()).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
