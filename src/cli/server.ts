/** `server`: the scan of one event with clients on any machines, through a broker. */
import { Command, Option } from 'commander';
import { LOG_EXPLAINED } from './log-options.js';
import {
  addRecoOptions,
  addResultOptions,
  addSkyOptions,
  EVENT_FILE,
  FILES_EXPLAINED,
  NSIDES_EXPLAINED,
  type ScanArguments,
  scanSession,
} from './scan-session.js';

interface Arguments extends ScanArguments {
  readonly clientStartupJson: string;
  readonly eventFile?: string;
  readonly outputDir?: string;
  readonly cacheDir: string;
  readonly messageForm: 'json' | 'mqclient';
}

const EXAMPLES = `
Two machines that share /data, and a RabbitMQ on a third one:

  export SKYSCAN_BROKER_ADDRESS=scanner@broker.example.org/skymap     # on both, with the user's password in
  export SKYSCAN_BROKER_AUTH=...                                      # SKYSCAN_BROKER_AUTH

  one$ skymap-scanner server --client-startup-json /data/startup.json --cache-dir /data/cache --output-dir /data/out \\
         --event-file alert.json --reco-algo pandel_mpe --nsides 8:0 64:12 512:24 --real-event
  two$ skymap-scanner client --client-startup-json /data/startup.json

Any number of clients may come and go. Where no directory is shared, copy the start-up file to the clients.

${NSIDES_EXPLAINED}

Stopped by Ctrl-C or killed, the same command goes on where it was: finished fits are kept in --cache-dir, and clients
that wait go on with it. The server ends by itself when all is collected.

Environment (defaults): SKYSCAN_BROKER_CLIENT (rabbitmq), SKYSCAN_BROKER_ADDRESS
([amqp[s]://][user[:password]@]host[:port][/vhost], parts percent-encoded), SKYSCAN_BROKER_AUTH (password or token);
SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS (259200), seconds without any result after which the server gives up;
SKYSCAN_MQ_PREFETCH_FROM_CLIENTS (300), results taken from the broker ahead;
SKYSCAN_PROGRESS_INTERVAL_SEC (60), SKYSCAN_RESULT_INTERVAL_SEC (120);
SKYSCAN_PROGRESS_RUNTIME_PREDICTION_WINDOW_RATIO (0.25) and SKYSCAN_PROGRESS_RUNTIME_PREDICTION_WINDOW_MIN (400), share
and least number of the latest results that the time left is predicted from; EWMS_PILOT_TASK_TIMEOUT (1800), as the clients
have it; SKYSCAN_SKYDRIVER_SCAN_ID, the name of the scan and its queues; SKYSCAN_MINI_TEST (false), two vertex variations
instead of seven with millipede_original. With SKYSCAN_EWMS_JSON (a file that EWMS wrote) tasks go to its queues, for
"skymap-scanner reco" under ewms-pilot.
${LOG_EXPLAINED}

For SkyDriver: SKYSCAN_SKYDRIVER_ADDRESS (https://host), SKYSCAN_SKYDRIVER_AUTH (token) and SKYSCAN_SKYDRIVER_SCAN_ID.
The event then comes from there, progress and results go there, and --event-file and --output-dir are not needed;
SKYSCAN_KILL_SWITCH_CHECK_INTERVAL (300), seconds between two looks at whether the scan is still wanted.

${FILES_EXPLAINED}

docs/operators.md answers what else comes up while a scan runs.`;

export function serverCommand(): Command {
  const command = new Command('server')
    .summary('scan with clients on any machines, through a broker')
    .description('Serves the scan of one event to clients on any machines and prints position and regions.')
    .requiredOption('--client-startup-json <file>', 'start-up file to write: what clients need to take part');
  addRecoOptions(command.option('-e, --event-file <file>', `${EVENT_FILE}; not where SkyDriver has the event`))
    .requiredOption('-c, --cache-dir <dir>', 'where finished fits are kept')
    .option('-o, --output-dir <dir>', 'where results go; may be the same directory (not needed with SkyDriver)');
  addSkyOptions(command, ' (this, or --simulated-event)').addOption(
    new Option('--message-form <form>', "form of the tasks: ours, or that of upstream's clients (MQClient)")
      .choices(['json', 'mqclient'])
      .default('json'),
  );
  return addResultOptions(command).addHelpText('after', EXAMPLES).action(serve);
}

async function serve(args: Arguments): Promise<void> {
  const session = await scanSession(args, 'server');
  const { environment, options, hear } = session;
  const outputDir = args.outputDir ?? null;
  await session.run(outputDir, async () => {
    const { ConfigError } = await import('../index.js');
    const { brokerPlace, serveScan, skydriverPlace } = await import('../node/index.js');
    if (!args.realEvent && !args.simulatedEvent) {
      throw new ConfigError(
        'config/bad-value',
        'Neither --real-event nor --simulated-event was said.',
        'Say one of them: the map carries it.',
      );
    }
    const broker = await brokerPlace(environment);
    hear.hide(broker.secrets);
    const skydriver = skydriverPlace(environment);
    if (skydriver !== null) hear.hide([skydriver.token]);
    return serveScan({
      ...options,
      eventFile: args.eventFile ?? null,
      skydriver: skydriver && {
        place: skydriver,
        killSwitchIntervalS: environment.killSwitchIntervalS,
        // Upstream's v4 does, its v3 does not.
        waitsForWorkers: environment.ewmsJson !== '',
      },
      predictionWindow: { ratio: environment.predictionWindowRatio, least: environment.predictionWindowMin },
      outputDir,
      cacheDir: args.cacheDir,
      startupFile: args.clientStartupJson,
      broker,
      scanId: environment.scanId,
      timeoutFromClientsS: environment.timeoutFromClientsS,
      taskTimeoutS: environment.taskTimeoutS,
      prefetch: environment.prefetchFromClients,
      form: args.messageForm,
      listenToBroker: hear.broker,
    });
  });
}
