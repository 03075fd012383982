/** Whether a value that a user handed in as a reconstruction is one. */
import { RecoError } from '../config/index.js';
import type { Reco } from './types.js';

/**
 * Checks the shape of a reconstruction from outside (`--reco-module`): names, flags, variations and the two functions.
 * What `prepare` and the fit give is checked where it is used.
 *
 * @param where the file or module, for the message
 * @throws RecoError 'reco/bad-module'
 */
export function checkReco(value: unknown, where: string): Reco {
  const refuse = (what: string): RecoError =>
    new RecoError(
      'reco/bad-module',
      `${where} is no reconstruction: ${what}.`,
      'A reconstruction is an object like those in src/reco; see ARCHITECTURE.md.',
    );
  if (typeof value !== 'object' || value === null) throw refuse('it exports no object');
  const reco = value as Record<string, unknown>;
  if (typeof reco.name !== 'string' || !/^[a-z][a-z0-9_]*$/.test(reco.name)) {
    throw refuse('"name" must be lower-case letters, digits and underscores');
  }
  if (typeof reco.about !== 'string') throw refuse('"about" must be a sentence');
  if (!Array.isArray(reco.variations) || reco.variations.length === 0 || !reco.variations.every(isVector)) {
    throw refuse('"variations" must be a list of at least one [x, y, z] in metres');
  }
  for (const flag of ['rotatesVertex', 'refinesTime', 'addsFallbackSeed']) {
    if (typeof reco[flag] !== 'boolean') throw refuse(`"${flag}" must be true or false`);
  }
  if (reco.taskUnit !== 'variation' && reco.taskUnit !== 'pixel') {
    throw refuse('"taskUnit" must be "variation" or "pixel"');
  }
  for (const method of ['prepare', 'createFit']) {
    if (typeof reco[method] !== 'function') throw refuse(`"${method}" must be a function`);
  }
  if (reco.pointing !== undefined && typeof reco.pointing !== 'function') {
    throw refuse('"pointing" must be a function where it is there');
  }
  const { restartWithinLlh: within } = reco;
  if (within !== undefined && !(typeof within === 'number' && within >= 0)) {
    throw refuse('"restartWithinLlh" must be a number of at least 0 where it is there');
  }
  if (reco.restartAll !== undefined && !isRestartAll(reco.restartAll)) {
    throw refuse('"restartAll" must be a list of {nside >= 1, withinLlh >= 0, neighbours of 1 to 8} where it is there');
  }
  return value as Reco;
}

function isRestartAll(value: unknown): boolean {
  const isOne = (each: unknown): boolean => {
    const { nside, withinLlh, neighbours } = Object(each);
    return nside >= 1 && withinLlh >= 0 && Number.isInteger(neighbours) && neighbours >= 1 && neighbours <= 8;
  };
  return Array.isArray(value) && value.every(isOne);
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === 'number' && Number.isFinite(v));
}
