/** Invented spline tables of muons and of cascades under the names that IceCube's have. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cascadeAmplitudeFile, cascadeTimeFile } from '../light/photospline/cascade-files.js';
import { amplitudeFile, timeFile } from '../light/photospline/muon-files.js';

/** Names of the files, in the order bare amplitude, bare time, stochastic amplitude. */
export const SPLINE_NAMES = [
  'InfBareMu_mie_abs_z20a10_V2.fits',
  'InfBareMu_mie_prob_z20a10_V2.fits',
  'InfHighEStoch_mie_abs_z20a10.fits',
] as const;

/** Writes the tables into a directory, which is made if need be, and returns it. */
export function writeMuonSplines(directory: string): string {
  mkdirSync(directory, { recursive: true });
  for (const [i, bytes] of [amplitudeFile(), timeFile(), amplitudeFile({}, 2)].entries()) {
    writeFileSync(join(directory, SPLINE_NAMES[i]!), bytes);
  }
  return directory;
}

/** Writes tables of cascades likewise. */
export function writeCascadeSplines(directory: string): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'ems_mie_z20_a10.abs.fits'), cascadeAmplitudeFile());
  writeFileSync(join(directory, 'ems_mie_z20_a10.prob.fits'), cascadeTimeFile());
  return directory;
}
