/** Journals: what is written comes back; torn and damaged ends are cut off; other scans' journals are refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskOutcome } from '../../src/broker/index.js';
import { ScanError } from '../../src/config/index.js';
import {
  checkFingerprint,
  decodeJournal,
  encodeJournalEntry,
  encodeJournalHeader,
  parseProgression,
  scanFingerprint,
} from '../../src/scan/index.js';
import { ICECUBE_SITE } from '../../src/sky/index.js';
import { landscapeSetup } from './scan-landscape.js';

const place = {
  nside: fc.constantFrom(1, 8, 512, 8192),
  pixel: fc.nat(12 * 8192 * 8192 - 1),
  runtimeS: fc.double({ min: 0, noNaN: true }),
};
const outcomes: fc.Arbitrary<TaskOutcome> = fc.oneof(
  fc
    .record({
      ...place,
      results: fc.array(
        fc.record({
          variation: fc.nat(254),
          llh: fc.double(),
          x: fc.double(),
          y: fc.double(),
          z: fc.double(),
          timeNs: fc.double(),
          eInGev: fc.double(),
          eTotGev: fc.double(),
          energyGev: fc.double(),
        }),
        { maxLength: 8 },
      ),
    })
    .map(({ nside, pixel, runtimeS, results }) => ({
      nside,
      pixel,
      runtimeS,
      status: 'done' as const,
      results: results.map((result) => ({ nside, pixel, ...result })),
    })),
  fc.record({
    ...place,
    status: fc.constant('failed' as const),
    variations: fc.array(fc.nat(254), { maxLength: 8 }),
    reasons: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
  }),
);
const header = encodeJournalHeader({ scan: 'of this test', event: '1' });
const bytesOf = (entries: readonly TaskOutcome[]): Uint8Array =>
  new Uint8Array(Buffer.concat([header, ...entries.map(encodeJournalEntry)]));

describe('a journal', () => {
  it('gives back the outcomes that were written, bit for bit, in order', () => {
    fc.assert(
      fc.property(fc.array(outcomes, { maxLength: 12 }), (entries) => {
        const bytes = bytesOf(entries);
        const decoded = decodeJournal(bytes)!;
        expect(decoded.outcomes).toEqual(entries);
        expect(decoded.fingerprint).toEqual({ event: '1', scan: 'of this test' });
        expect(decoded.goodBytes).toBe(bytes.length);
      }),
    );
  });

  it('cut anywhere gives all entries that are whole, and where to go on writing', () => {
    fc.assert(
      fc.property(fc.array(outcomes, { minLength: 1, maxLength: 6 }), fc.nat(1000), (entries, permille) => {
        const bytes = bytesOf(entries);
        const cut = Math.floor((bytes.length * permille) / 1000);
        const decoded = decodeJournal(bytes.subarray(0, cut));
        if (cut < header.length) {
          expect(decoded).toBeNull();
          return;
        }
        const whole = decoded!.outcomes.length;
        expect(decoded!.outcomes).toEqual(entries.slice(0, whole));
        expect(decoded!.goodBytes).toBe(bytesOf(entries.slice(0, whole)).length);
        expect(cut).toBeLessThan(whole === entries.length ? Infinity : bytesOf(entries.slice(0, whole + 1)).length);
      }),
    );
  });

  it('with a damaged byte gives the entries before it and nothing false', () => {
    fc.assert(
      fc.property(
        fc.array(outcomes, { minLength: 1, maxLength: 6 }),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 255 }),
        (entries, where, flip) => {
          const bytes = bytesOf(entries);
          const at = header.length + (where % (bytes.length - header.length));
          bytes[at]! ^= flip;
          const decoded = decodeJournal(bytes)!;
          expect(decoded.outcomes.length).toBeLessThan(entries.length);
          expect(decoded.outcomes).toEqual(entries.slice(0, decoded.outcomes.length));
          expect(decoded.goodBytes).toBeLessThanOrEqual(at);
        },
      ),
    );
  });

  it('never throws anything but a refusal, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, isAfterHeader) => {
        const bytes = isAfterHeader ? new Uint8Array(Buffer.concat([header, noise])) : noise;
        try {
          decodeJournal(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ScanError);
        }
      }),
    );
  });

  it('that is none is refused rather than overwritten', () => {
    expect(() => decodeJournal(new TextEncoder().encode('# my notes'))).toThrow(/was not written by this scanner/);
    expect(decodeJournal(new Uint8Array(0))).toBeNull();
  });

  it('takes about 90 bytes a result', () => {
    const result = {
      nside: 8,
      pixel: 3,
      variation: 0,
      llh: 1,
      x: 1,
      y: 1,
      z: 1,
      timeNs: 1,
      eInGev: 1,
      eTotGev: 1,
      energyGev: 1,
    };
    const entry = encodeJournalEntry({ nside: 8, pixel: 3, runtimeS: 1, status: 'done', results: [result] });
    expect(entry.length).toBe(93);
  });
});

describe('the fingerprint of a scan', () => {
  const setup = landscapeSetup({ progression: parseProgression(['8:0', '64:12']) });
  const identity = { eventDigest: 'aa', settings: { b: '1', a: '2' }, productVersion: '0.1.0' };
  const fingerprint = scanFingerprint(setup, identity);
  const same = (other: typeof fingerprint): void => checkFingerprint(other, fingerprint);

  it('is that of the same scan in another process, through a journal', () => {
    same(scanFingerprint(structuredClone(setup), { ...identity, settings: { a: '2', b: '1' } }));
    same(scanFingerprint({ ...setup, site: ICECUBE_SITE }, identity));
    same(decodeJournal(encodeJournalHeader(fingerprint))!.fingerprint);
  });

  it.each([
    ['event', scanFingerprint({ ...setup, metadata: { ...setup.metadata, eventId: 7 } }, identity)],
    ['event file', scanFingerprint(setup, { ...identity, eventDigest: 'bb' })],
    ['site', scanFingerprint({ ...setup, site: { latitudeDeg: 43, longitudeDeg: 6, xAxisAzimuthDeg: 0 } }, identity)],
    ['reconstruction', scanFingerprint({ ...setup, reco: { ...setup.reco, name: 'other' } }, identity)],
    ['reconstruction options', scanFingerprint(setup, { ...identity, settings: { a: '2' } })],
    ['progression', scanFingerprint({ ...setup, progression: parseProgression(['8:0']) }, identity)],
    ['threshold', scanFingerprint({ ...setup, threshold: 0.5 }, identity)],
    ['seed vertex', scanFingerprint({ ...setup, seedVertex: { x: 1, y: 0, z: 0, timeNs: 0 } }, identity)],
    ['product version', scanFingerprint(setup, { ...identity, productVersion: '0.2.0' })],
    ['pointing', scanFingerprint({ ...setup, pointing: { zenith: 1, azimuth: 1, radiusRad: 0.1 } }, identity)],
  ])('tells scans apart that differ in their %s, and says in what', (what, other) => {
    expect(() => same(other)).toThrow(ScanError);
    expect(() => same(other)).toThrow(`its ${what} is "`);
  });

  it('says what the other scan had', () => {
    const other = scanFingerprint({ ...setup, progression: parseProgression(['8:0']) }, identity);
    expect(() => same(other)).toThrow('its progression is "8:0", not "8:0 64:12"');
  });
});
