/** `compare`: do two results say the same? */
import { Command, InvalidArgumentError } from 'commander';
import type { ResultComparison, Tolerances } from '../index.js';
import { namedValue } from './arguments.js';
import { short } from './open-sky.js';
import { printable } from './printable.js';
import { resultArgument } from './sky-arguments.js';

/** Columns as files name them. */
const COLUMNS: readonly (readonly [name: string, key: keyof Tolerances])[] = [
  ['llh', 'llh'],
  ['E_in', 'eIn'],
  ['E_tot', 'eTot'],
  ['X', 'x'],
  ['Y', 'y'],
  ['Z', 'z'],
  ['T', 't'],
];

const EXAMPLES = `
Examples:
  skymap-scanner compare OURS.npz THEIRS.npz
  skymap-scanner compare A.json B.npz --tolerance llh=1e-9 --tolerance X=0.01
  skymap-scanner compare A.npz B.npz --tolerance all=0 && echo identical
  skymap-scanner compare PARTIAL.npz WHOLE.npz --common

Values a and b are the same where |a - b| <= 1e-8 + tolerance * |b|; NaN is the same as NaN, and an energy of 0 the same as
any. Tolerances are skyreader's unless given: llh 1e-4, E_in and E_tot 1e-2, X Y Z T 1e-3. Files must have the same nsides,
the same pixels and the same event, if both name one; --common looks only at what both have.
llh is -ln L; energies in GeV, X Y Z in metres, T in ns.

Exit codes: 0 the same, 1 different or a file that cannot be read, 2 wrong usage.`;

interface Flags {
  readonly tolerance?: Readonly<Record<string, string>>;
  readonly common?: boolean;
  readonly json?: boolean;
}

export function compareCommand(): Command {
  return new Command('compare')
    .summary('say whether two results are the same within tolerances')
    .description(
      'Compares two results pixel by pixel and column by column. Its exit code is 0 where they are the same.',
    )
    .addArgument(resultArgument('a', 'a result file (.npz or .json)'))
    .addArgument(resultArgument('b', 'another one, to whose values tolerances are relative'))
    .option('--tolerance <name=value>', 'relative tolerance of a column, or of all; repeat for more', tolerance)
    .option('--common', 'look only at the nsides and pixels that both have')
    .option('--json', 'print JSON')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(compare);
}

function tolerance(text: string, before?: Readonly<Record<string, string>>): Record<string, string> {
  const values = namedValue(text, before);
  for (const [name, value] of Object.entries(values)) {
    const isColumn = name === 'all' || COLUMNS.some(([column]) => column === name);
    if (!isColumn || !(value !== '' && Number(value) >= 0)) {
      const names = COLUMNS.map(([column]) => column).join(', ');
      throw new InvalidArgumentError(`It must be NAME=VALUE with a value of 0 or more; names are ${names} and all.`);
    }
  }
  return values;
}

async function compare(pathA: string, pathB: string, flags: Flags): Promise<void> {
  const { compareResults, SKYREADER_TOLERANCES } = await import('../index.js');
  const { loadResult } = await import('../node/index.js');
  const [a, b] = [await loadResult(pathA), await loadResult(pathB)];
  const tolerances: Tolerances = { ...SKYREADER_TOLERANCES };
  for (const [name, key] of COLUMNS) {
    const value = flags.tolerance?.[name] ?? flags.tolerance?.all;
    if (value !== undefined) Object.assign(tolerances, { [key]: Number(value) });
  }
  const comparison = compareResults(a, b, tolerances);
  const problems = problemsOf(comparison, flags.common === true);
  if (problems.length > 0) process.exitCode = 1;
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(report(comparison, tolerances, problems), null, 2)}\n`);
    return;
  }
  const pixels = comparison.nsides.reduce((sum, { common }) => sum + common, 0);
  const nsides = comparison.nsides.map(({ nside }) => nside).join(' ');
  const verdict = problems.length === 0 ? 'the same within the tolerances' : 'different';
  process.stdout.write(
    [
      `${verdict}: ${pixels} common pixels of nsides ${nsides || '(none)'}`,
      ...problems.map((one) => `  ${printable(one)}`),
      '',
    ].join('\n'),
  );
}

/** What keeps two results from being the same, a line each. */
function problemsOf(comparison: ResultComparison, isCommonOnly: boolean): string[] {
  const problems: string[] = [];
  for (const { name, a, b } of comparison.metadata) problems.push(`${name}: ${a} and ${b}`);
  if (comparison.nsides.length === 0) problems.push('no nside in common');
  if (!isCommonOnly) {
    for (const nside of comparison.nsidesOnlyInA) problems.push(`nside ${nside}: only in the first`);
    for (const nside of comparison.nsidesOnlyInB) problems.push(`nside ${nside}: only in the second`);
  }
  for (const { nside, common, onlyInA, onlyInB, columns } of comparison.nsides) {
    if (!isCommonOnly && onlyInA > 0) problems.push(`nside ${nside}: ${onlyInA} pixels only in the first`);
    if (!isCommonOnly && onlyInB > 0) problems.push(`nside ${nside}: ${onlyInB} pixels only in the second`);
    for (const [name, key] of COLUMNS) {
      const { notClose, largest, largestAt } = columns[key];
      if (notClose === 0) continue;
      const most = largestAt === null ? '' : `; largest difference ${short(largest)} at pixel ${largestAt}`;
      problems.push(`nside ${nside}: ${name} differs in ${notClose} of ${common} pixels${most}`);
    }
  }
  return problems;
}

function report(comparison: ResultComparison, tolerances: Tolerances, problems: readonly string[]): object {
  return {
    same: problems.length === 0,
    problems,
    tolerances: Object.fromEntries(COLUMNS.map(([name, key]) => [name, tolerances[key]])),
    metadata: comparison.metadata,
    nsides_only_in_a: comparison.nsidesOnlyInA,
    nsides_only_in_b: comparison.nsidesOnlyInB,
    nsides: comparison.nsides.map(({ nside, common, onlyInA, onlyInB, columns }) => ({
      nside,
      common_pixels: common,
      pixels_only_in_a: onlyInA,
      pixels_only_in_b: onlyInB,
      columns: Object.fromEntries(
        COLUMNS.map(([name, key]) => {
          const { isClose, notClose, largest, largestAt } = columns[key];
          return [
            name,
            { same: isClose, different_pixels: notClose, largest_difference: largest, at_pixel: largestAt },
          ];
        }),
      ),
    })),
  };
}
