/** Looks at what a fit returned before it may enter the map: recos from outside may return anything. */
import type { RecoResult, RecoTask } from '../reco/index.js';

const NUMBERS = ['llh', 'x', 'y', 'z', 'timeNs', 'eInGev', 'eTotGev', 'energyGev'] as const;

/**
 * The results of a task in the order of its variations. Every variation has exactly one, of the task's own pixel, and
 * every figure is a finite number or NaN. Throws an Error that says what is wrong.
 */
export function checkResults(task: RecoTask, answer: unknown): RecoResult[] {
  if (!Array.isArray(answer)) throw new Error(`the fit returned ${describe(answer)} instead of an array of results`);
  const byVariation = new Map<unknown, RecoResult>();
  for (const result of answer as unknown[]) {
    const checked = checkResult(task, result);
    if (byVariation.has(checked.variation)) throw new Error(`the fit returned variation ${checked.variation} twice`);
    byVariation.set(checked.variation, checked);
  }
  const results = task.variations.map(({ variation }) => {
    const result = byVariation.get(variation);
    if (result === undefined) throw new Error(`the fit returned no result for variation ${variation}`);
    return result;
  });
  if (byVariation.size > results.length) throw new Error('the fit returned variations that it was not asked for');
  return results;
}

function checkResult(task: RecoTask, value: unknown): RecoResult {
  if (typeof value !== 'object' || value === null) throw new Error(`the fit returned ${describe(value)} as a result`);
  const given = value as Record<string, unknown>;
  if (given.nside !== task.nside || given.pixel !== task.pixel) {
    throw new Error(`the fit of nside ${task.nside} pixel ${task.pixel} returned another pixel`);
  }
  for (const name of NUMBERS) {
    const number = given[name];
    if (typeof number !== 'number' || (!Number.isFinite(number) && !Number.isNaN(number))) {
      throw new Error(`the fit returned ${describe(number)} as ${name}, which must be a finite number or NaN`);
    }
  }
  const { nside, pixel, variation, llh, x, y, z, timeNs, eInGev, eTotGev, energyGev } = given as unknown as RecoResult;
  return { nside, pixel, variation, llh, x, y, z, timeNs, eInGev, eTotGev, energyGev };
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'string' ? `the text "${value.slice(0, 40)}"` : String(value);
}
