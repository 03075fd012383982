import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { summarizePulses } from '../../src/event/index.js';
import { openEventJsonSchema, readOpenEvent } from '../../src/event/open/index.js';

const DOCS = readFileSync(new URL('../../docs/event-format.md', import.meta.url), 'utf8');

test('the example in the documentation is an event', () => {
  const [, example] = /```json\n([\s\S]*?)```/.exec(DOCS)!;
  const event = readOpenEvent(JSON.parse(example!), 'example.json');
  expect(summarizePulses(event.pulses)).toMatchObject({ n_dom: 3, n_pulse: 6, n_hlc: 5 });
  expect(event.openDetector).toMatchObject({
    name: 'Example-2L',
    site: { latitudeDeg: 42.8, longitudeDeg: 6.17, xAxisAzimuthDeg: 0 },
    modules: { length: 6 },
  });
  expect(event.warnings).toEqual([]);
});

test('the documentation explains every member of the format', () => {
  const members = new Set<string>();
  const collect = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('properties' in schema) for (const name of Object.keys(schema.properties as object)) members.add(name);
    for (const part of Object.values(schema)) collect(part);
  };
  collect(openEventJsonSchema());
  const missing = [...members].filter((name) => !DOCS.includes(`\`${name}\``) && !DOCS.includes(`"${name}":`));
  expect(members.size).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});
