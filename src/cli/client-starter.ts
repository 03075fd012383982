/** `client-starter`: clients of a server as jobs of a batch system. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BatchEngine } from '../node/index.js';
import { namedValue, numberBetween, wholeNumber } from './arguments.js';
import { clientCommand } from './client.js';

interface Arguments {
  readonly engine: BatchEngine;
  readonly jobs: number;
  readonly memory: number;
  readonly workers: number;
  readonly image?: string;
  readonly singularityImage?: string;
  readonly clientStartupJson: string;
  readonly clientArgsJson?: string;
  readonly clientArgs?: readonly string[];
  readonly logsDirectory: string;
  readonly wait?: number;
  readonly accountingGroup?: string;
  readonly batchOption?: Readonly<Record<string, string>>;
  readonly collector?: string;
  readonly schedd?: string;
  readonly namespace?: string;
  readonly dryrun?: true;
  readonly debug?: true;
}

const EXAMPLES = `
Ten clients of four workers each, for a server that runs or is about to:

  export SKYSCAN_BROKER_ADDRESS=scanner@broker.example.org/skymap SKYSCAN_BROKER_AUTH=...

  skymap-scanner client-starter --engine htcondor --jobs 10 --workers 4 --memory 4GB \\
    --singularity-image /cvmfs/.../skymap-scanner.sif --client-startup-json /data/startup.json
  skymap-scanner client-starter --engine slurm --jobs 10 --workers 4 --memory 4GB --batch-option partition=short \\
    --batch-option time=04:00:00 --client-startup-json /data/startup.json
  skymap-scanner client-starter --engine kubernetes --jobs 10 --workers 4 --memory 4GB --image skymap-scanner:0.1.0 \\
    --client-startup-json startup.json

--dryrun prints what the batch system would get and submits nothing. No password is in it: HTCondor and Slurm hand over the
SKYSCAN_ and EWMS_ variables of whoever submits, Kubernetes gets a Secret.

Without an image the jobs run this installation and its Node, which all machines must see at the same path. With one,
"skymap-scanner" is run inside it. HTCondor copies the start-up file to the jobs, Kubernetes gets it as a ConfigMap; for
Slurm it must be on a file system that all machines share.

Clients end by themselves when the scan is over. More clients may be started at any time by the same command; ending
some loses nothing. How many, and how much memory: docs/operators.md.

Environment (defaults): everything that clients read goes to them. EWMS_PILOT_TASK_TIMEOUT is 1200 there and
EWMS_PILOT_QUARANTINE_TIME 1800 where they are not set. CLIENT_STARTER_WAIT_FOR_STARTUP_JSON (60) is --wait.`;

export function clientStarterCommand(): Command {
  return new Command('client-starter')
    .summary('start clients on HTCondor, Slurm or Kubernetes')
    .description('Hands clients of a server to a batch system.')
    .requiredOption('--client-startup-json <file>', 'start-up file that the server writes; is waited for')
    .requiredOption('--jobs <number>', 'clients to start', wholeNumber(1, 100_000))
    .addOption(
      new Option('--engine <name>', 'batch system').choices(['htcondor', 'slurm', 'kubernetes']).default('htcondor'),
    )
    .option('--workers <number>', 'fits at the same time in each job, a processor each', wholeNumber(1, 4096), 1)
    .addOption(
      new Option('--memory <size>', 'memory of each job, like 4GB or 2048 (MB; 1 GB is 1024 MB)')
        .argParser(memory)
        .default(2048, '2GB'),
    )
    .addOption(new Option('--image <image>', 'container image; Kubernetes needs one').conflicts('singularityImage'))
    .option('--singularity-image <image>', 'the same, under the name that HTCondor has for it')
    .option('--client-args-json <json>', 'further arguments of clients: a JSON object, or a file with one')
    .option('--client-args <name:value...>', 'the same as pairs')
    .option('--logs-directory <dir>', 'where a directory for logs and the submit file is made', '.')
    .option(
      '--wait <seconds>',
      'for the start-up file (default: CLIENT_STARTER_WAIT_FOR_STARTUP_JSON or 60)',
      numberBetween(0, 1e6),
    )
    .option('--accounting-group <name>', 'group (HTCondor) or account (Slurm) that pays')
    .option(
      '--batch-option <name=value>',
      'a line of the submit description (HTCondor), an option of sbatch (Slurm); may be repeated',
      namedValue,
    )
    .option('--collector <host>', 'HTCondor: pool to submit to')
    .option('--schedd <name>', 'HTCondor: queue to submit to')
    .option('--namespace <name>', 'Kubernetes: namespace of the job')
    .option('--dryrun', 'print what would be submitted, and submit nothing')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(start);
}

async function start(args: Arguments): Promise<void> {
  const { readEnvironment } = await import('../index.js');
  const { brokerPlace, startClients } = await import('../node/index.js');
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  const { environment, warnings } = readEnvironment(process.env);
  for (const text of warnings) note(text);
  const isDryRun = args.dryrun === true;
  // Better here than in every job.
  if (!isDryRun) await brokerPlace({ ...environment, ewmsJson: '' });
  const { text, command, started } = await startClients({
    engine: args.engine,
    jobs: args.jobs,
    workers: args.workers,
    memoryMib: args.memory,
    clientArguments: await clientArguments(args),
    group: args.accountingGroup ?? null,
    settings: Object.entries(args.batchOption ?? {}),
    startupFile: args.clientStartupJson,
    waitS: args.wait ?? (await waitOf(process.env.CLIENT_STARTER_WAIT_FOR_STARTUP_JSON)),
    image: args.image ?? args.singularityImage ?? null,
    logsDirectory: args.logsDirectory,
    htcondor: { collector: args.collector ?? '', schedd: args.schedd ?? '' },
    namespace: args.namespace ?? '',
    env: process.env,
    now: new Date(),
    isDryRun,
    note,
  });
  if (started === null) {
    process.stdout.write(text);
    note(`Nothing was submitted. It would be: ${command}`);
    return;
  }
  const { job, stop, directory } = started;
  process.stdout.write(`${args.jobs} ${args.jobs === 1 ? 'client' : 'clients'} handed to ${args.engine}: job ${job}\n`);
  note(`Logs and the submit file are in ${directory}. To end them early: ${stop}`);
}

async function clientArguments({ clientArgsJson, clientArgs }: Arguments): Promise<string[]> {
  const { argumentsOfJson, argumentsOfPairs, readWholeFile } = await import('../node/index.js');
  const options = clientCommand().options.map(({ long, required }) => ({ long: long ?? '', takesValue: required }));
  const words = argumentsOfPairs(clientArgs ?? [], options);
  if (clientArgsJson === undefined) return words;
  const isText = /^\s*[[{]/.test(clientArgsJson);
  const json = isText
    ? clientArgsJson
    : new TextDecoder().decode(await readWholeFile(clientArgsJson, 'file of --client-args-json'));
  return [...words, ...argumentsOfJson(json, options)];
}

const UNITS: Readonly<Record<string, number>> = { K: 1 / 1024, M: 1, G: 1024, T: 1024 * 1024 };

/** MiB of a size as HTCondor and Slurm write it: without a unit it is MB, and 1 GB is 1024 MB. */
function memory(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(?:i?B)?)?$/i.exec(text.trim()) ?? [];
  const mib = Math.ceil(Number(number) * UNITS[(unit ?? 'M').toUpperCase()]!);
  if (!(mib >= 64 && mib <= 64 * 1024 * 1024)) {
    throw new InvalidArgumentError('It must be a size from 64MB to 64TB, like 4GB or 2048 (MB).');
  }
  return mib;
}

async function waitOf(text: string | undefined): Promise<number> {
  if (text === undefined || text.trim() === '') return 60;
  const seconds = Number(text);
  if (seconds >= 0) return seconds;
  const { ConfigError } = await import('../index.js');
  throw new ConfigError(
    'config/bad-value',
    `The environment variable CLIENT_STARTER_WAIT_FOR_STARTUP_JSON is "${text}", not a number of seconds.`,
    'Seconds that client-starter waits for the start-up file; 60 by default.',
  );
}
