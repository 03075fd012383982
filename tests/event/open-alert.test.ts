import { describe, expect, test } from 'vitest';
import { SkymapError } from '../../src/config/index.js';
import { detectorForEvent } from '../../src/detector/index.js';
import { type DecodedEvent, decodeEvent } from '../../src/event/index.js';
import { writeOpenEvent } from '../../src/event/open/index.js';
import { loadIceModel } from '../../src/light/index.js';
import { findReco, listRecos } from '../../src/reco/index.js';
import { builtinIc86, readResource } from '../prepare/decoded.js';
import { needsShared, sharedBytes } from '../support/shared.js';

const ALERTS = [
  'data/events/event_HESE_2017-11-28.json',
  'data/events/hese_event_01.json',
  'data/events/run00135292-evt000056063172.pkl',
  'data/events/run00136055-evt000000348073.pkl',
  'data/events/run00136504-evt000001833389.pkl',
  'data/events/run00136662-evt000035405932-BRONZE.pkl',
];

needsShared('a real alert as an open event', ALERTS, () => {
  describe.each(ALERTS)('%s', (file) => {
    test('has the same header, pulses, windows, fits and detector as the alert', async () => {
      const builtin = await builtinIc86();
      const alert = decodeEvent(sharedBytes(file), file);
      const detector = detectorForEvent(alert, builtin, null);
      const text = writeOpenEvent(alert, detector);
      const open = decodeEvent(new TextEncoder().encode(text), 'open.json');

      const { gcdDifferences: _, openDetector, ...rest } = open;
      const { gcdDifferences, openDetector: __, ...expected } = alert;
      expect(gcdDifferences).not.toBeNull();
      expect(openDetector).not.toBeNull();
      // JSON knows no NaN: what a pickled message quotes as NaN is null.
      expect(rest).toEqual({ ...expected, alert: JSON.parse(JSON.stringify(expected.alert)) });

      const { provenance: _p, ...figures } = detectorForEvent(open, builtin, null);
      const { provenance: _q, ...expectedFigures } = detector;
      expect(figures).toEqual(expectedFigures);
    });

    test('is prepared by every reconstruction as the alert is, so that its scan is the same', async () => {
      const builtin = await builtinIc86();
      const ice = await loadIceModel(readResource);
      const alert = decodeEvent(sharedBytes(file), file);
      const detector = detectorForEvent(alert, builtin, null);
      const open = decodeEvent(new TextEncoder().encode(writeOpenEvent(alert, detector)), 'open.json');
      for (const { name } of listRecos()) {
        const reco = findReco(name);
        const prepare = async (event: DecodedEvent): Promise<unknown> => {
          try {
            return await reco.prepare({ event, detector: detectorForEvent(event, builtin, null), ice, settings: {} });
          } catch (error) {
            // Not every reconstruction can work on every event; then neither on its open event.
            if (error instanceof SkymapError) return `${error.code}: ${error.message}`;
            throw error;
          }
        };
        expect(await prepare(open), name).toEqual(await prepare(alert));
      }
    });

    test('is written the same way every time, and as what it was read from', async () => {
      const builtin = await builtinIc86();
      const alert = decodeEvent(sharedBytes(file), file);
      const detector = detectorForEvent(alert, builtin, null);
      const text = writeOpenEvent(alert, detector);
      expect(writeOpenEvent(alert, detector)).toBe(text);
      expect(text.length).toBeLessThan(1_000_000);
    });
  });
});
