/** The recos that are built in, by name. */
import { RecoError } from '../config/index.js';
import { crashDummy } from './crash-dummy.js';
import { dummy } from './dummy.js';
import { millipedeOriginal, millipedeWilks, monopod } from './millipede/index.js';
import { pandelMpe } from './pandel-mpe/index.js';
import { splineMpe, splineMpePointed } from './splinempe/index.js';
import type { Reco } from './types.js';

const RECOS: readonly Reco<never>[] = [
  splineMpe,
  splineMpePointed,
  millipedeOriginal,
  millipedeWilks,
  monopod,
  pandelMpe,
  dummy,
  crashDummy,
] as unknown as readonly Reco<never>[];

/** Names, one-line descriptions and options, in the order of `--help`. */
export function listRecos(): { name: string; about: string; options: Readonly<Record<string, string>> }[] {
  return RECOS.map(({ name, about, options = {} }) => ({ name, about, options }));
}

/** The reco of that name. Throws {@link RecoError} `reco/unknown`. */
export function findReco(name: string): Reco<unknown> {
  const reco = RECOS.find((candidate) => candidate.name === name);
  if (reco === undefined) {
    throw new RecoError(
      'reco/unknown',
      `There is no reconstruction "${name}"`,
      `Known ones: ${RECOS.map((candidate) => candidate.name).join(', ')}.`,
    );
  }
  return reco as unknown as Reco<unknown>;
}
