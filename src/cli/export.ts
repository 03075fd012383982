/** `export`: the files of a map that other programs read. */
import { Command } from 'commander';
import type { MapQuantity, ProductFormat, RegionKind } from '../index.js';
import { GCD_DIR, wholeNumber } from './arguments.js';
import { tellOddities } from './open-sky.js';
import { ABOUT_PROBABILITY, floorOption, levelOption, listOption, resultArgument } from './sky-arguments.js';

/** The formats and what they are for; a test holds them to those of the library. */
export const FORMATS: Readonly<Record<ProductFormat, string>> = {
  multiorder: 'multi-order HEALPix FITS (UNIQ): ligo.skymap, astropy, Aladin, GCN',
  flat: 'flat HEALPix FITS (RING, gzip) of one nside: healpy, skyreader',
  'moc-fits': 'region as coverage map (IVOA MOC 2.0): mocpy, Aladin, TOPCAT',
  'moc-json': 'the same as JSON',
  'moc-text': 'the same as text',
  'contours-csv': 'outlines of all regions, one table: region, level, ring, RA, dec',
  'contours-geojson': 'outlines as polygons with holes (RFC 7946), RA -180 to 180',
  'contours-text': 'largest outline of a region, two columns of radians: skyreader',
};
const QUANTITIES: readonly MapQuantity[] = ['probability', 'llh'];
const REGIONS: readonly RegionKind[] = ['probability', 'wilks'];

const EXAMPLES = `
Formats:
${Object.entries(FORMATS)
  .map(([name, about]) => `  ${name.padEnd(18)}${about}`)
  .join('\n')}

Examples:
  skymap-scanner export run00136662.evt000035405932.BRONZE_8_64_512.npz --output-dir products
  skymap-scanner export RESULT.npz --format multiorder --quantity probability --gzip
  skymap-scanner export RESULT.npz --format flat --nside 256
  skymap-scanner export RESULT.npz --html report.html
  skymap-scanner export RESULT.npz --html report.html --event-file alert.json --gcd-dir /data/gcd
  skymap-scanner export RESULT.npz --format moc-fits,contours-geojson --level 0.683 0.9 --regions probability

Names begin with that of the result. Maps are of the probability and of 2 delta llh, which is not blurred; regions are of
the probability and by Wilks (2 delta llh below 1.39 and 4.61); each file, or the list that --json prints, says which.
${ABOUT_PROBABILITY}`;

interface Flags {
  readonly outputDir: string;
  readonly format: string[];
  readonly quantity: MapQuantity[];
  readonly regions: RegionKind[];
  readonly level?: number[];
  readonly nside?: number;
  readonly angularErrorFloor?: number;
  readonly recoAlgo?: string;
  readonly gzip?: boolean;
  readonly html?: string;
  readonly eventFile?: string | false;
  readonly gcdDir?: string;
  readonly json?: boolean;
}

export function exportCommand(): Command {
  const formats = Object.keys(FORMATS);
  return new Command('export')
    .summary('write the files of a map that other programs read')
    .description(
      'Writes a map as FITS, coverage maps, contours and tables, and prints the names of the files. Without --format all ' +
        'formats but the flat map, which is large; --nside asks for that too.',
    )
    .addArgument(resultArgument())
    .option('--output-dir <dir>', 'where the files go', '.')
    .addOption(
      listOption(
        '--format <list>',
        'which files, or all',
        [...formats, 'all'],
        formats.filter((name) => name !== 'flat'),
      ),
    )
    .addOption(listOption('--quantity <list>', 'which maps: probability, llh (2 delta llh)', QUANTITIES, QUANTITIES))
    .addOption(listOption('--regions <list>', 'which regions: probability, wilks', REGIONS, REGIONS))
    .addOption(levelOption())
    .option('--nside <n>', 'of the flat map (the finest of the result)', wholeNumber(1, 2048))
    .addOption(floorOption())
    .option('--reco-algo <name>', 'reconstruction, for headers (what the summary beside the result says)')
    .option('--gzip', 'compress the multi-order maps too')
    .option('--html <file>', 'write a report for browsers: one file, no network needed (alone: no other files)')
    .option('--event-file <file>', 'event that was scanned, for the report (TYPE.event.json.gz beside the result)')
    .option('--no-event-file', 'leave the event out of the report')
    .option('-g, --gcd-dir <dir>', GCD_DIR)
    .option('--json', 'print a JSON list: file, format, what it is')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(exportProducts);
}

async function exportProducts(path: string, flags: Flags, command: Command): Promise<void> {
  const { ConfigError, isNside, PRODUCT_FORMATS, readResult, skyProducts } = await import('../index.js');
  const { ensureDirectory, packageVersion, readWholeFile, remarksBeside, resultStem, writeFiles } = await import(
    '../node/index.js'
  );
  const { createHash } = await import('node:crypto');
  if (flags.html === undefined && typeof flags.eventFile === 'string') {
    throw new ConfigError('config/bad-value', 'An event file is only of use for a report.', 'Say --html FILE too.');
  }
  const { basename, join } = await import('node:path');

  if (flags.nside !== undefined && !isNside(flags.nside)) {
    throw new ConfigError(
      'config/bad-value',
      `There is no nside ${flags.nside}.`,
      'Give a power of two from 1 to 2048.',
    );
  }
  const bytes = await readWholeFile(path, 'result file');
  const result = readResult(bytes, path);
  await tellOddities(result, path);
  const remarks = await remarksBeside(path);
  const isUnasked = command.getOptionValueSource('format') === 'default';
  const isOnlyReport = flags.html !== undefined && isUnasked && flags.nside === undefined;
  const wanted = PRODUCT_FORMATS.filter(
    (format) =>
      !isOnlyReport &&
      (flags.format.includes(format) ||
        flags.format.includes('all') ||
        (format === 'flat' && isUnasked && flags.nside !== undefined)),
  );
  const floorDeg = flags.angularErrorFloor ?? remarks.angularErrorFloorDeg;
  const products =
    wanted.length === 0
      ? []
      : skyProducts(result, resultStem(path), {
          formats: wanted,
          quantities: flags.quantity,
          regions: flags.regions,
          recoAlgo: flags.recoAlgo ?? remarks.recoAlgo,
          creator: `skymap-scanner ${await packageVersion()}`,
          source: { file: basename(path), sha256: createHash('sha256').update(bytes).digest('hex') },
          gzip: flags.gzip === true,
          ...(flags.level === undefined ? {} : { levels: flags.level }),
          ...(flags.nside === undefined ? {} : { nside: flags.nside }),
          ...(floorDeg === null ? {} : { angularErrorFloorDeg: floorDeg }),
        });
  if (wanted.length > 0) await ensureDirectory(flags.outputDir);
  const written: { file: string; format: ProductFormat | 'html'; about: string }[] = [];
  for (const { name, format, about, bytes } of products) {
    const file = join(flags.outputDir, name);
    await writeFiles([{ path: file, bytes }]);
    written.push({ file, format, about });
    if (!flags.json) process.stdout.write(`${file}\n`);
  }
  if (flags.html !== undefined) {
    const { reportOfResult } = await import('../node/index.js');
    const html = await reportOfResult(path, {
      ...(flags.eventFile === undefined ? {} : { eventFile: flags.eventFile || null }),
      ...(flags.gcdDir === undefined ? {} : { gcdDir: flags.gcdDir }),
      angularErrorFloorDeg: floorDeg,
      recoAlgo: flags.recoAlgo ?? remarks.recoAlgo,
    });
    await writeFiles([{ path: flags.html, bytes: html }]);
    written.push({ file: flags.html, format: 'html', about: 'report for browsers, in one file' });
    if (!flags.json) process.stdout.write(`${flags.html}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(written, null, 2)}\n`);
}
