#!/usr/bin/env node
/**
 * `npm run test:pulsar`: the tests that need a real Apache Pulsar. Installs Java and Maven where it may, fetches Pulsar, and
 * fails where there is none; `npm test` has the same tests, but leaves them out with a reason then.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureSystemPackages } from './system.mjs';

ensureSystemPackages(['openjdk-17-jre-headless', 'maven']);
const test = fileURLToPath(new URL('test.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [test, 'tests/broker/pulsar.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, PULSAR: 'needed' },
});
process.exit(status ?? 1);
