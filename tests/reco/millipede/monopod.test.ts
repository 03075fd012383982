/** `monopod`: time bins of a grid, and fits of simulated cascades by a single one. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DecodedEvent } from '../../../src/event/index.js';
import { decodeTables, type PhotonTables } from '../../../src/light/index.js';
import { type Fit, findReco, type PreparedEvent, type RecoResult, type Seed } from '../../../src/reco/index.js';
import type { MillipedeData } from '../../../src/reco/millipede/index.js';
import { monopodSettings } from '../../../src/reco/millipede/settings.js';
import { timeBins } from '../../../src/reco/millipede/time-bins.js';
import { drawCharge } from '../../../src/simulate/electronics.js';
import { type SimulationSetup, simulateEvent } from '../../../src/simulate/index.js';
import { Random } from '../../../src/simulate/random.js';
import { readResource } from '../../prepare/decoded.js';
import { ic86Setup } from '../../simulate/support.js';
import { expectClose } from '../../support/close.js';

const GRID = { gridNs: 25 };
const FINE = 1;
const COARSE = 8;

/** Bins of pulses given as [time, charge, width]. */
function binsOf(pulses: readonly (readonly number[])[], startNs = 0, stopNs = 1000): ReturnType<typeof timeBins> {
  const column = (k: number): number[] => pulses.map((pulse) => pulse[k]!);
  return timeBins({ timeNs: column(0), chargePe: column(1), widthNs: column(2) }, startNs, stopNs, GRID);
}

describe('time bins of a grid', () => {
  it('lie between multiples of its width, with one bin for all that is empty between', () => {
    expect(binsOf([])).toEqual({ edges: [0, 1000], charges: [0] });
    expect(binsOf([[60, 2, FINE]])).toEqual({ edges: [0, 50, 75, 1000], charges: [0, 2, 0] });
    const far = [
      [112, 1, FINE],
      [512, 3, FINE],
    ];
    expect(binsOf(far)).toEqual({ edges: [0, 100, 125, 500, 525, 1000], charges: [0, 1, 0, 3, 0] });
  });

  it('share a pulse by what samples cannot tell apart: 7 ns, and 20 ns of coarse ones', () => {
    const fine = binsOf([[74, 7, FINE]]);
    expect(fine.edges).toEqual([0, 50, 75, 100, 1000]);
    for (const [k, want] of [0, 4.5, 2.5, 0].entries()) expectClose(fine.charges[k]!, want, { absolute: 1e-9 });
    const coarse = binsOf([[70, 2, COARSE]]);
    for (const [k, want] of [0, 1.5, 0.5, 0].entries()) expectClose(coarse.charges[k]!, want, { absolute: 1e-9 });
  });

  it('cover the readout without gaps and keep all charge in it', () => {
    const pulse = fc.tuple(
      fc.double({ min: -50, max: 1100, noNaN: true }),
      fc.double({ min: 0.2, max: 50, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.array(pulse, { maxLength: 40 }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.double({ min: 301, max: 1000, noNaN: true }),
        (list, startNs, stopNs) => {
          const pulses = list.map(([t, q], i) => [t, q, i % 2 === 0 ? FINE : COARSE]).sort((a, b) => a[0]! - b[0]!);
          const { edges, charges } = binsOf(pulses, startNs, stopNs);
          expect([edges[0], edges.at(-1)]).toEqual([startNs, stopNs]);
          expect(charges).toHaveLength(edges.length - 1);
          for (let k = 1; k < edges.length; k++) expect(edges[k]!).toBeGreaterThan(edges[k - 1]!);
          const inside = pulses.filter(([t]) => t! >= startNs && t! < stopNs);
          const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
          expectClose(sum(charges), sum(inside.map(([, q]) => q!)), { absolute: 1e-9 });
        },
      ),
    );
  });
});

it("divides by the variance of a photo-electron's charge, as the simulation draws it", () => {
  const random = new Random(1);
  const charges = Array.from({ length: 200_000 }, () => drawCharge(random));
  const meanSquare = charges.reduce((sum, q) => sum + q * q, 0) / charges.length;
  expectClose(monopodSettings({}).chargeVariance, meanSquare, { absolute: 0.01 });
});

describe('a simulated cascade', () => {
  const THROWN = { zenith: 1.2, azimuth: 2.1, x: 60, y: -40, z: 120, energyGev: 90_000 };
  const monopod = findReco('monopod');
  let setup: SimulationSetup;
  let event: DecodedEvent;
  let tables: PhotonTables;
  let prepared: PreparedEvent;
  let fitTask: Fit;
  beforeAll(async () => {
    const ic86 = await ic86Setup();
    tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
    setup = { ...ic86, tables, tilt: ic86.ice.tilt };
    const thrown = { kind: 'cascade' as const, ...THROWN, startTimeUtc: '2024-01-01T00:00:00Z', seed: 7 };
    event = simulateEvent(setup, thrown).event as DecodedEvent;
    prepared = await prepare({});
    fitTask = await monopod.createFit(prepared);
  });

  async function prepare(settings: Record<string, string>): Promise<PreparedEvent> {
    const { detector, ice } = setup;
    return monopod.prepare({ event, detector, ice, settings, tables: async () => tables });
  }

  async function fitAt(zenith: number, azimuth: number, from: Omit<Seed, 'energyGev'>): Promise<RecoResult> {
    const seeds = [{ ...from, energyGev: Number.NaN }];
    return (await fitTask({ nside: 8, pixel: 0, zenith, azimuth, variations: [{ variation: 0, seeds }] }))[0]!;
  }

  it('is found in place, time and energy from the vertex of the event alone', async () => {
    const { seedVertex } = prepared;
    const { x, y, z, timeNs } = event.truth!;
    // Far enough to have something to find.
    expect(Math.hypot(seedVertex.x - x, seedVertex.y - y, seedVertex.z - z)).toBeGreaterThan(10);
    expect(Math.abs(seedVertex.timeNs - timeNs)).toBeGreaterThan(100);
    const found = await fitAt(THROWN.zenith, THROWN.azimuth, seedVertex);
    // A shower's light comes from some metres down its way.
    expect(Math.hypot(found.x - x, found.y - y, found.z - z)).toBeLessThan(8);
    expectClose(found.eInGev, THROWN.energyGev, { relative: 0.1 });
    expect(found.eTotGev).toBe(found.eInGev);
    const fromTruth = await fitAt(THROWN.zenith, THROWN.azimuth, event.truth!);
    // Without smearing valleys a few ns apart end such descents, up to 40 above.
    expectClose(found.llh, fromTruth.llh, { absolute: 0.02 });
  });

  it('tells its direction: others are worse, the more the farther', async () => {
    const away = await Promise.all(
      [0, 0.4, 1.2].map((turn) => fitAt(THROWN.zenith + turn, THROWN.azimuth, { ...prepared.seedVertex })),
    );
    const [at, near, far] = away.map(({ llh }) => llh) as [number, number, number];
    expect(near).toBeGreaterThan(at + 2);
    expect(far).toBeGreaterThan(near + 5);
  });

  it('is fitted from a start close by as well, and not at all without one', async () => {
    const { zenith, azimuth } = THROWN;
    const seedless = await fitAt(zenith, azimuth, { x: Number.NaN, y: 0, z: 0, timeNs: 0 });
    expect(seedless.llh).toBeNaN();
    const { x, y, z, timeNs } = event.truth!;
    const found = await fitAt(zenith, azimuth, { x: x + 8, y: y - 8, z: z + 8, timeNs: timeNs + 20 });
    const best = await fitAt(zenith, azimuth, prepared.seedVertex);
    expectClose(found.llh, best.llh, { absolute: 0.02 });
  });

  it('is asked of no module that delivers isolated hits only', () => {
    const { string, z, isSlcOnly } = setup.detector;
    const places = new Set([...isSlcOnly.keys()].filter((i) => isSlcOnly[i] === 1).map((i) => `${string[i]},${z[i]}`));
    const { rows } = prepared.data as MillipedeData;
    expect(places.size).toBe(27);
    expect([...rows.z.keys()].filter((m) => places.has(`${rows.string[m]},${rows.z[m]}`))).toEqual([]);
  });

  it('has options of its own, and refuses those of millipede', async () => {
    await expect(prepare({ alpha: '2' })).rejects.toThrow('no option "alpha"');
    await expect(prepare({ bin_ns: '-1' })).rejects.toThrow('bin_ns');
    expect(monopodSettings({ bin_ns: '40' }).bins).toEqual({ gridNs: 40 });
    const blocks = (await prepare({ bin_ns: '0' })).data as MillipedeData;
    expect(blocks.rows.charge.length).toBeLessThan((prepared.data as MillipedeData).rows.charge.length);
    const flat = (await prepare({ tilt: 'no' })).data as MillipedeData;
    expect([...flat.shiftM].every((shift) => shift === 0)).toBe(true);
    expect([...(prepared.data as MillipedeData).shiftM].some((shift) => shift !== 0)).toBe(true);
  });
});
