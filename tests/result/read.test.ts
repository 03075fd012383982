import { expect, test } from 'vitest';
import { eventStem, readResult, resultFileStem, toJson, writeNpz } from '../../src/result/index.js';
import { mapOf, metadata } from './support.js';

const result = { metadata, maps: [mapOf(8, [[3, 4]])] };

test('a result is read by what it is, whatever its name', () => {
  expect(readResult(writeNpz(result), 'map.json')).toEqual(result);
  expect(readResult(new TextEncoder().encode(`\n ${toJson(result)}`), 'map.npz')).toEqual(result);
});

test('a file of another kind is refused by name', () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(100), new TextEncoder().encode('SIMPLE  =')]) {
    expect(() => readResult(bytes, 'photo.png')).toThrow(
      expect.objectContaining({ code: 'result/bad-file', message: expect.stringContaining('photo.png') }),
    );
  }
});

test('files are named by run, event, type and the nsides that are there, ascending', () => {
  expect(resultFileStem(metadata, [512, 8, 64])).toBe('run00136662.evt000035405932.neutrino_8_64_512');
  expect(eventStem({ runId: 7, eventId: 9, eventType: null })).toBe('run00000007.evt000000000009.None');
  expect(() => resultFileStem(metadata, [])).toThrow(RangeError);
});

test('an event type cannot lead out of the directory', () => {
  expect(eventStem({ ...metadata, eventType: '../../etc/x y' })).toBe('run00136662.evt000035405932.______etc_x_y');
});
