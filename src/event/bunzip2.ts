/**
 * bzip2 decompression in plain JavaScript, bounded in its output and safe against damaged input. (Measured: the package
 * `bz2` returned a file that was cut short as if it were whole, or failed on it with an internal error after 16 s, and
 * took eight times as long.) Format: the bzip2 file format as documented by its reference implementation: "BZh" + level,
 * then blocks of Huffman-coded, move-to-front coded, Burrows-Wheeler transformed, run-length coded bytes, each with a
 * CRC; several streams may follow each other.
 */

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const MAX_CODE_LENGTH = 20;
const GROUP_SYMBOLS = 50;

type Fail = (what: string) => Error;

/** Makes the errors of whoever asks; `damaged` is given the end of a sentence. */
export interface Bunzip2Errors {
  readonly damaged: Fail;
  readonly tooLarge: () => Error;
}

/** Decompresses `bytes`. At most `maxBytes` come out. */
export function bunzip2(bytes: Uint8Array, maxBytes: number, { damaged: fail, tooLarge }: Bunzip2Errors): Uint8Array {
  const bits = new BitReader(bytes, fail);
  const out = new Output(maxBytes, tooLarge);
  do {
    if (bits.read(24) !== 0x425a68) throw fail('is not bzip2-compressed');
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw fail('has an unknown bzip2 block size');
    let combined = 0;
    for (;;) {
      const magic = bits.read(24) * 0x1000000 + bits.read(24);
      const crc = bits.read32();
      if (magic === END_MAGIC) {
        if (crc !== combined) throw fail('does not match its bzip2 checksum');
        break;
      }
      if (magic !== BLOCK_MAGIC) throw fail('is damaged inside its bzip2 compression');
      readBlock(bits, level * 100_000, out, fail);
      if (out.takeCrc() !== crc) throw fail('does not match its bzip2 checksum');
      combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    }
    bits.align();
  } while (!bits.isAtEnd());
  return out.bytes();
}

/** One block: symbols to bytes before the transform, the transform backwards, the outer run lengths. */
function readBlock(bits: BitReader, blockSize: number, out: Output, fail: Fail): void {
  if (bits.read(1) !== 0) throw fail('uses randomised bzip2 blocks, which nobody writes any more');
  const origin = bits.read(24);
  const alphabet = readAlphabet(bits);
  const nSymbols = alphabet.length + 2;
  const nTables = bits.read(3);
  const nSelectors = bits.read(15);
  if (alphabet.length === 0 || nTables < 2 || nTables > 6 || nSelectors === 0) {
    throw fail('is damaged inside its bzip2 compression');
  }
  const selectors = readSelectors(bits, nTables, nSelectors, fail);
  const tables = Array.from({ length: nTables }, () => readTable(bits, nSymbols, fail));
  const block = new Uint32Array(blockSize);
  let length = 0;
  let run = 0;
  let runWeight = 1;
  const flushRun = (): void => {
    if (run > blockSize - length) throw fail('is damaged inside its bzip2 compression');
    block.fill(alphabet[0]!, length, length + run);
    length += run;
    run = 0;
    runWeight = 1;
  };
  for (let group = 0; ; group++) {
    if (group >= nSelectors) throw fail('is damaged inside its bzip2 compression');
    const table = tables[selectors[group]!]!;
    for (let i = 0; i < GROUP_SYMBOLS; i++) {
      const symbol = table.next(bits);
      if (symbol < 2) {
        run += runWeight << symbol;
        runWeight *= 2;
        if (runWeight > 2 * blockSize) throw fail('is damaged inside its bzip2 compression');
        continue;
      }
      if (run > 0) flushRun();
      else runWeight = 1;
      if (symbol === nSymbols - 1) {
        undoTransform(block, length, origin, out, fail);
        return;
      }
      if (length >= blockSize) throw fail('is damaged inside its bzip2 compression');
      const byte = alphabet[symbol - 1]!;
      alphabet.copyWithin(1, 0, symbol - 1);
      alphabet[0] = byte;
      block[length++] = byte;
    }
  }
}

/** The bytes that occur, ascending: 16 bits for ranges of 16 bytes, then 16 bits for each range in use. */
function readAlphabet(bits: BitReader): Uint8Array {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let r = 0; r < 16; r++) {
    if ((ranges & (0x8000 >> r)) === 0) continue;
    const members = bits.read(16);
    for (let i = 0; i < 16; i++) if ((members & (0x8000 >> i)) !== 0) used.push(r * 16 + i);
  }
  return Uint8Array.from(used);
}

function readSelectors(bits: BitReader, nTables: number, nSelectors: number, fail: Fail): Uint8Array {
  const order = Array.from({ length: nTables }, (_, i) => i);
  return Uint8Array.from({ length: nSelectors }, () => {
    let at = 0;
    while (bits.read(1) === 1) if (++at >= nTables) throw fail('is damaged inside its bzip2 compression');
    const [table] = order.splice(at, 1);
    order.unshift(table!);
    return table!;
  });
}

function readTable(bits: BitReader, nSymbols: number, fail: Fail): HuffmanTable {
  let length = bits.read(5);
  const lengths = Uint8Array.from({ length: nSymbols }, () => {
    for (;;) {
      if (length < 1 || length > MAX_CODE_LENGTH) throw fail('is damaged inside its bzip2 compression');
      if (bits.read(1) === 0) return length;
      length += bits.read(1) === 0 ? 1 : -1;
    }
  });
  return new HuffmanTable(lengths, fail);
}

/** Inverse of the Burrows-Wheeler transform: the high 24 bits of each entry become the link to the next byte. */
function undoTransform(block: Uint32Array, length: number, origin: number, out: Output, fail: Fail): void {
  if (origin >= length) throw fail('is damaged inside its bzip2 compression');
  const starts = new Uint32Array(257);
  for (let i = 0; i < length; i++) starts[(block[i]! & 255) + 1]!++;
  for (let b = 0; b < 256; b++) starts[b + 1]! += starts[b]!;
  for (let i = 0; i < length; i++) block[starts[block[i]! & 255]!++]! |= i << 8;
  let at = block[origin]! >>> 8;
  let repeats = 0;
  let last = -1;
  for (let i = 0; i < length; i++) {
    const entry = block[at]!;
    const byte = entry & 255;
    at = entry >>> 8;
    if (repeats === 4) {
      // After four equal bytes comes the number of further ones.
      out.repeat(last, byte);
      repeats = 0;
      last = -1;
      continue;
    }
    repeats = byte === last ? repeats + 1 : 1;
    last = byte;
    out.repeat(byte, 1);
  }
}

/** Canonical Huffman decoding by code length. */
class HuffmanTable {
  readonly #limit = new Int32Array(MAX_CODE_LENGTH + 2).fill(-1);
  readonly #base = new Int32Array(MAX_CODE_LENGTH + 2);
  readonly #symbols: Uint16Array;
  readonly #fail: Fail;

  constructor(lengths: Uint8Array, fail: Fail) {
    this.#fail = fail;
    this.#symbols = new Uint16Array(lengths.length);
    let code = 0;
    let at = 0;
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
      this.#base[length] = at - code;
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue;
        this.#symbols[at++] = symbol;
        code++;
      }
      this.#limit[length] = code - 1;
      code *= 2;
    }
  }

  next(bits: BitReader): number {
    let code = 0;
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
      code = code * 2 + bits.read(1);
      if (code <= this.#limit[length]!) {
        const symbol = this.#symbols[code + this.#base[length]!];
        if (symbol !== undefined) return symbol;
      }
    }
    throw this.#fail('is damaged inside its bzip2 compression');
  }
}

/** Bits, most significant first. */
class BitReader {
  readonly #bytes: Uint8Array;
  readonly #fail: Fail;
  #at = 0;
  #word = 0;
  #left = 0;

  constructor(bytes: Uint8Array, fail: Fail) {
    this.#bytes = bytes;
    this.#fail = fail;
  }

  /** The next `n` <= 24 bits. */
  read(n: number): number {
    while (this.#left < n) {
      if (this.#at >= this.#bytes.length) throw this.#fail('ends inside its bzip2 compression');
      this.#word = ((this.#word & 0xffffff) << 8) | this.#bytes[this.#at++]!;
      this.#left += 8;
    }
    this.#left -= n;
    return (this.#word >>> this.#left) & ((1 << n) - 1);
  }

  read32(): number {
    return this.read(16) * 65536 + this.read(16);
  }

  align(): void {
    this.#left -= this.#left % 8;
  }

  isAtEnd(): boolean {
    return this.#left === 0 && this.#at >= this.#bytes.length;
  }
}

/** The decompressed bytes with the running CRC-32 of a block (polynomial 04c11db7, most significant bit first). */
class Output {
  readonly #max: number;
  readonly #tooLarge: () => Error;
  #bytes: Uint8Array;
  #length = 0;
  #crc = -1;

  constructor(max: number, tooLarge: () => Error) {
    this.#max = max;
    this.#bytes = new Uint8Array(Math.min(65536, max));
    this.#tooLarge = tooLarge;
  }

  repeat(byte: number, times: number): void {
    if (this.#length + times > this.#bytes.length) {
      if (this.#length + times > this.#max) throw this.#tooLarge();
      const larger = new Uint8Array(Math.min(this.#bytes.length * 2 + 256, this.#max));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    for (let i = 0; i < times; i++) {
      this.#bytes[this.#length++] = byte;
      this.#crc = (this.#crc << 8) ^ CRC_TABLE[((this.#crc >>> 24) ^ byte) & 255]!;
    }
  }

  takeCrc(): number {
    const crc = ~this.#crc >>> 0;
    this.#crc = -1;
    return crc;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

const CRC_TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, i) => {
  let crc = i << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
