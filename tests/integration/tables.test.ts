/** Photon tables through the built command: made, described, checked, used. Small tables: 8 to 14 depths of 8000 photons. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeEvent, summarizePulses } from '../../src/event/index.js';
import { decodeTableHeader, decodeTables } from '../../src/light/index.js';
import { ensureBuilt, runCommand, temporaryDirectory, until } from '../support/command.js';

const SHIPPED = 'resources/tables/spice_mie.skylight';
let folder: string;
beforeAll(() => {
  ensureBuilt();
  folder = temporaryDirectory();
});

const make = (name: string, ...words: string[]): string[] => [
  ...['tables', 'make', '--photons', '8000', '--step', '200', '--seed', '5', '--output', join(folder, name)],
  ...words,
];

describe('tables make', () => {
  it('makes the same bytes with any number of workers, and goes on where it was stopped', async () => {
    const one = await runCommand(make('one.skylight', '--workers', '1'));
    expect(one, one.stderr).toMatchObject({ code: 0 });
    expect(one.stderr).toMatch(/14 of 14 source depths/);
    expect(readdirSync(folder)).toEqual(['one.skylight']);
    const bytes = readFileSync(join(folder, 'one.skylight'));

    const parts = join(folder, 'two.skylight.parts');
    const stopped = await runCommand(make('two.skylight', '--workers', '2'), {
      whileRunning: (child) => {
        void until(() => existsSync(parts) && readdirSync(parts).length > 1).then(() => child.kill('SIGINT'));
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('the same command goes on');
    expect(existsSync(join(folder, 'two.skylight'))).toBe(false);
    expect(readdirSync(parts).length).toBeGreaterThan(1);
    const again = await runCommand(make('two.skylight', '--workers', '2'));
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(again.stderr).toMatch(/kept from an earlier run/);
    expect(readFileSync(join(folder, 'two.skylight')).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['one.skylight', 'two.skylight']);
  });

  it('makes them of another ice and hole ice, which the file says and a scan and a simulation can use', async () => {
    const other = await runCommand(
      make('other.skylight', '--ice', 'spice_ftp_v3m_isotropic', '--acceptance', 'h3-30cm', '--quiet'),
    );
    expect(other, other.stderr).toMatchObject({ code: 0, stderr: '' });
    const header = decodeTableHeader(readFileSync(join(folder, 'other.skylight')), 'other');
    expect(header).toMatchObject({
      iceModel: 'spice_ftp_v3m_isotropic',
      angularAcceptance: 'h3-30cm',
      photonsPerDepth: 8000,
      seed: 5,
    });
    const light = ['--photon-tables', join(folder, 'other.skylight')];
    const event = join(folder, 'event.json');
    const track = ['simulate', '--zenith', '80', '--azimuth', '20', '--energy', '20000', '--output', event];
    const wrong = await runCommand([...track, ...light]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/are of the ice model spice_ftp_v3m_isotropic, not of spice_mie/);
    const ice = ['--ice-model', 'spice_ftp_v3m_isotropic'];
    const simulated = await runCommand([...track, ...light, ...ice]);
    expect(simulated, simulated.stderr).toMatchObject({ code: 0 });
    expect(summarizePulses(decodeEvent(readFileSync(event), event).pulses).n_hlc).toBeGreaterThan(50);
    const scan = ['scan', '--event-file', event, '--reco-algo', 'splinempe', '--nsides', '1:0', '--no-pictures'];
    const scanned = await runCommand([...scan, ...light, ...ice, '--output-dir', join(folder, 'scan')]);
    expect(scanned, scanned.stderr).toMatchObject({ code: 0 });
    expect(scanned.stderr).toContain('photon tables of spice_ftp_v3m_isotropic');
  });

  it('makes even steps where asked, and half steps where the ice changes quickly', async () => {
    const even = await runCommand(make('even.skylight', '--even'));
    expect(even.stderr).toMatch(/8 of 8 source depths/);
    const [quick, plain] = ['one.skylight', 'even.skylight'].map((name) => {
      const bytes = readFileSync(join(folder, name));
      return { ...decodeTables(bytes, name), header: decodeTableHeader(bytes, name) };
    });
    expect(plain!.header.cascade.z).toEqual({ first: -700, step: 200, size: 8 });
    const uneven = [-700, -600, -500, -400, -300, -200, -100, 0, 100, 200, 300, 400, 500, 700];
    expect(quick!.header.cascade.z).toEqual(uneven);
    // a depth has the same photons whatever lies around it, and tracks are sums of the even depths
    const perDepth = plain!.cascade.amplitude.length / 8;
    const column = (of: typeof plain, z: number): Uint16Array => {
      const i = of!.cascade.z.indexOf(z);
      return of!.cascade.amplitude.slice(i * perDepth, (i + 1) * perDepth);
    };
    for (const z of plain!.cascade.z) expect(column(quick, z)).toEqual(column(plain, z));
    expect(quick!.muon).toEqual(plain!.muon);
    expect(quick!.stochastic).toEqual(plain!.stochastic);
    const { stdout } = await runCommand(['tables', 'info', join(folder, 'one.skylight')]);
    expect(stdout).toContain('z -700 to 700 m in 14 depths every 100 or 200 m');
    expect(stdout).toContain('z -700 to 500 m in 4 depths every 400 m');
  });

  it('refuses what it cannot make, in a sentence', async () => {
    const ice = await runCommand(make('x.skylight', '--ice', 'slush'));
    expect(ice.stderr).toContain('There is no ice model named "slush".');
    const acceptance = await runCommand(make('x.skylight', '--acceptance', 'none'));
    expect(acceptance.stderr).toContain('There is no angular acceptance named "none".');
    expect([ice.code, acceptance.code]).toEqual([2, 1]);
  });
});

describe('tables info', () => {
  it('says how a table was made, for people and as JSON', async () => {
    const text = await runCommand(['tables', 'info', SHIPPED]);
    expect(text.stdout).toContain('command         skymap-scanner tables make --ice spice_mie');
    const { stdout } = await runCommand(['tables', 'info', SHIPPED, '--json']);
    const header = JSON.parse(stdout);
    expect(header).toEqual(decodeTableHeader(readFileSync(SHIPPED), SHIPPED));
    expect(header.photonsPerDepth).toBeGreaterThanOrEqual(1e6);
    expect(header.cascade.z).toHaveLength(173);
    expect(text.stdout).toContain('z -700 to 700 m in 173 depths every 5 or 10 m');
  });

  it('refuses a damaged file', async () => {
    const damaged = join(folder, 'damaged.skylight');
    writeFileSync(damaged, readFileSync(SHIPPED).subarray(0, 1_000_000));
    const { code, stderr } = await runCommand(['tables', 'info', damaged]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be used: it is truncated/);
  });
});

describe('tables check', () => {
  it('finds the shipped table good to a few per cent, and the closed form less so', async () => {
    const lines = async (...words: string[]): Promise<{ rms: number; cdf: number }[]> => {
      const { code, stdout, stderr } = await runCommand(['tables', 'check', '--quick', ...words]);
      expect(code, stderr).toBe(0);
      const found = stdout.match(/^clear ice .*$/gm) ?? [];
      return found.map((line) => ({
        rms: Number(/rms +([\d.]+) %/.exec(line)![1]),
        cdf: Number(/CDF: median ([\d.]+)/.exec(line)![1]),
      }));
    };
    const table = await lines();
    expect(table).toHaveLength(6);
    // 20 to 100 m; with the statistics of 50,000 photons
    for (const { rms, cdf } of table.slice(2, 4)) {
      expect(rms).toBeLessThan(8);
      expect(cdf).toBeLessThan(0.05);
    }
    const form = await lines('--light', 'closed-form');
    for (const k of [2, 3]) {
      expect(form[k]!.rms).toBeLessThan(25);
      expect(form[k]!.rms).toBeGreaterThan(1.5 * table[k]!.rms);
    }
  });
});
