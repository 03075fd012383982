/** `credible-level`: the smallest region that contains a position. */
import { Command } from 'commander';
import { answer, known, openSky, positionText, short } from './open-sky.js';
import { ABOUT_PROBABILITY, decArgument, floorOption, raArgument, resultArgument } from './sky-arguments.js';

const EXAMPLES = `
Examples:
  skymap-scanner credible-level RESULT.npz 77.358 5.693
  skymap-scanner credible-level RESULT.npz 77.358 5.693 --angular-error-floor 0 --json

The level is the probability of all pixels of higher density and of the position's own; 1 where there is none. The line
begins with it, so that scripts can cut it off. --json adds llh, 2 delta llh and the probability density.
${ABOUT_PROBABILITY}`;

interface Flags {
  readonly angularErrorFloor?: number;
  readonly json?: boolean;
}

export function credibleLevelCommand(): Command {
  return new Command('credible-level')
    .summary('say at which credible level a position is')
    .description('Says in one line at which credible level of a map a position lies.')
    .addArgument(resultArgument())
    .addArgument(raArgument())
    .addArgument(decArgument())
    .addOption(floorOption())
    .option('--json', 'print JSON')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(credibleLevel);
}

async function credibleLevel(path: string, raDeg: number, decDeg: number, flags: Flags): Promise<void> {
  const { credibleLevelAt, delta2LlhAt, densityAt, llhAt } = await import('../index.js');
  const { result, sky, blur } = await openSky(path, flags.angularErrorFloor);
  const degree = Math.PI / 180;
  const [ra, dec] = [raDeg * degree, decDeg * degree];
  const level = credibleLevelAt(sky.probability, ra, dec);
  const delta = delta2LlhAt(sky, ra, dec);
  answer(
    flags.json,
    {
      ra_deg: raDeg,
      dec_deg: decDeg,
      credible_level: level,
      probability_per_deg2: densityAt(sky.probability, ra, dec) * degree * degree,
      llh: known(llhAt(result, ra, dec)),
      delta_2llh: known(delta),
      angular_error_floor_deg: sky.probability.floorDeg,
    },
    `${short(level)}  credible level of ${positionText(raDeg, decDeg)}; 2 delta llh ${short(delta)}; ${blur}`,
  );
}
