/** `sources`: which known objects are near? */
import { Command } from 'commander';
import { wholeNumber } from './arguments.js';
import { openSky, short } from './open-sky.js';
import { printable } from './printable.js';
import { ABOUT_PROBABILITY, floorOption, resultArgument } from './sky-arguments.js';

const EXAMPLES = `
Examples:
  skymap-scanner sources RESULT.npz catalogue.csv
  skymap-scanner sources RESULT.npz 4fgl.csv --count 20 --json

The catalogue is a CSV file of lines name,RA,dec; a header line and lines that begin with # are skipped. Sources come by
their distance from the most probable position, with the credible level of their place.
${ABOUT_PROBABILITY}`;

interface Flags {
  readonly count: number;
  readonly angularErrorFloor?: number;
  readonly json?: boolean;
}

export function sourcesCommand(): Command {
  return new Command('sources')
    .summary("list the catalogue sources nearest to a map's position")
    .description('Lists the sources of a catalogue that are nearest to the most probable position of a map.')
    .addArgument(resultArgument())
    .argument('<catalogue>', 'CSV file of name,RA,dec in degrees')
    .option('--count <n>', 'how many', wholeNumber(1, 100_000), 5)
    .addOption(floorOption())
    .option('--json', 'print JSON')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(sources);
}

async function sources(path: string, catalogue: string, flags: Flags): Promise<void> {
  const { nearestSources, parseSources } = await import('../index.js');
  const { readWholeFile } = await import('../node/index.js');
  const known = parseSources(new TextDecoder().decode(await readWholeFile(catalogue, 'catalogue')), catalogue);
  const { sky, blur } = await openSky(path, flags.angularErrorFloor);
  const near = nearestSources(sky, known, flags.count);
  if (flags.json) {
    const { floorDeg } = sky.probability;
    process.stdout.write(`${JSON.stringify({ sources: near, angular_error_floor_deg: floorDeg }, null, 2)}\n`);
    return;
  }
  const width = Math.max(4, ...near.map(({ name }) => name.length));
  const row = (name: string, ...cells: string[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(12)).join('')}\n`;
  process.stdout.write(row('name', 'RA deg', 'dec deg', 'away deg', 'level', '2 dlogL'));
  for (const one of near) {
    const { ra_deg, dec_deg, separation_deg, credible_level, delta_2llh } = one;
    const cells = [ra_deg, dec_deg, separation_deg, credible_level, delta_2llh ?? Number.NaN];
    process.stdout.write(row(printable(one.name), ...cells.map(short)));
  }
  process.stdout.write(`level: credible level, ${blur}\n`);
}
