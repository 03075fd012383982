/** The page of a scan on the command line: where it is shown, and who may look. */
import type { Command } from 'commander';
import type { Environment } from '../index.js';
import type { PagePlace } from '../node/index.js';

/** Values of the options that {@link addWebOptions} adds. */
export interface WebArguments {
  /** `[HOST:]PORT`, or true for the usual port. */
  readonly web?: string | true;
  readonly webTokenFile?: string;
}

/** Adds `--web` and where its token is. */
export function addWebOptions(command: Command): Command {
  return command
    .option('--web [place]', 'show the scan in browsers at [HOST:]PORT (this machine only, port 8420 if it is free)')
    .option('--web-token-file <file>', 'file with the secret that readers must know (default: SKYSCAN_WEB_TOKEN)');
}

/** Where pages are shown; null where nobody asked for them. Throws a ConfigError for what cannot be used. */
export async function webPlace(
  { web, webTokenFile }: WebArguments,
  { webToken }: Pick<Environment, 'webToken'>,
): Promise<PagePlace | null> {
  if (web === undefined) return null;
  const { DEFAULT_PAGE_PORT, pagePlace, readWholeFile } = await import('../node/index.js');
  const token =
    webTokenFile === undefined
      ? webToken
      : new TextDecoder().decode(await readWholeFile(webTokenFile, 'file with the token')).trim();
  if (web !== true) return pagePlace(web, token);
  // Nobody asked for that port: two scans at the same time are shown at two.
  return { ...pagePlace(String(DEFAULT_PAGE_PORT), token), orAnyPort: true };
}
