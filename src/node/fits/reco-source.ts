/** Where a reco comes from: built in, an ES module of the user, or any program. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Fitter } from '../../client/index.js';
import { RecoError } from '../../config/index.js';
import { findReco, type PreparedEvent, type Reco } from '../../reco/index.js';
import { shareLargeArrays } from '../../session/index.js';
import { type CommandData, commandReco } from './command-reco.js';
import { importReco } from './import-reco.js';
import { processFitter } from './process-fitter.js';
import { threadFitter } from './thread-fitter.js';

/** How the user names a reco. */
export type RecoChoice =
  | { readonly kind: 'builtin'; readonly name: string }
  /** Path of an ES module whose default export is a reco. */
  | { readonly kind: 'module'; readonly path: string }
  /** Shell command; `name` is what files and messages call it. */
  | { readonly kind: 'command'; readonly command: string; readonly name: string };

/** A reco and how its fits are run on this machine. */
export interface RecoSource {
  readonly reco: Reco;
  /** What makes its fits differ from those of another reco of the same name: digest of the module, of the command. */
  readonly identity: string;
  /** How to start something that fits tasks of a prepared event. */
  fitters(prepared: PreparedEvent): () => Fitter;
}

/**
 * Finds a reco.
 *
 * @throws RecoError reco/unknown, reco/bad-module; FileAccessError where a module is not there
 */
export async function openReco(choice: RecoChoice): Promise<RecoSource> {
  if (choice.kind === 'command') {
    const { command } = choice;
    if (command.trim() === '') throw new RecoError('reco/bad-module', 'The reco command is empty.');
    return {
      reco: commandReco(choice.name),
      identity: await commandIdentity(command),
      fitters: (prepared) => () => processFitter({ command, greeting: (prepared.data as CommandData).greeting }),
    };
  }
  if (choice.kind === 'module') {
    const path = resolve(choice.path);
    const reco = await importReco(choice.path);
    const text = await readFile(path);
    return {
      reco,
      identity: createHash('sha256').update(text).digest('hex'),
      fitters: (prepared) => threads({ kind: 'module', path }, prepared),
    };
  }
  return {
    reco: findReco(choice.name),
    identity: '',
    fitters: (prepared) => threads(choice, prepared),
  };
}

/** The command and the files that it names: whoever changes a script wants it to be run again. */
async function commandIdentity(command: string): Promise<string> {
  const hash = createHash('sha256').update(command);
  for (const word of command.split(/\s+/)) {
    const file = await readFile(word.replace(/^['"]|['"]$/g, '')).catch(() => null);
    if (file !== null) hash.update(file);
  }
  return hash.digest('hex');
}

function threads(reco: Parameters<typeof threadFitter>[0]['reco'], prepared: PreparedEvent): () => Fitter {
  const shared = shareLargeArrays(prepared);
  return () => threadFitter({ reco, prepared: shared });
}
