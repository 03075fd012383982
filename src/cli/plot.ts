/** `plot`: pictures of a result. */
import { Command, Option } from 'commander';
import type { PlotOptions } from '../index.js';
import { numberBetween } from './arguments.js';
import { tellOddities } from './open-sky.js';
import { listOption, position } from './sky-arguments.js';

const KINDS = ['allsky', 'zoom'] as const;
const FORMATS = ['svg', 'png'] as const;
const CONTOURS = ['probability', 'wilks', 'none'] as const;

const EXAMPLES = `
Examples:
  skymap-scanner plot run00136662.evt000035405932.BRONZE_8_64_512.npz
  skymap-scanner plot RESULT.npz --kind zoom --format svg --truth 47.2,-3.5
  skymap-scanner plot RESULT.npz --kind allsky --theme dark --frame galactic --projection hammer --width 2400

East is to the left. Right ascension and declination are ICRS (J2000) degrees. "2 delta LLH" is twice the difference of
-ln L from the best fit. Contours: probability = smallest regions that hold 50 % and 90 % of exp(-delta LLH) after a blur
with the angular error floor; wilks = 2 delta LLH of 1.39 and 4.61.`;

interface Flags {
  readonly outputDir: string;
  readonly kind: string[];
  readonly format: string[];
  readonly theme: 'light' | 'dark';
  readonly projection: NonNullable<PlotOptions['projection']>;
  readonly center?: number;
  readonly frame: NonNullable<PlotOptions['frame']>;
  readonly quantity: NonNullable<PlotOptions['quantity']>;
  readonly contours: string[];
  readonly range?: number;
  readonly window?: number;
  readonly raUnit: NonNullable<PlotOptions['raUnit']>;
  readonly angularErrorFloor?: number;
  readonly truth?: { raDeg: number; decDeg: number };
  readonly sources?: string;
  readonly errorBox: boolean;
  readonly recoAlgo?: string;
  readonly title?: string;
  readonly width: number;
  readonly json?: boolean;
}

export function plotCommand(): Command {
  return new Command('plot')
    .summary('draw a result as SVG and PNG pictures')
    .description(
      'Draws the map in a result file: the whole sky, and the surroundings of the best fit with the 50 % and 90 % ' +
        'contours. Prints the files it wrote.',
    )
    .argument('<result>', 'result file of a scan')
    .option('--output-dir <dir>', 'where the pictures go', '.')
    .addOption(listOption('--kind <list>', 'which pictures: allsky, zoom', KINDS, KINDS))
    .addOption(listOption('--format <list>', 'which files: svg, png', FORMATS, FORMATS))
    .addOption(
      new Option('--theme <name>', 'light for paper, dark for slides').choices(['light', 'dark']).default('light'),
    )
    .addOption(
      new Option('--projection <name>', 'of the all-sky picture')
        .choices(['mollweide', 'hammer', 'aitoff', 'equirectangular'])
        .default('mollweide'),
    )
    .addOption(new Option('--frame <name>', 'coordinates').choices(['equatorial', 'galactic']).default('equatorial'))
    .option(
      '--center <deg>',
      'longitude in the middle of the all-sky picture (180, galactic 0)',
      numberBetween(-360, 360),
    )
    .addOption(
      new Option('--quantity <name>', 'what the colours show: 2 delta LLH, or the blurred probability')
        .choices(['llh', 'probability'])
        .default('llh'),
    )
    .addOption(listOption('--contours <list>', 'which contours: probability, wilks, none', CONTOURS, ['probability']))
    .option(
      '--range <value>',
      '2 delta LLH at which the colours end (zoom 40, all-sky what covers the sky)',
      numberBetween(1e-6, 1e9),
    )
    .option('--window <deg>', 'side of the zoom (what the 90 % region asks for)', numberBetween(0.02, 170))
    .addOption(
      new Option('--ra-unit <unit>', 'of right ascension on axes').choices(['degrees', 'hours']).default('degrees'),
    )
    .option(
      '--angular-error-floor <deg>',
      'sigma of the blur (what the summary beside the result says, else 0.2)',
      numberBetween(0, 20),
    )
    .option('--truth <ra,dec>', 'true direction in degrees, marked with a star', position)
    .option('--sources <file>', 'objects to mark: lines of name,RA,dec in degrees')
    .option('--no-error-box', 'leave out the box of the 90 % errors')
    .option('--reco-algo <name>', 'reconstruction, for the title (what the summary beside the result says)')
    .option('--title <text>', 'first line instead of run, event and type')
    .option('--width <px>', 'width of PNG files in pixels', numberBetween(100, 8000), 1600)
    .option('--json', 'print a JSON list of the files')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(plot);
}

async function plot(path: string, flags: Flags, command: Command): Promise<void> {
  const { allSkySvg, parseSources, SkymapError, skyMaps, zoomSvg } = await import('../index.js');
  const { ensureDirectory, loadResult, readWholeFile, remarksBeside, resultStem, svgToPng, writeFiles } = await import(
    '../node/index.js'
  );
  const { join } = await import('node:path');

  const result = await loadResult(path);
  await tellOddities(result, path);
  const remarks = await remarksBeside(path);
  const angularErrorFloorDeg = flags.angularErrorFloor ?? remarks.angularErrorFloorDeg;
  const recoAlgo = flags.recoAlgo ?? remarks.recoAlgo;
  const sources =
    flags.sources === undefined
      ? []
      : parseSources(new TextDecoder().decode(await readWholeFile(flags.sources, 'list of sources')), flags.sources);
  const options: PlotOptions = {
    theme: flags.theme,
    projection: flags.projection,
    frame: flags.frame,
    quantity: flags.quantity,
    contours: flags.contours.filter((kind) => kind === 'probability' || kind === 'wilks'),
    raUnit: flags.raUnit,
    errorBox: flags.errorBox,
    sources,
    truth: flags.truth ?? null,
    sky: skyMaps(result, angularErrorFloorDeg ?? undefined),
    ...(flags.center === undefined ? {} : { centreDeg: flags.center }),
    ...(flags.range === undefined ? {} : { range: flags.range }),
    ...(flags.window === undefined ? {} : { windowDeg: flags.window }),
    ...(angularErrorFloorDeg === null ? {} : { angularErrorFloorDeg }),
    ...(recoAlgo === null ? {} : { recoAlgo }),
    ...(flags.title === undefined ? {} : { title: flags.title }),
  };
  await ensureDirectory(flags.outputDir);
  const written: string[] = [];
  const problems: unknown[] = [];
  for (const kind of KINDS.filter((name) => flags.kind.includes(name))) {
    // What one picture or file lacks, the others need not.
    try {
      const svg = kind === 'allsky' ? allSkySvg(result, options) : zoomSvg(result, options);
      const stem = join(flags.outputDir, `${resultStem(path)}.${kind}${flags.theme === 'dark' ? '.dark' : ''}`);
      if (flags.format.includes('svg')) await save(`${stem}.svg`, svg);
      if (flags.format.includes('png')) await save(`${stem}.png`, await svgToPng(svg, flags.width));
    } catch (error) {
      problems.push(error);
    }
  }
  process.stdout.write(
    flags.json ? `${JSON.stringify(written, null, 2)}\n` : written.map((file) => `${file}\n`).join(''),
  );
  const isUnasked = command.getOptionValueSource('format') === 'default';
  for (const problem of problems) {
    // PNG files that nobody asked for by name are no reason to fail.
    if (!(isUnasked && problem instanceof SkymapError && problem.code === 'plot/no-renderer')) throw problem;
  }
  if (problems[0] instanceof SkymapError) {
    process.stderr.write(`note: no PNG files: ${problems[0].message}. ${problems[0].hint}\n`);
  }

  async function save(file: string, bytes: string | Uint8Array): Promise<void> {
    await writeFiles([{ path: file, bytes }]);
    written.push(file);
  }
}
