/** `serve`: look at the scans of a directory in a browser. */
import { Command } from 'commander';

interface Flags {
  readonly web?: string | true;
  readonly webTokenFile?: string;
  readonly debug?: boolean;
}

const EXAMPLES = `
Examples:
  skymap-scanner serve results                               # http://127.0.0.1:8420/, this machine only
  skymap-scanner serve results --web 0
  SKYSCAN_WEB_TOKEN=... skymap-scanner serve /data/scans --web 0.0.0.0:8420

From another machine, without opening anything:  ssh -L 8420:127.0.0.1:8420 HOST, then http://localhost:8420/

The page lists the scans whose results lie in the directory and in directories right below it. A scan that is still
running fills in as its partial maps are written (SKYSCAN_RESULT_INTERVAL_SEC, 120 s); "scan --web" shows each pixel at
once. Nothing is changed. An address of other machines needs a token, which readers are asked for once. Behind a proxy
with HTTPS is better: the token and the pages travel as they are.`;

export function serveCommand(): Command {
  return new Command('serve')
    .summary('look at the scans of a directory in a browser')
    .description('Serves pages with the scans of a directory: the sky to move in, regions, files. Ends with Ctrl-C.')
    .argument('[dir]', 'directory with results of scans', '.')
    .option('--web <place>', '[HOST:]PORT (this machine only, port 8420 if it is free)')
    .option('--web-token-file <file>', 'file with the secret that readers must know (default: SKYSCAN_WEB_TOKEN)')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(serve);
}

async function serve(directory: string, flags: Flags): Promise<void> {
  const { readEnvironment } = await import('../index.js');
  const { interruptible, serveDirectory } = await import('../node/index.js');
  const { webPlace } = await import('./web-options.js');
  const { environment } = readEnvironment(process.env);
  const place = await webPlace({ ...flags, web: flags.web ?? true }, environment);
  const pages = await serveDirectory(directory, place!);
  process.stderr.write(`Serving ${directory} at ${pages.url}${place!.token === '' ? '' : ' (asks for the token)'}\n`);
  const interrupt = interruptible(() => undefined);
  interrupt.arm();
  await new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve()));
  interrupt.release();
  await pages.close();
}
