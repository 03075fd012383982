import { describe, expect, test } from 'vitest';
import { detectorForEvent } from '../../src/detector/index.js';
import { decodeEvent } from '../../src/event/index.js';
import { writeOpenEvent } from '../../src/event/open/index.js';
import { builtinIc86 } from '../prepare/decoded.js';
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
