/** `contains`: is this position inside the 50 % and 90 % regions? */
import { Command } from 'commander';
import { answer, known, openSky, percent, short } from './open-sky.js';
import {
  ABOUT_PROBABILITY,
  decArgument,
  deltaOption,
  floorOption,
  levelOption,
  raArgument,
  resultArgument,
} from './sky-arguments.js';

const EXAMPLES = `
Examples:
  skymap-scanner contains RESULT.npz 77.358 5.693
  skymap-scanner contains RESULT.npz 77.358 5.693 --level 0.683 0.9 --json
  skymap-scanner contains RESULT.npz 77.358 5.693 --wilks
  skymap-scanner contains RESULT.npz 77.358 5.693 --delta-llh 22.2 64.2

A region includes the pixel that completes its level. --wilks asks for the pixels with 2 delta llh below 1.39 (50 %) and
4.61 (90 %) instead.
${ABOUT_PROBABILITY}`;

interface Flags {
  readonly level?: number[];
  readonly deltaLlh?: number[];
  readonly wilks?: boolean;
  readonly angularErrorFloor?: number;
  readonly json?: boolean;
}

export function containsCommand(): Command {
  return new Command('contains')
    .summary('say whether a position is inside the regions of a map')
    .description('Says in one line whether a position lies inside the 50 % and 90 % regions of a map.')
    .addArgument(resultArgument())
    .addArgument(raArgument())
    .addArgument(decArgument())
    .addOption(levelOption())
    .option('--wilks', 'regions by Wilks instead of probability')
    .addOption(deltaOption())
    .addOption(floorOption())
    .option('--json', 'print JSON')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(contains);
}

async function contains(path: string, raDeg: number, decDeg: number, flags: Flags): Promise<void> {
  const { credibleLevelAt, DEFAULT_LEVELS, delta2LlhAt, isInRegion, wilksDelta } = await import('../index.js');
  const { sky, blur } = await openSky(path, flags.angularErrorFloor);
  const [ra, dec] = [(raDeg * Math.PI) / 180, (decDeg * Math.PI) / 180];
  const kind = flags.wilks ? 'wilks' : 'probability';
  const level = credibleLevelAt(sky.probability, ra, dec);
  const delta = delta2LlhAt(sky, ra, dec);
  const regions =
    flags.deltaLlh?.map((bound) => ({ region: 'wilks', level: null, delta_2llh: bound, inside: delta < bound })) ??
    (flags.level ?? DEFAULT_LEVELS).map((one) => ({
      region: kind,
      level: one,
      delta_2llh: flags.wilks ? wilksDelta(one) : null,
      inside: isInRegion(sky, { kind, level: one }, ra, dec),
    }));
  const verdicts = regions
    .map((one) => {
      const name = one.level === null ? `2 delta llh < ${one.delta_2llh}` : percent(one.level);
      return `${name}: ${one.inside ? 'inside' : 'outside'}`;
    })
    .join(', ');
  const isBound = flags.wilks || flags.deltaLlh !== undefined;
  const why = isBound
    ? `2 delta llh ${short(delta)}${flags.wilks ? ', Wilks' : ''}`
    : `credible level ${short(level)}, ${blur}`;
  answer(
    flags.json,
    {
      ra_deg: raDeg,
      dec_deg: decDeg,
      regions,
      credible_level: level,
      delta_2llh: known(delta),
      angular_error_floor_deg: sky.probability.floorDeg,
    },
    `${verdicts}; ${why}`,
  );
}
