/** `reco`: one task as a process, for ewms-pilot and for looking into a single pixel. */
import { Command } from 'commander';
import { addLightOptions, type LightArguments, splineDirectory } from './light-options.js';

interface Arguments extends LightArguments {
  readonly infile: string;
  readonly outfile: string;
  readonly clientStartupJson: string;
  readonly debug?: true;
}

const EXAMPLES = `
Under ewms-pilot:
  EWMS_PILOT_TASK_ARGS='reco --infile {{INFILE}} --outfile {{OUTFILE}} --client-startup-json {{DATA_HUB}}/startup.json'
  EWMS_PILOT_INFILE_EXT=.json EWMS_PILOT_OUTFILE_EXT=.json

A pixel again that a client has kept with --debug-directory:
  skymap-scanner reco --infile debug/nside000008_pix000000000003_var0.in.json --outfile again.json \\
    --client-startup-json startup.json --debug

The in-file is the data of one message to clients, the scanner's own or upstream's (pframe_pkl_b64); the out-file gets
the same form. It is there only after success: a fit that fails, or takes longer than EWMS_PILOT_TASK_TIMEOUT (1800 s),
ends with exit code 1 and leaves nothing. SIGTERM ends it at once.`;

export function recoCommand(): Command {
  const command = new Command('reco')
    .summary('fit one task: in-file to out-file')
    .description('Fits one task of a server, from a file to a file.')
    .requiredOption('--infile <file>', 'task to fit')
    .requiredOption('--outfile <file>', 'where the outcome goes; must not exist')
    .requiredOption('--client-startup-json <file>', 'start-up file that the server wrote');
  return addLightOptions(command)
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(async (args: Arguments) => {
      const { readEnvironment } = await import('../index.js');
      const { fitOneTask } = await import('../node/index.js');
      const { environment } = readEnvironment(process.env);
      await fitOneTask({
        inFile: args.infile,
        outFile: args.outfile,
        startupFile: args.clientStartupJson,
        photonTables: splineDirectory(args),
        taskTimeoutS: environment.taskTimeoutS,
      });
    });
}
