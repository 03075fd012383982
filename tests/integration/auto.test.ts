/** A scan that is left to choose its reconstruction, through the built command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { bytesOf, filesOf, mapOf, STEM, scan, simulatedEvent } from './support.js';

let event: string;
beforeAll(async () => {
  event = await simulatedEvent();
});

it('says which reconstruction it chose and why, and carries its name', async () => {
  const nsides = ['--nsides', '1:0'];
  const auto = await scan(event, ['--reco-algo', 'auto', ...nsides]);
  expect(auto.code).toBe(0);
  const summaryName = filesOf(auto.directory).find((name) => name.endsWith('.summary.json'))!;
  const summary = JSON.parse(readFileSync(join(auto.directory, summaryName), 'utf8'));
  expect(['splinempe', 'millipede_wilks']).toContain(summary.reco_algo);
  expect(summary.reco_choice).toMatch(new RegExp(`^${summary.reco_algo}, because the muon energy of .* TeV`));
  const manifest = JSON.parse(readFileSync(join(auto.directory, 'scan-manifest.json'), 'utf8'));
  expect(manifest.reco_algo).toBe(summary.reco_algo);
  expect(manifest.reco_choice).toBe(summary.reco_choice);
  expect(auto.stderr).toContain(`Chosen: ${summary.reco_choice}`);
  expect(auto.stdout).toContain(`chosen: ${summary.reco_choice}`);

  const named = await scan(event, ['--reco-algo', summary.reco_algo, ...nsides]);
  const map = `${STEM}_1.npz`;
  expect(mapOf(named.directory, map).maps).toHaveLength(1);
  expect(bytesOf(auto.directory, map)).toBe(bytesOf(named.directory, map));
});
