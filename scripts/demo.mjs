#!/usr/bin/env node
/**
 * `npm run demo`: from a fresh checkout to a sky map. Sets up, then scans a simulated muon track over the whole sky and
 * leaves result files and pictures in out/demo. Further arguments go to the scan, for example
 * `npm run demo -- --reco-algo dummy`.
 */
import { rmSync } from 'node:fs';
import { build, installPackages, ROOT, run } from './setup.mjs';

const OUT = 'out/demo';

installPackages();
build();
// A demo shows a whole scan, not the tail of an earlier one.
rmSync(`${ROOT}${OUT}`, { recursive: true, force: true });
const command = [
  'bin/skymap-scanner',
  'scan',
  '--event-file',
  'resources/demo/track.json',
  '--reco-algo',
  'splinempe',
  '--output-dir',
  OUT,
];
console.log(`\n$ ${[...command, ...process.argv.slice(2)].join(' ')}\n`);
run(process.execPath, [...command, ...process.argv.slice(2)]);
