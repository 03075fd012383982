/** Trees of simulated particles: who is whose child, and which is the event's truth. */
import { describe, expect, it } from 'vitest';
import { EventFormatError } from '../../src/config/index.js';
import { type ArchiveWriter, tracked, writeArchive } from '../../src/event/icetray/archive-writer.js';
import { MC_TREE } from '../../src/event/icetray/classes.js';
import type { FrameObject } from '../../src/event/icetray/frame.js';
import { readObject } from '../../src/event/icetray/object-class.js';
import { Packet } from '../../src/event/icetray/packet.js';
import { simulationTruth } from '../../src/event/simulation-truth.js';

interface Node {
  readonly pdg: number;
  readonly energyGev: number;
  readonly children?: readonly Node[];
}

function writeParticle(archive: ArchiveWriter, { pdg, energyGev }: Node): void {
  const xyz = (name: string, values: readonly number[]): void =>
    archive.object(tracked(name, 0), () => {
      archive.base();
      archive.f64s(...values);
    });
  archive.object(tracked('I3Particle', 5), () => {
    archive.base();
    archive.i32(1);
    archive.i64(2n);
    for (const code of [pdg, 10, -1]) archive.i32(code);
    xyz('I3Position', [1, 2, 3]);
    xyz('I3Direction', [0.5, 0.25]);
    archive.f64s(4, energyGev, Number.NaN, 0.3);
    archive.i32(20);
  });
}

function tree(nodes: readonly Node[], change: (bits: number[]) => number[] = (bits) => bits): FrameObject {
  const bits: number[] = [];
  const order: Node[] = [];
  const walk = (node: Node): void => {
    bits.push(1);
    order.push(node);
    node.children?.forEach(walk);
    bits.push(0);
  };
  nodes.forEach(walk);
  const said = change([...bits, 0]);
  const blob = writeArchive(tracked('I3MCTree', 1), (archive) => {
    archive.base();
    archive.u32(said.length);
    archive.u32(Math.ceil(said.length / 64));
    for (let word = 0; word < said.length; word += 64) {
      archive.i64(
        BigInt.asIntN(
          64,
          said.slice(word, word + 64).reduce((sum, bit, i) => sum | (BigInt(bit) << BigInt(i)), 0n),
        ),
      );
    }
    for (const node of order) writeParticle(archive, node);
  });
  return { key: 'I3MCTree', type: 'TreeBase::Tree<I3Particle, I3ParticleID, i3hash<I3ParticleID> >', blob };
}

const SHOWER: readonly Node[] = [
  { pdg: 2212, energyGev: 1e4 },
  {
    pdg: 14,
    energyGev: 1e6,
    children: [
      { pdg: -13, energyGev: 5e5, children: [{ pdg: 11, energyGev: 7e5 }] },
      { pdg: 13, energyGev: 10 },
    ],
  },
];
const read = (object: FrameObject): { pdg: number; depth: number }[] =>
  readObject(object, MC_TREE, 'x').map(({ particle, depth }) => ({ pdg: particle.pdg, depth }));

describe('a tree of simulated particles', () => {
  it('has every particle at its depth, parents first', () => {
    expect(read(tree(SHOWER))).toEqual([
      { pdg: 2212, depth: 0 },
      { pdg: 14, depth: 0 },
      { pdg: -13, depth: 1 },
      { pdg: 11, depth: 2 },
      { pdg: 13, depth: 1 },
    ]);
    expect(read(tree([]))).toEqual([]);
    const many = Array.from({ length: 100 }, (_, pdg) => ({ pdg, energyGev: 1 }));
    expect(read(tree(many)).map(({ pdg }) => pdg)).toEqual(many.map(({ pdg }) => pdg));
  });

  it.each<[string, (bits: number[]) => number[]]>([
    ['ends early', (bits) => [0, ...bits.slice(0, -1)]],
    ['does not end', (bits) => bits.map((bit, i) => (i === bits.length - 1 ? 1 : bit))],
    ['has an even number of bits', (bits) => bits.slice(1)],
    ['promises more particles than there are', (bits) => [...bits.flatMap(() => [1, 0]), ...bits]],
  ])('is refused where it %s', (_, change) => {
    expect(() => read(tree(SHOWER, change))).toThrow(EventFormatError);
  });

  it('tells the truth: the primary of the highest energy and the strongest muon', () => {
    const packet = new Packet([{ stop: 'Q', version: 6, objects: [tree(SHOWER)] }], 'x');
    const truth = simulationTruth(packet)!;
    expect(truth.primary).toMatchObject({
      pdg: 14,
      energyGev: 1e6,
      zenith: 0.5,
      azimuth: 0.25,
      timeNs: 4,
      lengthM: null,
    });
    expect(truth.muonGev).toBe(5e5);
    expect(truth.enteringMuonGev).toBeNull();
  });
});
