/** Fits of real events: those of the reference with its invented light, and ours beside the reference's way with our table. */
import { expect, it, vi } from 'vitest';
import type { DecodedEvent } from '../../../src/event/index.js';
import { loadIceModel, type PhotonTables } from '../../../src/light/index.js';
import { loadEvent } from '../../../src/node/files/load-event.js';
import { loadPhotonTables } from '../../../src/node/files/photon-tables.js';
import { readResource } from '../../../src/node/files/resources.js';
import {
  type Fit,
  findReco,
  type PreparedEvent,
  type Reco,
  type RecoResult,
  type RecoSettings,
} from '../../../src/reco/index.js';
import { Chain } from '../../../src/reco/millipede/chain.js';
import { CompatibleLine, fitOriginal } from '../../../src/reco/millipede/compatible-fit.js';
import { parseProgression } from '../../../src/scan/index.js';
import { taskOf } from '../../../src/scan/seeds.js';
import { ancestor, directionOf, pixelPhi, pixelTheta, skyFrame } from '../../../src/sky/index.js';
import { PROTOTYPE_FILES, prototypeTables } from '../../light/table/prototype.js';
import { scanLandscape } from '../../scan/scan-landscape.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson, sharedPath } from '../../support/shared.js';
import { detectorOf, rowsOf } from './reference.js';
import { SplineSegmentLight } from './splines.js';

// A pixel of nside 1 takes up to a quarter of a minute of CPU, on a slow machine several times that.
vi.setConfig({ testTimeout: 240_000 });

const FOLDER = 'data/millipede-vectors';
const FITS = ['run00136662', 'hese_event_01'].map((name) => `${FOLDER}/fit-real-${name}.json`);
const EVENTS = ['run00136662', 'hese_event_01'].map((name) => `${FOLDER}/real-event-${name}.json`);

needsShared(
  'fits of real events by the reference',
  [...FITS, ...EVENTS, 'data/photospline/synthetic_cascade.abs.fits'],
  () => {
    it.each(FITS)('%s: the first steps are the same, and its ends are as low as it says', (file) => {
      const { event: eventFile, cases } = sharedJson(file);
      const event = sharedJson(`${FOLDER}/${eventFile}`);
      const { settings } = event.cases[0];
      const rows = rowsOf(event, detectorOf(event.receivers), settings);
      const light = new SplineSegmentLight(rows, event.tables, rows.lit, settings.domEfficiency);
      const chain = new Chain(rows, light, { isPoint: false, halfSizeM: 600, regularization: 0, alpha: null });
      const { seed, pass1, pass2 } = cases[0];
      chain.setDirection(seed.zenith, seed.azimuth);
      const seen: number[][] = [];
      const line = new CompatibleLine(chain, { alpha: null });
      const value = line.value.bind(line);
      // A whole fit takes minutes: it is stopped after a few steps.
      line.value = (at, spacingM) => {
        if (seen.length >= 5) return Number.NaN;
        const llh = value(at, spacingM);
        seen.push([...at.slice(1), llh]);
        return llh;
      };
      fitOriginal(line, [{ ...seed, timeNs: seed.time, energyGev: Number.NaN }]);
      for (const [k, want] of pass1.firstEvaluations.slice(0, 5).entries()) {
        for (let i = 0; i < 3; i++) expectClose(seen[k]![i]!, want[i], { absolute: 1e-9 }, `step ${k}`);
        // Its tables have single precision, and its solver stops short of the optimum.
        expectClose(seen[k]![3]!, want[3], { absolute: 0.5 }, `step ${k}`);
      }
      for (const [pass, spacingM] of [
        [pass1, 5],
        [pass2, 2.5],
      ] as const) {
        const llh = chain.judge(pass.x, pass.y, pass.z, pass.time, spacingM, 1e-5);
        expect(chain.range.end - chain.range.first).toBe(pass.nSegments);
        expect(llh).toBeLessThan(pass.reportedLlh + 0.1);
        expect(llh).toBeGreaterThan(pass.reportedLlh - 1);
      }
    });
  },
);

/**
 * Pixels of shared events (reconstruction, file, nside, RING number) with -log L as the reference's minimiser and solver find it with the
 * same light: `--reco-option compatible=yes`, the best of all variations. Recorded, as each takes about a minute.
 */
const HESE = 'hese_event_01.json';
const BRONZE = 'run00136662-evt000035405932-BRONZE.pkl';
const COMPATIBLE = [
  ['millipede_original', HESE, 1, 8, 429.24],
  ['millipede_original', HESE, 1, 5, 448.16],
  ['millipede_original', HESE, 1, 0, 462.89],
  ['millipede_original', HESE, 1, 11, 435.53],
  ['millipede_original', BRONZE, 64, 25762, 1064.09],
  ['millipede_wilks', HESE, 1, 8, 117.16],
  ['millipede_wilks', HESE, 1, 5, 125.97],
  ['millipede_wilks', HESE, 1, 0, 127.66],
  ['millipede_wilks', HESE, 1, 3, 129.87],
  ['millipede_wilks', BRONZE, 8, 404, 474.17],
  ['millipede_wilks', BRONZE, 8, 372, 486.94],
  ['millipede_wilks', BRONZE, 8, 405, 526.1],
] as const;
/** The same from a scan's own starts, whose times are refined. */
const FROM_REFINED = [
  ['millipede_wilks', HESE, 1, 8, 117.16],
  ['millipede_wilks', HESE, 1, 5, 125.8],
  ['millipede_wilks', HESE, 1, 0, 127.65],
  ['millipede_wilks', HESE, 1, 3, 129.52],
  ['millipede_wilks', BRONZE, 8, 404, 474.17],
  ['millipede_wilks', BRONZE, 8, 405, 525.97],
] as const;
/** The same for pixels of nside 8 of a scan of those around its minimum, which fits them once more from their neighbours. */
const OF_A_SCAN = [
  [404, 474.17],
  [405, 525.97],
  [372, 486.94],
] as const;
/** The same far from a bright track, with the product's own table: valley beside valley. */
const FAR = [
  ['millipede_original', BRONZE, 1, 0, 4436.61],
  ['millipede_original', BRONZE, 1, 5, 3889.02],
  ['millipede_original', BRONZE, 1, 8, 4330.08],
  ['millipede_original', BRONZE, 1, 4, 4404.87],
  ['millipede_wilks', BRONZE, 1, 1, 1349.68],
  ['millipede_wilks', BRONZE, 1, 2, 1179.53],
  ['millipede_wilks', BRONZE, 1, 9, 1358.19],
] as const;
/** The best pixel of that track at nside 512; one of nside 64 in a long valley, 16 above the minimum. */
const DESCENTS = [
  [512, 1672467],
  [64, 25252],
] as const;

needsShared('shared events', [...COMPATIBLE.map(([, file]) => `data/events/${file}`), ...PROTOTYPE_FILES], () => {
  it.each(COMPATIBLE)(
    "%s, %s, nside %i, pixel %i: never more than 0.1 above the reference's way",
    async (name, file, nside, pixel, llh) => {
      expect(await lowestOf(name, file, nside, pixel, prototypeLight)).toBeLessThan(llh + 0.1);
    },
  );

  it.each(FAR)(
    "%s, %s, nside %i, pixel %i, far from the truth: never more than 0.1 above the reference's way",
    async (name, file, nside, pixel, llh) => {
      expect(await lowestOf(name, file, nside, pixel, shippedLight)).toBeLessThan(llh + 0.1);
    },
  );

  it.each(FROM_REFINED)(
    "%s, %s, nside %i, pixel %i, from a scan's start: never more than 0.1 above the reference's way",
    async (name, file, nside, pixel, llh) => {
      const { fitPixel } = await fitterOf(name, file, {}, prototypeLight);
      expect((await fitPixel(nside, pixel, null)).llh).toBeLessThan(llh + 0.1);
    },
  );

  it("millipede_original, far from the truth, from a scan's start: no more than 0.1 above the reference's way", async () => {
    const { fitPixel } = await fitterOf('millipede_original', BRONZE, {}, shippedLight);
    expect((await fitPixel(1, 5, null)).llh).toBeLessThan(3888.89 + 0.1);
  });

  it("millipede_wilks, a scan of the pixels around the minimum: none is more than 0.1 above the reference's way", async () => {
    const { reco, event, prepared, fitTask } = await fitterOf('millipede_wilks', BRONZE, {}, prototypeLight);
    const { runId, eventId, mjd } = event.header;
    const frame = skyFrame(mjd);
    const [minimum] = OF_A_SCAN[0];
    const centre = directionOf(frame, pixelPhi(8, minimum), Math.PI / 2 - pixelTheta(8, minimum));
    const { outcome } = await scanLandscape({
      landscape: { base: 0, bowls: [] },
      progression: parseProgression(['8:0']),
      whole: {
        metadata: { runId, eventId, eventType: 'neutrino', mjd, isRealEvent: true },
        reco,
        pointing: { ...centre, radiusRad: 0.25 },
        ...prepared,
        progression: parseProgression(['8:0']),
        threshold: 1,
      },
      answer: (task) => ({
        nside: task.nside,
        pixel: task.pixel,
        runtimeS: 0,
        status: 'done',
        results: fitTask(task) as RecoResult[],
      }),
    });
    const [map] = outcome.result.maps;
    for (const [pixel, llh] of OF_A_SCAN) {
      expect(map!.llh[map!.pixel.indexOf(pixel)], `pixel ${pixel}`).toBeLessThan(llh + 0.1);
    }
    expect(outcome.statistics.recos).toBeGreaterThan(2 * map!.pixel.length);
  });

  it.each(DESCENTS)(
    "millipede_wilks, from the coarsest pixel of a scan to nside %i, pixel %i: never more than 0.1 above the reference's way",
    async (finest, pixel) => {
      const { fitPixel: ours } = await fitterOf('millipede_wilks', BRONZE, {}, shippedLight);
      const { fitPixel: theirs } = await fitterOf('millipede_wilks', BRONZE, { compatible: 'yes' }, shippedLight);
      let coarser: RecoResult | null = null;
      for (let nside = 8; nside <= finest; nside *= 8) {
        const own = await ours(nside, ancestor(finest, pixel, nside), coarser);
        const want = await theirs(nside, ancestor(finest, pixel, nside), coarser);
        expect(own.llh, `nside ${nside}`).toBeLessThan(want.llh + 0.1);
        coarser = own;
      }
    },
  );
});

/** The table of the specification, as it was when numbers were recorded. */
async function prototypeLight(): Promise<PhotonTables> {
  const { cascade, ...others } = prototypeTables();
  return { ...others, cascade: { ...cascade, domEfficiency: 0.99 } };
}

function shippedLight(): Promise<PhotonTables> {
  return loadPhotonTables('spice_mie');
}

/** -log L of a pixel, the best of all variations from the event's own vertex and time. */
async function lowestOf(
  name: string,
  file: string,
  nside: number,
  pixel: number,
  tables: () => Promise<PhotonTables>,
): Promise<number> {
  const { fitPixel } = await fitterOf(name, file, {}, tables, { refinesTime: false });
  return (await fitPixel(nside, pixel, null)).llh;
}

interface Fitter {
  readonly reco: Reco;
  readonly event: DecodedEvent;
  readonly prepared: PreparedEvent;
  readonly fitTask: Fit;
  /** Fits a pixel from the event's own vertex, or from where the fit of a coarser pixel ended; the best of all variations. */
  fitPixel(nside: number, pixel: number, coarser: RecoResult | null): Promise<RecoResult>;
}

async function fitterOf(
  name: string,
  file: string,
  settings: RecoSettings,
  tables: () => Promise<PhotonTables>,
  rules: { readonly refinesTime?: boolean } = {},
): Promise<Fitter> {
  const reco = findReco(name);
  const { event, detector } = await loadEvent(sharedPath(`data/events/${file}`), {});
  const ice = await loadIceModel(readResource, 'spice_mie');
  const prepared = await reco.prepare({ event, detector, ice, settings, tables });
  const fitTask = await reco.createFit(prepared);
  const source = { rules: { ...reco, ...rules }, frame: skyFrame(event.header.mjd), ...prepared };
  const fitPixel = async (nside: number, pixel: number, coarser: RecoResult | null): Promise<RecoResult> => {
    const results = await fitTask(taskOf(source, nside, pixel, [...reco.variations.keys()], coarser));
    return results.reduce((a, b) => (b.llh < a.llh ? b : a));
  };
  return { reco, event, prepared, fitTask, fitPixel };
}
