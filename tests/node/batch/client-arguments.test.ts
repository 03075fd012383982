import { describe, expect, it } from 'vitest';
import { argumentsOfJson, argumentsOfPairs } from '../../../src/node/batch/client-arguments.js';

const OPTIONS = [
  { long: '--client-startup-json', takesValue: true },
  { long: '--workers', takesValue: true },
  { long: '--debug-directory', takesValue: true },
  { long: '--debug', takesValue: false },
];

describe('arguments for clients', () => {
  it.each([
    ['{"debug-directory": "/a b", "debug": true}', ['--debug-directory', '/a b', '--debug']],
    ['{"--debug": false}', []],
    ['["--debug-directory", "/a", "--debug"]', ['--debug-directory', '/a', '--debug']],
    ['{}', []],
  ])('as JSON: %s', (text, words) => {
    expect(argumentsOfJson(text, OPTIONS)).toEqual(words);
  });

  it('as pairs, whose values may have colons', () => {
    expect(argumentsOfPairs(['debug-directory:/a:b', '--debug'], OPTIONS)).toEqual([
      '--debug-directory',
      '/a:b',
      '--debug',
    ]);
  });

  it.each([
    ['{"client-startup-json": "x"}', /--client-startup-json may not be among the arguments/],
    ['["--client-startup-json=x"]', /--client-startup-json may not be among the arguments/],
    ['{"workers": 3}', /--workers may not be among the arguments/],
    ['{"debug-directories": "x"}', /no option --debug-directories; did you mean --debug-directory\?/],
    ['{"debug": "yes"}', /--debug of clients takes no value/],
    ['{"debug-directory": null}', /--debug-directory of clients takes a text/],
    ['{"debug"', /not JSON/],
    ['"text"', /neither a JSON object nor a list/],
    ['[1]', /neither a JSON object nor a list/],
  ])('are refused: %s', (text, sentence) => {
    expect(() => argumentsOfJson(text, OPTIONS)).toThrow(sentence);
  });

  it.each([
    ['client-startup-json:x', /may not be among/],
    ['debug-directory', /takes a value/],
    ['debug:1', /takes no value/],
    [':x', /not name:value/],
  ])('are refused as pairs: %s', (pair, sentence) => {
    expect(() => argumentsOfPairs([pair], OPTIONS)).toThrow(sentence);
  });
});
