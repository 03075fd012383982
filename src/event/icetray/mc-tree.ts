/**
 * What simulated events say of their truth. Layouts worked out on public files, each byte accounted for:
 *
 * - I3MCTree, version 1: base, u32 number of bits, u32 number of words, words of 64 bits, the particles. The bits, least
 *   significant first, walk through the tree: 1 goes down to the next particle, 0 back up to its parent; the last one
 *   leaves the tree. n particles have 2 n + 1 bits.
 * - I3MMCTrackList: base, a vector of I3MMCTrack: the muon, then (x, y, z, t, E) where it enters the instrumented volume,
 *   where it is closest to the middle and where it leaves, then the energy lost between.
 */
import type { ArchiveReader } from './archive-reader.js';
import { type I3Particle, readParticle } from './basic-objects.js';

/** A particle of a simulated event's tree; primaries have depth 0, what they made 1, ... Parents come first. */
export interface TreeParticle {
  readonly particle: I3Particle;
  readonly depth: number;
}

/** A muon on its way through the detector. */
export interface MuonPassage {
  readonly particle: I3Particle;
  /** GeV; 0 where the muon was made inside. */
  readonly enteringGev: number;
}

/** Least bytes of an I3Particle of version 5, after the first. */
const PARTICLE_BYTES = 100;
const WORD_BITS = 64;
/** Three points of five numbers, and the lost energy. */
const PASSAGE_NUMBERS = 16;
const ENTERING_ENERGY = 4;

/** The frame object I3MCTree. */
export function readMcTree(archive: ArchiveReader, version: number): TreeParticle[] {
  if (version < 1) throw archive.error(`holds I3MCTree in version ${version}; 1 is known`);
  archive.base();
  const nBits = archive.u32();
  const nWords = archive.count(8);
  if (nBits % 2 === 0 || nWords !== Math.ceil(nBits / WORD_BITS)) {
    throw archive.error(`has a tree of ${nBits} bits in ${nWords} words`);
  }
  const bits = archive.take(8 * nWords);
  const nParticles = (nBits - 1) / 2;
  if (nParticles * PARTICLE_BYTES > archive.remaining) {
    throw archive.error(`promises ${nParticles} particles that are not there`);
  }
  const particles: TreeParticle[] = [];
  let depth = 0;
  for (let i = 0; i < nBits; i++) {
    if (((bits[i >> 3]! >> (i & 7)) & 1) === 1) particles.push({ particle: readParticle(archive), depth: depth++ });
    else if (--depth < 0 && i + 1 < nBits) throw archive.error('has a tree that ends early');
  }
  if (depth !== -1) throw archive.error('has a tree that does not end');
  return particles;
}

/** The frame object I3MMCTrackList. */
export function readMuonPassages(archive: ArchiveReader): MuonPassage[] {
  archive.base();
  return archive.list('vector<I3MMCTrack>', 4, () =>
    archive.object('I3MMCTrack', 1, () => {
      const particle = readParticle(archive);
      return { particle, enteringGev: archive.f64s(PASSAGE_NUMBERS)[ENTERING_ENERGY]! };
    }),
  );
}
