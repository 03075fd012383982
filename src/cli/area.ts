/** `area`: how large are the regions? */
import { Command } from 'commander';
import { answer, openSky, percent, short } from './open-sky.js';
import { ABOUT_PROBABILITY, deltaOption, floorOption, levelOption, resultArgument } from './sky-arguments.js';

const EXAMPLES = `
Examples:
  skymap-scanner area RESULT.npz
  skymap-scanner area RESULT.npz --level 0.5 0.683 0.9 --json
  skymap-scanner area RESULT.npz --wilks
  skymap-scanner area RESULT.npz --delta-llh 22.2 64.2      # published 50 % and 90 % of millipede_original, of no other

--json adds the box around each region: distances in degrees from the most probable position (with --wilks from the best
pixel) to its edges. --wilks asks for the pixels with 2 delta llh below 1.39 (50 %) and 4.61 (90 %) instead.
${ABOUT_PROBABILITY}`;

interface Flags {
  readonly level?: number[];
  readonly deltaLlh?: number[];
  readonly wilks?: boolean;
  readonly angularErrorFloor?: number;
  readonly json?: boolean;
}

export function areaCommand(): Command {
  return new Command('area')
    .summary('say how large the regions of a map are')
    .description('Says in one line how many square degrees the 50 % and 90 % regions of a map have.')
    .addArgument(resultArgument())
    .addOption(levelOption())
    .option('--wilks', 'regions by Wilks instead of probability')
    .addOption(deltaOption())
    .addOption(floorOption())
    .option('--json', 'print JSON, with the box of each region')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(area);
}

async function area(path: string, flags: Flags): Promise<void> {
  const { DEFAULT_LEVELS, regionBelow, skyRegion } = await import('../index.js');
  const { sky, blur } = await openSky(path, flags.angularErrorFloor);
  if (flags.deltaLlh !== undefined) {
    const below = flags.deltaLlh.map((delta) => regionBelow(sky, delta));
    const texts = below.map(({ area_deg2: size, delta_2llh: delta }) => `2 delta llh < ${delta}: ${size} deg2`);
    const rows = below.map(({ kind: region, ...rest }) => ({ region, level: null, ...rest }));
    answer(flags.json, { regions: rows }, `${texts.join(', ')}; not blurred`);
    return;
  }
  const kind = flags.wilks ? 'wilks' : 'probability';
  const regions = (flags.level ?? DEFAULT_LEVELS).map((level) => skyRegion(sky, kind, level));
  const areas = regions.map(({ level, area_deg2: size, delta_2llh: delta }) => {
    const bound = delta === null ? '' : ` (2 delta llh < ${short(delta)})`;
    return `${percent(level)}: ${size} deg2${bound}`;
  });
  const rows = regions.map(({ kind: region, ...rest }) => ({ region, ...rest }));
  answer(flags.json, { regions: rows }, `${areas.join(', ')}; ${flags.wilks ? 'Wilks, not blurred' : blur}`);
}
