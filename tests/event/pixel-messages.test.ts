/** Messages of upstream's scanner about one pixel: frames and results pickled by Python 3 with protocol 4. */
import { expect, it } from 'vitest';
import { decodeBase64 } from '../../src/event/base64.js';
import { decodeObject } from '../../src/event/index.js';
import { pickledBytes, readPickledFrame } from '../../src/event/message.js';
import { isPickleObject, readPickle } from '../../src/event/pickle.js';
import { needsShared, sharedJson } from '../support/shared.js';
import { AS_REFERENCE } from './as-reference.js';

for (const algorithm of ['millipede_original', 'millipede_wilks', 'splinempe', 'splinempe_pointed']) {
  const folder = `data/reco-pixel/${algorithm}/BRONZE`;
  const [task, result, decoded] = ['in', 'out', 'pixel.decoded'].map((name) => `${folder}/${name}.json`) as [
    string,
    string,
    string,
  ];

  needsShared(`one pixel of ${algorithm}`, [task, result, decoded], () => {
    it('has the task of the reference: every object of its frame', () => {
      const expected = sharedJson(decoded).in.frame;
      const frame = readPickledFrame(decodeBase64(sharedJson(task).pframe_pkl_b64)!, task);
      expect(
        frame.objects.map((object) => {
          const { className, value } = decodeObject(object, task)!;
          return { key: object.key, type: object.type, size: object.blob.length, ...AS_REFERENCE[className]!(value) };
        }),
      ).toEqual(expected.objects);
    });

    it('has the result of the reference: every member of its state', () => {
      const { runtime: _, ...expected } = sharedJson(decoded).out;
      const pickle = readPickle(decodeBase64(sharedJson(result).reco_pixel_variation_pkl_b64)!, 'frame', result);
      if (!isPickleObject(pickle) || !(pickle.state instanceof Map)) throw new Error('no object with a state');
      const members = Object.fromEntries(
        [...pickle.state].map(([name, value]) => {
          if (name === 'position') {
            const bytes = pickledBytes(value, new Set(['icecube._dataclasses.I3Position']))!;
            const view = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 24, 24);
            return [name, [0, 8, 16].map((at) => view.getFloat64(at, true))];
          }
          return [name, typeof value === 'number' && Number.isNaN(value) ? 'NaN' : value];
        }),
      );
      expect(members).toEqual(expected);
    });
  });
}
