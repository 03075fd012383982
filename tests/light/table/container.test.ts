import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileFormatError } from '../../../src/config/index.js';
import { decodeTableHeader, decodeTables, encodeTables, type PhotonTables } from '../../../src/light/index.js';

const origin = {
  iceModel: 'toy',
  iceModelSha256: 'ab'.repeat(32),
  domEfficiency: 0.99,
  angularAcceptance: 'h2-50cm',
  photonsPerDepth: 10,
  seed: 3,
  command: 'skymap-scanner tables make',
  generator: '0.0.0',
};

/** Small tables with values of every size in them. */
function toyTables(): PhotonTables {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const axis = (size: number) => ({ first: -1.5, step: 0.25, size });
  const common = { iceModel: 'toy', domEfficiency: 0.99, timeNodes: Float64Array.of(0.1, 1, 2) };
  const muon = (kind: 'muon' | 'stochastic') => ({
    ...common,
    kind,
    z: Float64Array.of(-1.5, -1.25, -1),
    zenithDeg: axis(2),
    lnRho: axis(4),
    phiDeg: axis(2),
    amplitude: Uint16Array.from({ length: 48 }, random),
    cdf: Uint8Array.from({ length: 48 * 16 }, random),
  });
  return {
    cascade: {
      ...common,
      kind: 'cascade',
      z: Float64Array.of(-40, -20, -15),
      lnR: axis(4),
      cosGamma: axis(2),
      thetaDeg: Float64Array.of(0, 90, 180),
      amplitude: Uint16Array.from({ length: 72 }, random),
      harmonic: Int8Array.from({ length: 72 }, random),
      timeZ: Float64Array.of(-40, -15),
      timeLnR: axis(2),
      timeThetaDeg: Float64Array.of(0, 180),
      cdf: Uint8Array.from({ length: 16 * 16 }, random),
    },
    muon: muon('muon'),
    stochastic: muon('stochastic'),
  };
}

describe('a photon table file', () => {
  const tables = toyTables();
  const bytes = encodeTables(tables, origin);

  it('gives back what was put in, and says how it was made', () => {
    expect(decodeTables(bytes, 'toy.skylight')).toEqual(tables);
    expect(decodeTableHeader(bytes, 'toy.skylight')).toMatchObject(origin);
  });

  it('is the same for the same tables', () => {
    expect(encodeTables(toyTables(), origin)).toEqual(bytes);
  });

  it('that is foreign, of another version, or truncated is refused in a sentence', () => {
    const refuse = (data: Uint8Array, what: RegExp): void => {
      expect(() => decodeTables(data, 'bad.skylight')).toThrow(FileFormatError);
      expect(() => decodeTables(data, 'bad.skylight')).toThrow(what);
    };
    refuse(new Uint8Array(0), /no photon table/);
    refuse(new TextEncoder().encode('SIMPLE  = T'), /no photon table/);
    const other = bytes.slice();
    other[8] = 9;
    refuse(other, /version 9/);
    refuse(bytes.subarray(0, 14), /truncated/);
    refuse(bytes.subarray(0, bytes.length - 5), /truncated/);
    const flipped = bytes.slice();
    flipped[bytes.length - 20] = flipped[bytes.length - 20]! ^ 4;
    refuse(flipped, /checksum/);
  });

  it('with any byte changed is read as it was or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const mutated = bytes.slice();
        mutated[at] = mutated[at]! ^ change;
        try {
          decodeTables(mutated, 'mutated');
        } catch (error) {
          expect(error).toBeInstanceOf(FileFormatError);
        }
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
