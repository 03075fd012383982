/** A scan with splinempe against the reference's own fits, in directions where no track fits. */
import { beforeAll, expect, it } from 'vitest';
import type { Detector } from '../../../src/detector/index.js';
import { decodeEvent } from '../../../src/event/index.js';
import { decodeTables, type IceModel, loadIceModel, type PhotonTables } from '../../../src/light/index.js';
import { type Fit, findReco, type RecoInput, type RecoResult, type RecoTask } from '../../../src/reco/index.js';
import { parseProgression } from '../../../src/scan/index.js';
import { scanMetadata, scanSetup } from '../../../src/session/index.js';
import { builtinIc86, readResource } from '../../prepare/decoded.js';
import { scanLandscape } from '../../scan/scan-landscape.js';
import { needsShared, sharedBytes } from '../../support/shared.js';

let detector: Detector;
let ice: IceModel;
let tables: PhotonTables;
beforeAll(async () => {
  [detector, ice] = await Promise.all([builtinIc86(), loadIceModel(readResource)]);
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
});

/** Alerts with a direction that is wrong for them. */
const AWAY = [
  ['run00135292-evt000056063172.pkl', 1.0, 0.4],
  ['run00136055-evt000000348073.pkl', 2.6, 1.2],
  ['run00136504-evt000001833389.pkl', 1.9, 5.2],
  ['run00136662-evt000035405932-BRONZE.pkl', 0.6, 3.9],
].map(([name, zenith, azimuth]) => [`data/events/${name}`, zenith, azimuth] as [string, number, number]);

needsShared(
  'a scan with splinempe',
  AWAY.map(([file]) => file),
  () => {
    it.each(AWAY)(
      'ends nowhere above the fits of the reference: %s, zenith %d, azimuth %d',
      async (alert, zenith, azimuth) => {
        const event = decodeEvent(sharedBytes(alert), alert);
        const inputWith = (settings: RecoInput['settings']): RecoInput => {
          return { event, detector, ice, settings, tables: async () => tables };
        };
        const disc = { zenith, azimuth, radiusRad: 0.19 };
        const reco = { ...findReco('splinempe'), pointing: () => disc };
        const prepared = await reco.prepare(inputWith({}));
        const [ours, reference] = await Promise.all([
          reco.createFit(prepared),
          reco.createFit(await reco.prepare(inputWith({ compatible: 'yes' }))),
        ]);
        const resultsOf = (fitTask: Fit, task: RecoTask): RecoResult[] => fitTask(task) as RecoResult[];

        const wanted = new Map<number, number>();
        const { outcome } = await scanLandscape({
          landscape: { base: 0, bowls: [] },
          progression: [],
          whole: scanSetup({
            metadata: scanMetadata(event),
            event,
            reco,
            input: inputWith({}),
            prepared,
            progression: parseProgression(['8:0']),
            threshold: 1,
          }),
          answer: (task) => {
            if (task.variations.length === reco.variations.length) {
              const llh = resultsOf(reference, task).map((result) => result.llh);
              wanted.set(task.pixel, Math.min(...llh.filter((value) => !Number.isNaN(value))));
            }
            return { nside: 8, pixel: task.pixel, runtimeS: 1, status: 'done', results: resultsOf(ours, task) };
          },
        });
        const { pixel, llh } = outcome.result.maps[0]!;
        expect(pixel.length).toBeGreaterThan(4);
        const above = Array.from(pixel, (p, i) => llh[i]! - wanted.get(p)!);
        expect(Math.max(...above)).toBeLessThan(0.1);
        // Most end in minima that the reference does not find.
        expect(above.reduce((a, b) => a + b) / above.length).toBeLessThan(-1);
      },
    );
  },
);
