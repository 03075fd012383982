import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecoError } from '../../src/config/index.js';
import { checkReco, findReco, listRecos } from '../../src/reco/index.js';

describe('a reconstruction by name', () => {
  it('is found, for every name of the list', () => {
    const names = listRecos().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['pandel_mpe', 'dummy', 'crash_dummy']));
    for (const { name, about } of listRecos()) {
      expect(checkReco(findReco(name), name).name).toBe(name);
      expect(about).not.toMatch(/\n/);
    }
  });

  it('that nobody knows is an error that names those we have', () => {
    expect(() => findReco('spline_mpe')).toThrow(RecoError);
    expect(() => findReco('spline_mpe')).toThrow(
      expect.objectContaining({ code: 'reco/unknown', hint: expect.stringContaining('pandel_mpe') }),
    );
  });
});

it('docs/recos.md tells of every reconstruction and of every option', () => {
  const text = readFileSync(new URL('../../docs/recos.md', import.meta.url), 'utf8');
  for (const { name, options } of listRecos()) {
    expect(text).toMatch(new RegExp(`^## .*\\b${name}\\b`, 'm'));
    for (const option of Object.keys(options)) expect(text, `${name}: ${option}`).toContain(`\`${option}\``);
  }
});

describe("a user's reconstruction", () => {
  const good = {
    name: 'mine',
    about: 'my own',
    variations: [[0, 0, 0]],
    rotatesVertex: false,
    refinesTime: false,
    addsFallbackSeed: false,
    taskUnit: 'variation',
    prepare: () => null,
    createFit: () => null,
  };

  it('is taken as it is when it has all a reconstruction needs', () => {
    expect(checkReco(good, 'my-reco.mjs')).toBe(good);
    expect(checkReco({ ...good, pointing: () => null }, 'my-reco.mjs').name).toBe('mine');
  });

  it.each([
    [null, /exports no object/],
    ['mine', /exports no object/],
    [{ ...good, name: 'My Reco' }, /"name"/],
    [{ ...good, about: undefined }, /"about"/],
    [{ ...good, variations: [] }, /"variations"/],
    [{ ...good, variations: [[0, 0]] }, /"variations"/],
    [{ ...good, variations: [[0, 0, Number.NaN]] }, /"variations"/],
    [{ ...good, refinesTime: 'no' }, /"refinesTime"/],
    [{ ...good, taskUnit: 'event' }, /"taskUnit"/],
    [{ ...good, createFit: undefined }, /"createFit"/],
    [{ ...good, pointing: {} }, /"pointing"/],
    [{ ...good, restartWithinLlh: 'yes' }, /"restartWithinLlh"/],
    [{ ...good, restartAll: [{ nside: 8, withinLlh: 1, neighbours: 9 }] }, /"restartAll"/],
  ])('is refused with its file and what is wrong: %#', (value, what) => {
    expect(() => checkReco(value, 'my-reco.mjs')).toThrow(RecoError);
    expect(() => checkReco(value, 'my-reco.mjs')).toThrow(/^my-reco\.mjs is no reconstruction/);
    expect(() => checkReco(value, 'my-reco.mjs')).toThrow(what);
  });
});
