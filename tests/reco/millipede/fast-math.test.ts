/** Exponential and logarithm of the look-ups of light. */
import { expect, it } from 'vitest';
import { fastExp, fastLog } from '../../../src/reco/millipede/fast-math.js';
import { expectClose } from '../../support/close.js';

it('the exponential is right to 1e-12, and 0 for what no module ever sees', () => {
  for (let i = 0; i < 2000; i++) {
    const x = -80 + 0.0531 * i;
    if (x < 40) expectClose(fastExp(x), Math.exp(x), { relative: 1e-12 }, `exp ${x}`);
  }
  expect(fastExp(-100)).toBe(0);
});

it('the logarithm of squares of distances is right to 1e-12', () => {
  for (let i = 0; i < 2000; i++) {
    const x = 1.21 + 0.37 * i * i;
    expectClose(fastLog(x), Math.log(x), { absolute: 1e-12 }, `ln ${x}`);
  }
});
