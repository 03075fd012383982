/** What a person should know about a map before believing it. */
import { ancestor, neighbours } from '../sky/index.js';
import type { ScanState } from './scan-state.js';
import type { ScanSetup } from './setup.js';

/** One sentence each; none for an ordinary scan. */
export function warningsOf(setup: ScanSetup, state: ScanState): string[] {
  const warnings: string[] = [];
  const { failures } = state;
  const { minimum } = state.finished;
  if (minimum === null) {
    warnings.push(
      'No pixel has a likelihood: every fit failed, so there was nothing to refine and there is no best fit.',
    );
  } else if (failures > 0) {
    warnings.push(`${failures} of ${state.chosenRecos} fits were given up; their pixels may lack their best fit.`);
  }
  if (setup.pointing !== null && minimum !== null) {
    const first = setup.progression[0]!.nside;
    const around = ancestor(minimum.nside, minimum.pixel, first);
    const isAtEdge = [around, ...neighbours(first, around)].some(
      (pixel) => pixel >= 0 && state.table.find(0, pixel) < 0,
    );
    if (isAtEdge) {
      warnings.push(
        'The best pixel lies at the edge of the disc that the pointed scan was restricted to: the true minimum may lie outside.',
      );
    }
  }
  if (setup.threshold < 1) {
    warnings.push(
      `The predictive scanning threshold was ${setup.threshold}: another scan of this event may choose other pixels.`,
    );
  }
  return warnings;
}
