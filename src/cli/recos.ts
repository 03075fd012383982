/** `recos`: which reconstructions are built in. */
import { Command } from 'commander';

export function recosCommand(): Command {
  return new Command('recos')
    .summary('list the reconstructions that are built in')
    .description('Lists the reconstructions that are built in, one a line: name and what it is.')
    .option('--json', 'print a JSON list of {name, about}')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { listRecos } = await import('../index.js');
      const recos = listRecos();
      const width = Math.max(...recos.map(({ name }) => name.length));
      const text = json
        ? JSON.stringify(recos, null, 2)
        : recos.map(({ name, about }) => `${name.padEnd(width)}  ${about}`).join('\n');
      process.stdout.write(`${text}\n`);
    });
}
