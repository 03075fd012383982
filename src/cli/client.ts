/** `client`: fits tasks of a server on another machine. */
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import type { ClientJobReport } from '../node/index.js';
import { numberBetween, wholeNumber } from './arguments.js';
import { errorData, ToldError } from './errors.js';
import { addLightOptions, type LightArguments, splineDirectory } from './light-options.js';
import { addLogOptions, LOG_EXPLAINED, type LogArguments, logChoice } from './log-options.js';
import { printable } from './printable.js';

interface Arguments extends LightArguments, LogArguments {
  readonly clientStartupJson: string;
  readonly debugDirectory?: string;
  readonly workers?: number;
  readonly recoAlgo?: string;
  readonly grace: number;
}

const EXAMPLES = `
Two machines that share /data, and a RabbitMQ on a third one:

  export SKYSCAN_BROKER_ADDRESS=scanner@broker.example.org/skymap     # on both, with the user's password in
  export SKYSCAN_BROKER_AUTH=...                                      # SKYSCAN_BROKER_AUTH

  one$ skymap-scanner server --client-startup-json /data/startup.json --cache-dir /data/cache --output-dir /data/out \\
         --event-file alert.json --reco-algo pandel_mpe --nsides 8:0 64:12 512:24 --real-event
  two$ skymap-scanner client --client-startup-json /data/startup.json

Any number of clients may come and go, at any time. One that is killed loses nothing: the broker hands its tasks to
another. Ctrl-C gives them back at once, SIGTERM after fits in hand have had --grace to end; exit code 130.

A task that fails or takes too long is tried three times, then its pixel is recorded without a likelihood (NaN), with
the reasons. A client on whose machine nothing can be fitted ends with an error and gives its tasks to others.

Environment (defaults): SKYSCAN_BROKER_CLIENT (rabbitmq), SKYSCAN_BROKER_ADDRESS, SKYSCAN_BROKER_AUTH as for the server;
SKYSCAN_MQ_CLIENT_TIMEOUT_WAIT_FOR_FIRST_MESSAGE (3600) and SKYSCAN_MQ_TIMEOUT_TO_CLIENTS (1800), seconds without a
task after which the client ends, before its first one and after; EWMS_PILOT_TASK_TIMEOUT (1800), seconds for one fit;
EWMS_PILOT_QUARANTINE_TIME (0), seconds without taking tasks after one had to be given up;
EWMS_PILOT_STOP_LISTENING_ON_TASK_ERROR (false), end with an error after that instead of going on;
EWMS_PILOT_MAX_CONCURRENT_TASKS (0), as --workers; 0 is one a processor.
${LOG_EXPLAINED}

It ends when the scan is over: exit code 0.`;

export function clientCommand(): Command {
  const command = new Command('client')
    .summary('fit tasks of a server')
    .description('Takes tasks of a server from the broker and fits them until there are no more.')
    .requiredOption('--client-startup-json <file>', 'start-up file that the server wrote')
    .option('--debug-directory <dir>', 'keep every task and outcome there, as files for "skymap-scanner reco"')
    .option(
      '--workers <number>',
      'fits at the same time (default: EWMS_PILOT_MAX_CONCURRENT_TASKS or one a processor)',
      wholeNumber(1, 4096),
    )
    .option('--grace <seconds>', 'after SIGTERM, send fits that end within so long', numberBetween(0, 1e6), 5)
    .option('--reco-algo <name>', "reconstruction, where the start-up file is one of upstream's server");
  return addLogOptions(addLightOptions(command)).addHelpText('after', EXAMPLES).action(client);
}

async function client(args: Arguments): Promise<void> {
  const { readEnvironment } = await import('../index.js');
  const { brokerPlace, INTERRUPTED, interruptible, observe, runClient } = await import('../node/index.js');
  const { environment, warnings } = readEnvironment(process.env);
  const choice = logChoice(args);
  const observer = await observe({
    role: 'client',
    environment,
    ...choice,
    print: (line) => void process.stderr.write(`${printable(line)}\n`),
    isStamped: process.stderr.isTTY !== true,
  });
  const { note } = observer;
  for (const text of warnings) note(text, 'WARNING');

  let isReady = false;
  const interrupt = interruptible((name) => {
    const isPatient = name === 'SIGTERM' && args.grace > 0;
    const first = isPatient ? `fits that end within ${args.grace} s are sent, other` : 'all';
    note(`Stopping: ${first} tasks go back to the broker.`);
  });
  try {
    const broker = await brokerPlace(environment);
    observer.hide(broker.secrets);
    const report = await runClient({
      startupFile: args.clientStartupJson,
      broker,
      workers: args.workers ?? (environment.concurrentTasks || availableParallelism()),
      taskTimeoutS: environment.taskTimeoutS,
      waitForFirstMessageS: environment.waitForFirstMessageS,
      timeoutToClientsS: environment.timeoutToClientsS,
      quarantineS: environment.quarantineS,
      endsAfterFailure: environment.endsAfterFailure,
      ...(args.debugDirectory === undefined ? {} : { debugDirectory: args.debugDirectory }),
      ...(args.recoAlgo === undefined ? {} : { recoName: args.recoAlgo }),
      photonTables: splineDirectory(args),
      signal: interrupt.signal,
      graceS: args.grace,
      listen: (name, event) => {
        // Before the client is ready a signal ends the process at once: there is nothing to give back.
        if (!isReady) interrupt.arm();
        isReady = true;
        observer.client(name, event);
      },
      listenToBroker: observer.broker,
      note,
    });
    const { fitted, givenUp, ending } = report;
    const endings: Readonly<Record<ClientJobReport['ending'], string>> = {
      interrupted: 'Stopped.',
      'scan is over': 'The scan is over: its queue is gone.',
      'no first task':
        `No first task came within ${environment.waitForFirstMessageS} s ` +
        '(SKYSCAN_MQ_CLIENT_TIMEOUT_WAIT_FOR_FIRST_MESSAGE). See whether the server runs, wrote this start-up file, and ' +
        'uses the same broker; or there are more clients than tasks.',
      'no more tasks':
        `No further task came within ${environment.timeoutToClientsS} s (SKYSCAN_MQ_TIMEOUT_TO_CLIENTS). If the scan ` +
        'is not over, see whether the server still runs and whether other clients hold the last tasks.',
    };
    note(`${endings[ending]} ${fitted} tasks were fitted here, ${givenUp} given up.`);
    observer.tell('client:ended', { ending, fitted, given_up: givenUp });
    if (ending === 'interrupted') process.exitCode = INTERRUPTED;
  } catch (error) {
    observer.tell('client:failed', errorData(error, choice.isDebug), 'CRITICAL');
    const isJson = (choice.format ?? environment.logFormat) === 'json';
    throw isJson ? new ToldError('told', { cause: error }) : error;
  } finally {
    interrupt.release();
    await observer.close();
  }
}
