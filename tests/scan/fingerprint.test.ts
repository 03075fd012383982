import { expect, it } from 'vitest';
import { checkFingerprint, parseProgression, scanFingerprint } from '../../src/scan/index.js';
import { landscapeSetup } from './scan-landscape.js';

it('a journal of fits that were made together is not taken for fits that were made apart', () => {
  const setup = landscapeSetup({ progression: parseProgression(['2:0']), variations: 3, taskUnit: 'pixel' });
  const identity = { eventDigest: 'x', settings: {}, productVersion: '1' };
  const together = scanFingerprint(setup, identity);
  const apart = scanFingerprint(setup, { ...identity, areVariationsApart: true });
  expect(() => checkFingerprint(together, apart)).toThrow(/its fits of variations is not given, not "apart"/);
  expect(() =>
    checkFingerprint(apart, scanFingerprint(setup, { ...identity, areVariationsApart: true })),
  ).not.toThrow();
  expect(scanFingerprint(setup, { ...identity, areVariationsApart: false })).toEqual(together);
});
