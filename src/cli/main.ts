/** The command line: which commands there are, and how whatever they throw becomes a sentence and an exit code. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { areaCommand } from './area.js';
import { clientCommand } from './client.js';
import { clientStarterCommand } from './client-starter.js';
import { combineCommand } from './combine.js';
import { compareCommand } from './compare.js';
import { containsCommand } from './contains.js';
import { credibleLevelCommand } from './credible-level.js';
import { reportError } from './errors.js';
import { eventCommand } from './event.js';
import { exportCommand } from './export.js';
import { i3ToJsonCommand } from './i3-to-json.js';
import { noticeCommand } from './notice.js';
import { plotCommand } from './plot.js';
import { printable } from './printable.js';
import { probCommand } from './prob.js';
import { recoCommand } from './reco.js';
import { recosCommand } from './recos.js';
import { scanCommand } from './scan.js';
import { serveCommand } from './serve.js';
import { serverCommand } from './server.js';
import { simulateCommand } from './simulate.js';
import { sourcesCommand } from './sources.js';
import { tablesCommand } from './tables.js';

const ABOUT = `Where on the sky did this neutrino come from? Likelihood sky maps from neutrino-telescope events.

Answers go to standard output, progress and errors to standard error.
Exit codes: 0 done, 1 the scan or a file failed, 2 wrong usage, 130 ended by Ctrl-C (can be continued).`;

/** Runs a command line. Sets the exit code; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that closes the pipe early (`| head`) has seen what it wanted; a lost log ends nothing, a lost answer is told.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    const code = 'file/not-writable';
    const hint = 'What was to go there is lost: give the same command again with room for its answer.';
    const why = error.code === 'ENOSPC' ? 'no space is left on the device' : (error.code ?? error.message);
    process.exitCode = reportError(
      Object.assign(new Error(`The standard output cannot be written: ${why}.`), { code, hint }),
      argv.includes('--debug'),
    );
  });
  const program = buildProgram();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    // commander has printed its own errors already, help and the version too.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = reportError(error, argv.includes('--debug'));
  }
}

function buildProgram(): Command {
  const program = new Command('skymap-scanner')
    .description(ABOUT)
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .helpCommand('help [command]', 'explain a command');
  const commands = [
    scanCommand(),
    serverCommand(),
    clientCommand(),
    clientStarterCommand(),
    recoCommand(),
    recosCommand(),
    eventCommand(),
    i3ToJsonCommand(),
    plotCommand(),
    serveCommand(),
    exportCommand(),
    containsCommand(),
    credibleLevelCommand(),
    areaCommand(),
    probCommand(),
    sourcesCommand(),
    compareCommand(),
    combineCommand(),
    noticeCommand(),
    simulateCommand(),
    tablesCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  program.addHelpText('after', '\nskymap-scanner COMMAND --help explains a command and its units, with examples.');
  for (const [command, name] of withSubcommands(program, program.name())) {
    const hint = `       "${name} --help" explains ${command === program ? 'more' : 'it'}.\n`;
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(`${printable(text).trimEnd()}\n${hint}`),
    });
  }
  return program;
}

/** A command and those below it, each with the words that call it. */
function withSubcommands(command: Command, name: string): [command: Command, name: string][] {
  return [[command, name], ...command.commands.flatMap((one) => withSubcommands(one, `${name} ${one.name()}`))];
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
