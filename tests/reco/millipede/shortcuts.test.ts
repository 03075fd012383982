/**
 * What each shortcut of the likelihood costs, as a difference of -log L on the rows and modules of a real event: light looked
 * up from packed tables with fast logarithms, empty rows as one sum, far dark modules taken together, weak light left out,
 * few candidates instead of all segments, surveys that look here and there first, energies taken over from the line before.
 */
import { beforeAll, expect, it } from 'vitest';
import { loadIceModel, type PhotonTables, TableCascadeLight } from '../../../src/light/index.js';
import { loadEvent } from '../../../src/node/files/load-event.js';
import { readResource } from '../../../src/node/files/resources.js';
import { findReco } from '../../../src/reco/index.js';
import { CascadeSegmentLight } from '../../../src/reco/millipede/cascade-segment-light.js';
import { Chain } from '../../../src/reco/millipede/chain.js';
import type { MillipedeData } from '../../../src/reco/millipede/index.js';
import { smearedNodes } from '../../../src/reco/millipede/smeared-nodes.js';
import { TableSegmentLight } from '../../../src/reco/millipede/table-light.js';
import { directionOf, pixelPhi, pixelTheta, skyFrame } from '../../../src/sky/index.js';
import { PROTOTYPE_FILES, prototypeTables } from '../../light/table/prototype.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedPath } from '../../support/shared.js';

const EVENT = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
/** Pixels (nside, RING number) and lines in their directions, where fits have ended: x, y, z (m), time (ns). */
const LINES = [
  [64, 26_017, 26.76, 517.68, 202.69, 31_600.5],
  [64, 26_018, 23.45, 505.34, 200.63, 31_640.2],
  [64, 25_762, 27.74, 508.04, 199.31, 31_615.7],
] as const;
type Line = (typeof LINES)[number];
const SPACING_M = 5;
const KINDS = ['original', 'wilks'] as const;

needsShared('shortcuts of the likelihood', [EVENT, ...PROTOTYPE_FILES], () => {
  const { cascade, ...others } = prototypeTables();
  const table = { ...cascade, domEfficiency: 0.99 };
  const nodes = smearedNodes(table, 2);
  const data = new Map<string, MillipedeData>();
  let frame: ReturnType<typeof skyFrame>;
  beforeAll(async () => {
    const { event, detector } = await loadEvent(sharedPath(EVENT), {});
    const ice = await loadIceModel(readResource, 'spice_mie');
    const tables = async (): Promise<PhotonTables> => ({ ...others, cascade: table });
    frame = skyFrame(event.header.mjd);
    for (const kind of KINDS) {
      const prepared = await findReco(`millipede_${kind}`).prepare({ event, detector, ice, settings: {}, tables });
      data.set(kind, prepared.data as MillipedeData);
    }
  });

  /** A chain of a kind; `stored` rows are given one by one; `isExact`: all dark modules are asked. */
  function chainOf(kind: string, { isExact = false, storesAll = kind === 'wilks', isPlain = false } = {}): Chain {
    const { rows, shiftM, settings } = data.get(kind)!;
    const stored = storesAll ? rows.charge.length : rows.lit;
    const light = isPlain
      ? new CascadeSegmentLight(rows, new TableCascadeLight(table, nodes), stored, shiftM)
      : new TableSegmentLight(rows, table, nodes, stored, shiftM, isExact);
    return new Chain(rows, light, settings);
  }

  function turn(chain: Chain, [nside, pixel]: Line): void {
    const { zenith, azimuth } = directionOf(frame, pixelPhi(nside, pixel), Math.PI / 2 - pixelTheta(nside, pixel));
    chain.setDirection(zenith, azimuth);
  }

  /** The published -log L of a line, from no energies at all. */
  function llhOf(chain: Chain, line: Line): number {
    const [, , x, y, z, timeNs] = line;
    turn(chain, line);
    return chain.judge(x, y, z, timeNs, SPACING_M, 1e-6);
  }

  it.each(KINDS)('%s: packed tables, fast logarithms and shares of edges at once: less than 0.002', (kind) => {
    const own = chainOf(kind, { isExact: true });
    const want = chainOf(kind, { isPlain: true });
    for (const line of LINES.slice(0, 2)) expectClose(llhOf(own, line), llhOf(want, line), { absolute: 2e-3 });
  });

  it('empty rows and dark modules as one sum: nothing', () => {
    const summed = chainOf('original', { isExact: true });
    const oneByOne = chainOf('original', { storesAll: true });
    for (const line of LINES.slice(0, 2)) expectClose(llhOf(summed, line), llhOf(oneByOne, line), { absolute: 1e-5 });
  });

  it.each(KINDS)(
    '%s: far dark modules together and weak light left out: 0.01, and less than 1 while searching',
    (kind) => {
      const exact = chainOf(kind, { isExact: true });
      const quick = chainOf(kind);
      for (const line of LINES) {
        const [, , x, y, z, timeNs] = line;
        expectClose(llhOf(quick, line), llhOf(exact, line), { absolute: 0.01 });
        // What a search sees is off by about the same for all lines.
        const [want, own] = [exact, quick].map((chain) => chain.full(x, y, z, timeNs, SPACING_M, false, 1e-6));
        expectClose(own!, want!, { absolute: 1 });
      }
    },
  );

  it.each([
    ['original', 1e-3],
    ['wilks', 0.05],
  ] as const)('%s: energies of the line before instead of none: less than %d', (kind, bound) => {
    const chain = chainOf(kind);
    for (const line of LINES) {
      const [, , x, y, z, timeNs] = line;
      const cold = llhOf(chain, line);
      chain.judge(x + 4, y, z - 4, timeNs + 8, SPACING_M, 1e-6);
      expectClose(chain.judge(x, y, z, timeNs, SPACING_M, 1e-6), cold, { absolute: bound });
    }
  });

  it.each([
    ['original', 0.3],
    ['wilks', 0.05],
  ] as const)('%s: surveys that look at every 10 m first: less than %d from all segments', (kind, bound) => {
    const chain = chainOf(kind);
    for (const line of LINES) {
      const [, , x, y, z, timeNs] = line;
      turn(chain, line);
      for (const spacingM of [5, 2.5]) {
        const here = chain.survey(x, y, z, timeNs, spacingM, false);
        const candidates = chain.problem.sources;
        const all = chain.full(x, y, z, timeNs, spacingM, true, 1e-3);
        expect(Math.abs(here - all), `spacing ${spacingM}`).toBeLessThan(bound);
        expect(candidates).toBeLessThan(chain.problem.sources / 2);
      }
    }
  });

  it.each([
    ['original', 2],
    ['wilks', 0.2],
  ] as const)('%s: candidates alone, a metre or two away: never better, and less than %d worse', (kind, bound) => {
    const chain = chainOf(kind);
    for (const line of LINES) {
      const [, , x, y, z, timeNs] = line;
      turn(chain, line);
      for (const [dx, dz, dt] of [
        [0.5, 0.5, 1],
        [-0.5, 1, 2],
        [1, -1, -2],
      ] as const) {
        chain.survey(x, y, z, timeNs, SPACING_M, true);
        const few = chain.evaluate(x + dx, y, z + dz, timeNs + dt);
        const all = chain.full(x + dx, y, z + dz, timeNs + dt, SPACING_M, true, 1e-4);
        expect(few - all, `moved by ${dx}, ${dz}`).toBeLessThan(bound);
        expect(few - all).toBeGreaterThan(-0.02);
      }
    }
  });
});
