/** Pickles as data: what plain ones give, and that nothing which reaches for code gets anywhere. */
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/event/bytes.js';
import { decodeEvent, pickleFrame } from '../../src/event/index.js';
import { readPickledFrame } from '../../src/event/message.js';
import { isPickleObject, type PickleValue, readPickle } from '../../src/event/pickle.js';
import { toPlainData } from '../../src/event/plain-data.js';

/** Texts (ASCII), bytes, and lists of bytes. */
type Parts = readonly (string | number | readonly number[])[];

/** Bytes of a pickle out of texts (ASCII) and numbers (bytes). */
function pickle(...parts: Parts): Uint8Array {
  return concatBytes(
    parts.map((part) =>
      typeof part === 'string'
        ? new TextEncoder().encode(part)
        : Uint8Array.from(typeof part === 'number' ? [part] : part),
    ),
  );
}
const PROTO = [0x80, 3] as const;
const plain = (...parts: Parts): unknown =>
  toPlainData(readPickle(pickle(PROTO, ...parts, '.'), 'message', 'x.pkl'), 'x.pkl');
const u32 = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];

describe('a pickle of plain data', () => {
  it.each<[string, Parts, unknown]>([
    ['None', ['N'], null],
    ['truth values', [0x88, 0x89, 0x86], [true, false]],
    ['small integers', ['K', 200, 'M', [0x39, 0x30], 'J', [0xff, 0xff, 0xff, 0xff], 0x87], [200, 12345, -1]],
    ['long integers', [0x8a, 0, 0x8a, [2, 0x00, 0x80], 0x86], [0, -32768]],
    ['integers beyond 2^53 as texts', [0x8a, [8, 0, 0, 0, 0, 0, 0, 0, 0x40]], '4611686018427387904'],
    ['numbers, big-endian', ['G', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]], 1.5],
    ['texts', ['X', u32(3), 'G\u00fc', 0x8c, 1, 'x', 0x86], ['Gü', 'x']],
    ['Python-2 texts and bytes', ['T', u32(1), [0xe9], 'U', 1, 'b', 'C', 1, 'c', 0x87], ['é', 'b', 'c']],
    ['lists', [']', 'K', 1, 'a', '(', 'K', 2, 'K', 3, 'e'], [1, 2, 3]],
    ['tuples', [')', 'K', 1, 0x85, '(', 'K', 2, 't', 0x87], [[], [1], [2]]],
    ['dictionaries', ['}', 'X', u32(1), 'a', 'K', 1, 's', '(', 'U', 1, 'b', 'K', 2, 'u'], { a: 1, b: 2 }],
    ['values met again', ['X', u32(1), 'a', 'q', 0, 'h', 0, 'r', u32(7), 'j', u32(7), 0x87], ['a', 'a', 'a']],
    ['values numbered in order', ['X', u32(1), 'a', 0x94, 'h', 0, 0x86], ['a', 'a']],
    ['frames of protocol 4', [0x95, [3, 0, 0, 0, 0, 0, 0, 0], 'K', 5], 5],
  ])('gives %s', (_, parts, value) => {
    expect(plain(...parts)).toEqual(value);
  });

  it('keeps a key __proto__ as data', () => {
    const value = plain('}', 'X', u32(9), '__proto__', '}', 'X', u32(1), 'a', 'K', 1, 's', 's') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect((value as { a?: number }).a).toBeUndefined();
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it.each<[string, Parts, RegExp]>([
    ['ends without STOP', [PROTO, 'K', 1], /ends too early/],
    ['goes on behind STOP', [PROTO, 'N', '.', 'N'], /1 bytes too many/],
    ['leaves values behind', [PROTO, 'N', 'N', '.'], /leaves values on the stack/],
    ['leaves a mark behind', [PROTO, '(', 'N', '.'], /leaves values on the stack/],
    ['takes from an empty stack', [PROTO, '.'], /takes more values than there are/],
    ['lacks a mark', [PROTO, 'N', 't', '.'], /mark that is not there/],
    ['refers to nothing', [PROTO, 'h', 9, '.'], /memo 9, which is not set/],
    ['appends to a number', [PROTO, 'K', 1, 'K', 2, 'a', '.'], /no list/],
    ['sets items of a list', [PROTO, ']', 'K', 1, 'K', 2, 's', '.'], /no dictionary/],
    ['has an odd number of items', [PROTO, '}', '(', 'K', 1, 'u', '.'], /no dictionary/],
    ['has a text of a negative length', [PROTO, 'T', u32(0xffffffff), '.'], /negative length/],
    ['promises a text that is not there', [PROTO, 'X', u32(0xfffffff), 'a.'], /ends too early/],
    ['has a text that is not UTF-8', [PROTO, 'X', u32(1), 0xff, '.'], /not UTF-8/],
    ['is of protocol 9', [[0x80, 9], 'N', '.'], /protocol 9/],
    ['uses the old text form of integers', [PROTO, 'I1\n', '.'], /instruction 0x49/],
    ['uses a set', [PROTO, [0x8f], '.'], /instruction 0x8f/],
    ['has keys that are not texts', [PROTO, '}', 'K', 1, 'K', 2, 's', '.'], /keys are not texts/],
  ])('is refused where it %s', (_, parts, message) => {
    expect(() => toPlainData(readPickle(pickle(...parts), 'message', 'x.pkl'), 'x.pkl')).toThrow(
      expect.objectContaining({ code: 'event/bad-pickle', message: expect.stringMatching(message) }),
    );
  });

  it('that contains itself is refused', () => {
    expect(() => plain(']', 'q', 0, 'h', 0, 'a')).toThrow(expect.objectContaining({ code: 'event/bad-pickle' }));
  });

  it('that stands for a thousand million values in 400 bytes is refused at once', () => {
    // Thirty lists, each of two references to the one before: 2^30 values.
    const parts: Parts = [']'];
    const doubling = Array.from({ length: 30 }, (_, i) => ['q', i, ']', '(', 'h', i, 'h', i, 'e'] as const).flat();
    const start = performance.now();
    // All lists are still on the stack at the end: tuples of two, one in another, make one value of them.
    const bytes = pickle(PROTO, ...parts, ...doubling, ...Array.from({ length: 30 }, () => 0x86), '.');
    expect(() => toPlainData(readPickle(bytes, 'message', 'x.pkl'), 'x.pkl')).toThrow(
      expect.objectContaining({ code: 'event/bad-pickle', message: 'x.pkl has more values than any event.' }),
    );
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('a pickle that multiplies one long text', () => {
  const long = 'x'.repeat(1_000_000);
  const refused = expect.objectContaining({ code: 'event/bad-pickle' });

  it('by encoding it again and again is refused', () => {
    const again = Array.from({ length: 200 }, () => ['h', 0, 'h', 1, 'h', 2, 0x86, 'R']).flat();
    const start = [
      PROTO,
      'c_codecs\nencode\n',
      'q',
      0,
      'X',
      u32(long.length),
      long,
      'q',
      1,
      'X',
      u32(6),
      'latin1',
      'q',
      2,
    ];
    expect(() => readPickle(pickle(...start, ...again, '.'), 'frame', 'x')).toThrow(refused);
  });

  it('by using it as a key is refused', () => {
    const bytes = pickle(PROTO, '}', 'T', u32(long.length), long, 'N', 's', '.');
    expect(() => readPickle(bytes, 'message', 'x')).toThrow(refused);
  });

  it('by naming it again and again is refused', () => {
    const again = Array.from({ length: 200 }, () => ['h', 0]).flat();
    const bytes = pickle(PROTO, ']', '(', 'T', u32(long.length), long, 'q', 0, ...again, 'e', '.');
    expect(() => toPlainData(readPickle(bytes, 'message', 'x'), 'x')).toThrow(refused);
  });
});

/** Every instruction that could name, call or fetch something, in the shape an attacker would give it. */
const HOSTILE: readonly [string, Parts][] = [
  ['GLOBAL + REDUCE: os.system("...")', ['cos\nsystem\n', 'X', u32(2), 'id', 0x85, 'R', '.']],
  ['GLOBAL alone', ['cposix\nsystem\n', '.']],
  ['GLOBAL of a builtin', ['cbuiltins\neval\n', 'X', u32(1), '1', 0x85, 'R', '.']],
  ['GLOBAL of an innocent class', ['ccollections\nOrderedDict\n', ')', 'R', '.']],
  ['GLOBAL of an allowed name with more behind it', ['cicecube.icetray\nI3Frame.__init__\n', ')', 'R', '.']],
  ['STACK_GLOBAL', [0x8c, 2, 'os', 0x8c, 6, 'system', 0x93, '.']],
  ['STACK_GLOBAL of names out of the memo', [0x8c, 2, 'os', 0x94, '0'.slice(1), 0x8c, 6, 'system', 0x93, '.']],
  ['INST', ['(', 'X', u32(2), 'id', 'ios\nsystem\n', '.']],
  ['OBJ', ['(', 'N', 'o', '.']],
  ['NEWOBJ_EX', ['N', ')', '}', 0x92, '.']],
  ['EXT1', [0x82, 1, '.']],
  ['EXT2', [0x83, 1, 0, '.']],
  ['EXT4', [0x84, 1, 0, 0, 0, '.']],
  ['PERSID', ['Pid\n', '.']],
  ['BINPERSID', ['N', 'Q', '.']],
  ['REDUCE of no function', ['N', ')', 'R', '.']],
  ['BUILD of a list', [']', '}', 'b', '.']],
];
const IN_FRAMES_ONLY: readonly [string, Parts][] = [
  ['a frame class in the message', ['cicecube.icetray\nI3Frame\n', ')', 'R', '.']],
  ['_codecs.encode in the message', ['c_codecs\nencode\n', 'X', u32(1), 'a', 'X', u32(6), 'latin1', 0x86, 'R', '.']],
];
const IN_FRAMES: readonly [string, Parts][] = [
  ['_codecs.encode to something else', ['c_codecs\nencode\n', 'X', u32(1), 'a', 'X', u32(3), 'rot', 0x86, 'R', '.']],
  ['_codecs.encode of nothing', ['c_codecs\nencode\n', ')', 'R', '.']],
  ['_codecs.decode', ['c_codecs\ndecode\n', ')', 'R', '.']],
  ['a frame class with arguments', ['cicecube.icetray\nI3Frame\n', 'N', 0x85, 'R', '.']],
  ['a frame class as NEWOBJ', ['cicecube.icetray\nI3Frame\n', ')', 0x81, '.']],
  ['a pixel class as a function', ['cskymap_scanner.utils.pixel_classes\nRecoPixelVariation\n', ')', 'R', '.']],
];

describe('a pickle that reaches for code', () => {
  const refusal = expect.objectContaining({
    name: 'EventFormatError',
    code: 'event/hostile-pickle',
    message: expect.stringMatching(/^x\.pkl asks for [^\p{C}]+; nothing of it was executed\.$/u),
    hint: expect.stringMatching(/^Do not open this file with Python/),
  });

  it.each([...HOSTILE, ...IN_FRAMES_ONLY])('as an event file is refused: %s', (_, parts) => {
    expect(() => decodeEvent(pickle(PROTO, ...parts), 'x.pkl')).toThrow(refusal);
  });

  it.each([...HOSTILE, ...IN_FRAMES])('as a frame is refused: %s', (_, parts) => {
    expect(() => readPickledFrame(pickle(PROTO, ...parts), 'x.pkl')).toThrow(refusal);
  });

  it('is refused before anything behind the name is looked at', () => {
    const bytes = pickle(PROTO, 'cos\nsystem\n', 'and then anything at all');
    expect(() => decodeEvent(bytes, 'x.pkl')).toThrow(refusal);
  });

  it('names what it asks for in characters fit for a terminal', () => {
    const bytes = pickle(PROTO, 'cos\x1b[2J\nsys\x07tem\n', '.');
    expect(() => decodeEvent(bytes, 'x.pkl')).toThrow('"os?[2J.sys?tem"');
  });
});

describe('a pickled frame', () => {
  const content = Uint8Array.from({ length: 700 }, (_, i) => i & 255);
  const stateOf = (bytes: Uint8Array): PickleValue | null => {
    const value = readPickle(bytes, 'frame', 'x');
    return isPickleObject(value) ? value.state : null;
  };

  it.each(['python2', 'python3'] as const)('holds its bytes in the flavour of %s', (flavour) => {
    expect(stateOf(pickleFrame(content, flavour))).toEqual([new Map(), content]);
  });

  it('of less than 256 bytes may hold them in the short form', () => {
    const short = pickle([0x80, 2], 'cicecube.icetray\nI3Frame\n)R}U', 3, [1, 2, 255], 0x86, 'b.');
    expect(stateOf(short)).toEqual([new Map(), Uint8Array.of(1, 2, 255)]);
  });

  it('may not have a character beyond latin1 among its bytes', () => {
    const bytes = pickle([0x80, 2], 'c_codecs\nencode\n', 'X', u32(2), '\u0394', 'X', u32(6), 'latin1', 0x86, 'R.');
    expect(() => stateOf(bytes)).toThrow(expect.objectContaining({ code: 'event/bad-pickle' }));
  });

  it('that is something else is no frame', () => {
    for (const parts of [['N'], ['cicecube.icetray\nI3Frame\n)R'], [']']]) {
      expect(() => readPickledFrame(pickle(PROTO, ...parts, '.'), 'x.json: frame P')).toThrow(
        expect.objectContaining({ code: 'event/bad-frame', message: 'x.json: frame P is not a pickled frame.' }),
      );
    }
  });
});
