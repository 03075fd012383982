/** `combine`: several maps as one. */
import { Command } from 'commander';
import type { ScanResult } from '../index.js';
import { tellOddities } from './open-sky.js';
import { listOption, resultArgument } from './sky-arguments.js';

const FORMATS = ['npz', 'json'] as const;

const EXAMPLES = `
Examples:
  skymap-scanner combine FIRST.npz SECOND.npz
  skymap-scanner combine A.npz B.npz C.json --format npz,json --output-dir combined

llh (-ln L) are summed wherever all maps have one, at the finest pixels of any; probabilities are thereby multiplied. Use
it for what is independent: events of a multiplet, other instruments' maps, not two fits of the same light. The result is
a result file as of a scan, so that plot, export and the answers work on it; energies and vertices are left out, and the
event is kept where all maps are of the same. The blur is applied once, when the combined map is asked.`;

interface Flags {
  readonly outputDir: string;
  readonly format: string[];
  readonly json?: boolean;
}

export function combineCommand(): Command {
  return new Command('combine')
    .summary('add the likelihoods of maps into one')
    .description('Adds the llh of two or more maps and writes the sum as a result file. Prints the files it wrote.')
    .addArgument(resultArgument('first'))
    .argument('<others...>', 'one or more others')
    .option('--output-dir <dir>', 'where the result goes', '.')
    .addOption(listOption('--format <list>', 'which files: npz, json', FORMATS, ['npz']))
    .option('--json', 'print JSON: the files, whether the event is known, and the best fit')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(combine);
}

async function combine(first: string, others: string[], flags: Flags): Promise<void> {
  const { bestFit, combineResults, toJson, writeNpz } = await import('../index.js');
  const { ensureDirectory, loadResult, resultStem, writeFiles } = await import('../node/index.js');
  const { join } = await import('node:path');
  const results: ScanResult[] = [];
  for (const path of [first, ...others]) {
    results.push(await loadResult(path));
    await tellOddities(results.at(-1)!, path);
  }
  const combined = combineResults(results);
  const name = `${withoutNsides(resultStem(first), results[0]!)}.combined_${nsidesOf(combined)}`;
  await ensureDirectory(flags.outputDir);
  const files = FORMATS.filter((format) => flags.format.includes(format)).map((format) => ({
    path: join(flags.outputDir, `${name}.${format}`),
    bytes: format === 'npz' ? writeNpz(combined) : toJson(combined),
  }));
  await writeFiles(files);
  const paths = files.map(({ path }) => path);
  if (!flags.json) {
    process.stdout.write(paths.map((path) => `${path}\n`).join(''));
    return;
  }
  const { nside, pixel, llh } = bestFit(combined)!;
  const event = combined.metadata && { run_id: combined.metadata.runId, event_id: combined.metadata.eventId };
  process.stdout.write(`${JSON.stringify({ files: paths, event, best_fit: { nside, pixel, llh } }, null, 2)}\n`);
}

/** A file name without the nsides at its end: `run...TYPE` of `run...TYPE_8_64_512`. */
function withoutNsides(stem: string, result: ScanResult): string {
  const end = nsidesOf(result);
  return stem.endsWith(`_${end}`) || stem.endsWith(`-${end}`) ? stem.slice(0, -end.length - 1) : stem;
}

function nsidesOf({ maps }: ScanResult): string {
  return maps
    .map(({ nside }) => nside)
    .sort((a, b) => a - b)
    .join('_');
}
