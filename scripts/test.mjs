#!/usr/bin/env node
/**
 * `npm test`: everything from a fresh checkout. Sets up (system packages, npm packages, build), then runs every check
 * and every test, and ends with one line that a machine can read: "N passed, N failed, N skipped".
 *
 *   npm test                    all of it
 *   npm test -- tests/sky       only the tests of these paths, without the other checks
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, installPackages, ROOT } from './setup.mjs';
import { ensureSystemPackages } from './system.mjs';

const only = process.argv.slice(2);
const tally = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

installPackages();
if (only.length === 0) ensureSystemPackages();
build();
if (only.length === 0) {
  for (const [title, script] of [
    ['types', 'check:types'],
    ['formatting and lint', 'check:lint'],
    ['layers', 'check:layers'],
    ['unused code and dependencies', 'check:unused'],
    ['kernel as its sources say', 'check:kernel'],
  ]) {
    check(title, script);
  }
}
runTests();

if (failures.length > 0) console.log(`\nfailed:\n  ${failures.join('\n  ')}`);
console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed === 0 ? 0 : 1);

function check(title, script) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', script], { cwd: ROOT, encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${title}`);
  if (status === 0) tally.passed++;
  else {
    tally.failed++;
    failures.push(`${title} (npm run ${script})`);
    console.log(`${stdout}${stderr}`);
  }
}

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'skymap-tests-'));
  const report = join(folder, 'report.json');
  const args = ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...only];
  const { status } = spawnSync('npx', args, { cwd: ROOT, stdio: 'inherit' });
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    tally.passed += counts.numPassedTests;
    tally.failed += counts.numFailedTests;
    tally.skipped += counts.numPendingTests + counts.numTodoTests;
    const before = failures.length;
    for (const file of counts.testResults) {
      for (const test of file.assertionResults)
        if (test.status === 'failed') failures.push(`${file.name.replace(ROOT, '')}: ${test.fullName}`);
      // A file that does not load has no tests to fail.
      if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
        tally.failed++;
        failures.push(file.name.replace(ROOT, ''));
      }
    }
    if (status !== 0 && failures.length === before) {
      tally.failed++;
      failures.push('an error outside of any test (above)');
    }
  } catch {
    tally.failed++;
    failures.push('the test runner itself did not finish');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
