import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileAccessError } from '../../../src/config/index.js';
import {
  ensureDirectory,
  listDirectory,
  probeWritable,
  readWholeFile,
  writeFiles,
} from '../../../src/node/files/files.js';
import { temporaryDirectory } from '../../support/command.js';

const directory = temporaryDirectory();
const at = (name: string): string => join(directory, name);

describe('reading a file', () => {
  it('gives all its bytes, whatever their number', async () => {
    for (const size of [0, 1, 1000, 3_000_000]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 256);
      writeFileSync(at('bytes'), bytes);
      expect(Buffer.compare(await readWholeFile(at('bytes'), 'event file'), bytes)).toBe(0);
    }
  });

  it('reads a pipe to its end', async () => {
    execFileSync('sh', ['-c', `mkfifo ${at('pipe')}`]);
    const text = 'x'.repeat(200_000);
    const reading = readWholeFile(at('pipe'), 'event file');
    spawn('sh', ['-c', `head -c 200000 /dev/zero | tr '\\0' x > ${at('pipe')}`]);
    expect(Buffer.from(await reading).toString()).toBe(text);
  });

  it.each([
    ['that does not exist', 'missing.json', 'file/not-found', /The event file .*missing\.json does not exist/],
    ['that is a directory', '.', 'file/not-readable', /is a directory, not a file/],
    ['below a file', 'bytes/event.json', 'file/not-readable', /a part of the path is a file/],
  ])('of a path %s says so', async (_, name, code, sentence) => {
    const reading = readWholeFile(at(name), 'event file');
    await expect(reading).rejects.toThrow(sentence);
    await expect(reading).rejects.toMatchObject({ code });
  });

  it('stops at its limit, also where the file has no end', async () => {
    writeFileSync(at('large'), 'x'.repeat(1001));
    await expect(readWholeFile(at('large'), 'event file', 1000)).rejects.toThrow('too large');
    await expect(readWholeFile('/dev/zero', 'event file', 10_000_000)).rejects.toThrow('too large');
  });
});

describe('writing files', () => {
  it('leaves the whole files and nothing else', async () => {
    const folder = at('out');
    mkdirSync(folder);
    await writeFiles([
      { path: join(folder, 'a.json'), bytes: '{}' },
      { path: join(folder, 'b.npz'), bytes: Uint8Array.of(1, 2, 3) },
    ]);
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'b.npz']);
    await writeFiles([{ path: join(folder, 'a.json'), bytes: 'new' }]);
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('new');
  });

  it('writes none where one cannot be written, and leaves no temporary file', async () => {
    const folder = at('half');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.json'), 'old');
    const writing = writeFiles([
      { path: join(folder, 'a.json'), bytes: 'new' },
      { path: join(folder, 'no-directory', 'b.json'), bytes: 'new' },
    ]);
    await expect(writing).rejects.toBeInstanceOf(FileAccessError);
    expect(readdirSync(folder)).toEqual(['a.json']);
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('old');
  });

  it('makes directories and those above them, once', async () => {
    for (let i = 0; i < 2; i++) await ensureDirectory(at('a/b/c'));
    expect(readdirSync(at('a/b'))).toEqual(['c']);
    await Promise.all(['x', 'y', 'z'].map((name) => ensureDirectory(at(`one/two/${name}`))));
    expect(readdirSync(at('one/two'))).toEqual(['x', 'y', 'z']);
  });

  it('says which directory cannot be made or written', async () => {
    writeFileSync(at('file'), '');
    await expect(ensureDirectory(join(at('file'), 'out'))).rejects.toThrow(/file\/out cannot be written: a part of/);
    // There mkdir says that a directory above is missing, and one that makes them in turn would never end.
    await expect(ensureDirectory('/proc/out')).rejects.toThrow(
      /proc\/out cannot be written: directories cannot be made/,
    );
    await expect(probeWritable(at('nowhere'))).rejects.toThrow(/nowhere cannot be written/);
    await expect(listDirectory(at('nowhere'), 'GCD directory')).rejects.toThrow(
      /GCD directory .*nowhere does not exist/,
    );
  });
});
