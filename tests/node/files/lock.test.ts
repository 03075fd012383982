import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../../src/node/files/lock.js';
import { temporaryDirectory } from '../../support/command.js';

const directory = temporaryDirectory();

describe('a lock', () => {
  it('is held until it is let go', () => {
    const path = join(directory, 'a.lock');
    const letGo = takeLock(path);
    expect(() => takeLock(path)).toThrow(/Another scan \(process \d+\) is writing/);
    letGo();
    takeLock(path)();
    expect(existsSync(path)).toBe(false);
  });

  it('of a process that is gone is taken over', () => {
    const path = join(directory, 'b.lock');
    const { pid } = spawnSync('true');
    symlinkSync(`${pid} 123@${hostname()}`, path);
    takeLock(path)();
    expect(readdirSync(directory).filter((name) => name.startsWith('b.lock'))).toEqual([]);
  });

  it('of a process whose number was given to another one since is taken over', () => {
    const path = join(directory, 'c.lock');
    symlinkSync(`${process.pid} 1@${hostname()}`, path);
    takeLock(path)();
  });

  it('of a living process is not taken over, nor one of another machine', () => {
    const sleeper = spawn('sleep', ['60']);
    try {
      symlinkSync(`${sleeper.pid} @${hostname()}`, join(directory, 'd.lock'));
      expect(() => takeLock(join(directory, 'd.lock'))).toThrow(`process ${sleeper.pid}`);
    } finally {
      sleeper.kill();
    }
    symlinkSync(`1 1@some-other-machine`, join(directory, 'e.lock'));
    expect(() => takeLock(join(directory, 'e.lock'))).toThrow('on some-other-machine');
  });

  it('that is no lock of ours is cleared away', () => {
    const path = join(directory, 'f.lock');
    symlinkSync('nonsense', path);
    takeLock(path)();
  });
});
