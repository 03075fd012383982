/** `recos`: which reconstructions are built in. */
import { Command } from 'commander';

export function recosCommand(): Command {
  return new Command('recos')
    .summary('list the reconstructions that are built in')
    .description(
      'Lists the reconstructions that are built in: name and what it is, and below the options that they take as --reco-option name=value.',
    )
    .option('--json', 'print a JSON list of {name, about, options}')
    .option('--debug', 'show stack traces')
    .addHelpText(
      'after',
      '\nExamples:\n  skymap-scanner recos\n  skymap-scanner recos --json\n\ndocs/recos.md says which one to take, how good and how fast they are.',
    )
    .action(async ({ json = false }: { json?: boolean }) => {
      const { listChoices } = await import('../index.js');
      const recos = listChoices();
      const width = Math.max(...recos.map(({ name }) => name.length));
      const text = json
        ? JSON.stringify(recos, null, 2)
        : recos
            .flatMap(({ name, about, options }) => [
              `${name.padEnd(width)}  ${about}`,
              ...Object.entries(options).map(([option, meaning]) => `${' '.repeat(width)}    ${option}: ${meaning}`),
            ])
            .join('\n');
      process.stdout.write(`${text}\n`);
    });
}
