/** Every object of the real events whose reference decodings we have: each field of each, and every pulse. */
import { beforeAll, expect, it } from 'vitest';
import { decodeObject, Packet } from '../../src/event/index.js';
import { readDocument, readMessage } from '../../src/event/message.js';
import { needsShared, sharedBytes, sharedJson } from '../support/shared.js';
import { AS_REFERENCE, type Loose, pulses } from './as-reference.js';

const STARTUPS = ['millipede_original', 'millipede_wilks', 'splinempe', 'splinempe_pointed'].map(
  (algorithm) => [`data/reco-pixel/${algorithm}/BRONZE/startup`, '.json'] as const,
);
const FILES = [
  ['data/events/event_HESE_2017-11-28', '.json'],
  ['data/events/hese_event_01', '.json'],
  ['data/events/run00136662-evt000035405932-BRONZE', '.pkl'],
  ...STARTUPS,
] as const;

for (const [stem, extension] of FILES) {
  needsShared(`${stem.slice('data/'.length)}`, [stem + extension, `${stem}.decoded.json`], () => {
    let reference: Loose;
    let packet: Packet;
    beforeAll(() => {
      reference = sharedJson(`${stem}.decoded.json`);
      const { frames } = readMessage(readDocument(sharedBytes(stem + extension), stem), stem);
      packet = new Packet(frames, stem);
    });

    it('has the frames and objects of the reference, by key, type and size', () => {
      expect(
        packet.frames.map(({ stop, version, objects }) => ({
          stop,
          version,
          objects: objects.map(({ key, type, blob }) => ({ key, type, size: blob.length })),
        })),
      ).toEqual(
        reference.frames.map((frame: Loose) => ({
          stop: frame.stop,
          version: frame.frame_version,
          objects: frame.objects.map(({ key, type, size }: Loose) => ({ key, type, size })),
        })),
      );
    });

    it('decodes every object to the fields of the reference', () => {
      packet.frames.forEach((frame, i) => {
        frame.objects.forEach((object, j) => {
          const { key, type: _, size: __, class: className, ...expected } = reference.frames[i].objects[j];
          const decoded = decodeObject(object, stem);
          expect(decoded?.className, key).toBe(className);
          const ours = AS_REFERENCE[className]!(decoded!.value);
          if (className === 'I3CalibrationDiff') expectCalibration(ours.value as Loose, expected.value);
          else expect(ours, key).toEqual(expected);
        });
      });
    });

    it('resolves every pulse map and mask to the pulses of the reference', () => {
      const names = Object.keys(reference.pulses);
      expect(names.length).toBeGreaterThanOrEqual(3);
      for (const name of names) expect(pulses(packet.pulses(name)), name).toEqual(reference.pulses[name]);
    });
  });
}

/** The reference keeps counts, examples, and the columns that a scan uses. */
function expectCalibration(ours: Loose, { domcal_plus_examples: examples, ...expected }: Loose): void {
  const { modules, ...figures } = ours;
  for (const [key, fields] of examples) expect(modules.get(key.join(','))).toEqual(fields);
  const columns = ['combined_spe_fit', 'mean_atwd_charge', 'mean_fadc_charge'] as const;
  for (const name of columns) {
    const table = expected[name];
    delete expected[name];
    if (table === undefined) continue;
    const rows = [...modules].flatMap(([key, fields]: [string, Loose]) => {
      if (fields[name] === undefined) return [];
      const values = name === 'combined_spe_fit' ? Object.values(fields[name]) : [fields[name]];
      return [[...key.split(',').map(Number), ...values]];
    });
    expect(rows).toEqual(table.rows);
  }
  expect(figures).toEqual(expected);
}
