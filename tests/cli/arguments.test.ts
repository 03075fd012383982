import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { namedValue, numberBetween, wholeNumber } from '../../src/cli/arguments.js';
import { clientCommand } from '../../src/cli/client.js';
import { scanCommand } from '../../src/cli/scan.js';
import { serverCommand } from '../../src/cli/server.js';
import { ENVIRONMENT_VARIABLES } from '../../src/config/index.js';
import { shellText } from '../../src/node/shell-text.js';

describe('arguments', () => {
  it('that are numbers must be numbers, in their range', () => {
    expect(wholeNumber(1, 8)('8')).toBe(8);
    expect(numberBetween(0.1, 1)('0.1')).toBe(0.1);
    expect(numberBetween(0, 1e9)('1e3')).toBe(1000);
    for (const text of ['', ' ', '0', '9', '1.5', '-1', '1e0', '0x2', 'one', 'NaN', 'Infinity']) {
      expect(() => wholeNumber(1, 8)(text)).toThrow('It must be a whole number from 1 to 8.');
    }
    for (const text of ['', ' ', 'NaN', 'one', '1.01', '-0.1', 'Infinity', '0.5s']) {
      expect(() => numberBetween(0.1, 1)(text)).toThrow('It must be a number from 0.1 to 1.');
    }
  });

  it('name=value are collected; the value may hold anything', () => {
    expect(namedValue('b=x=y', namedValue('a = 1'))).toEqual({ a: '1', b: 'x=y' });
    expect(namedValue('a=2', { a: '1' })).toEqual({ a: '2' });
    expect(namedValue('a=')).toEqual({ a: '' });
    for (const text of ['a', '=1', '']) expect(() => namedValue(text)).toThrow('It must be name=value.');
  });

  it('are printed as one would type them', () => {
    expect(shellText(['scan', '--nsides', '8:0', "it's", 'a b', '$HOME', ''])).toBe(
      `scan --nsides 8:0 'it'\\''s' 'a b' '$HOME' ''`,
    );
  });
});

describe('the command line', () => {
  /** Modules that a command file loads as soon as it is loaded, and what those load. */
  function loadedWith(name: string, seen: Set<string> = new Set()): Set<string> {
    const text = readFileSync(new URL(`../../src/cli/${name}`, import.meta.url), 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export)(?! type)[^;]*? from '([^']+)';/gm)) {
      if (seen.has(from!)) continue;
      seen.add(from!);
      if (from!.startsWith('./')) loadedWith(from!.slice(2).replace(/\.js$/, '.ts'), seen);
    }
    return seen;
  }

  it('explains every environment variable with its default in the help of the command that reads it', () => {
    let help = '';
    for (const command of [scanCommand(), serverCommand(), clientCommand()]) {
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    }
    for (const { name, default: fallback } of ENVIRONMENT_VARIABLES) {
      expect(help).toContain(fallback === '' ? name : `${name} (${fallback})`);
    }
  });

  it('explains commands that run for long in lines that fit a page', () => {
    for (const command of [scanCommand(), serverCommand(), clientCommand()]) {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      const prose = help.slice(help.indexOf('-h, --help')).split('\n').slice(1);
      expect(prose.filter((line) => line.length > 125)).toEqual([]);
    }
  });

  it('loads the library only when a command runs, so that --help is fast', () => {
    const loaded = [...loadedWith('main.ts')];
    expect(loaded).toContain('./scan.js');
    expect(loaded.filter((from) => !/^(node:[a-z/_]+|commander|\.\/[a-z0-9-]+\.js)$/.test(from))).toEqual([]);
  });
});
