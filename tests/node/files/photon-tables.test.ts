import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, FileAccessError, FileFormatError } from '../../../src/config/index.js';
import { PhotosplineCascadeLight, PhotosplineTrackLight } from '../../../src/light/index.js';
import { loadCascadeSplines, loadMuonSplines, loadPhotonTables } from '../../../src/node/files/photon-tables.js';
import { temporaryDirectory } from '../../support/command.js';
import { SPLINE_NAMES, writeCascadeSplines, writeMuonSplines } from '../../support/muon-splines.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("IceCube's spline tables", () => {
  it('are read from a directory that the user names', async () => {
    const directory = writeMuonSplines(temporaryDirectory());
    const found = await loadMuonSplines(directory, 'spice_mie');
    expect(found!.directory).toBe(directory);
    const light = new PhotosplineTrackLight(found!.splines);
    expect(light.look(0, 20, 30, 10)).toBe(true);
    expect(light.stochasticYield).toBeLessThan(light.bareYield);
  });

  it('are not looked for in a file', async () => {
    const file = join(temporaryDirectory(), 'InfBareMu_mie_abs_z20a10_V2.fits');
    writeFileSync(file, '');
    const refused = loadMuonSplines(file, 'spice_mie');
    await expect(refused).rejects.toBeInstanceOf(ConfigError);
    await expect(refused).rejects.toThrow(/V2\.fits is neither a directory nor a file of photon tables/);
  });

  it('are found where IceTray keeps its data, unless none are wanted or only some of them are there', async () => {
    const root = temporaryDirectory();
    vi.stubEnv('I3_DATA', root);
    expect(await loadMuonSplines(undefined, 'spice_mie')).toBeNull();
    const directory = writeMuonSplines(join(root, 'photon-tables/splines'));
    expect(await loadMuonSplines(undefined, 'spice_mie')).toMatchObject({ directory });
    expect(await loadMuonSplines(null, 'spice_mie')).toBeNull();
    rmSync(join(directory, SPLINE_NAMES[2]));
    expect(await loadMuonSplines(undefined, 'spice_mie')).toBeNull();
  });

  it('are of one ice model: for another the installed ones are left, and named ones refused', async () => {
    const root = temporaryDirectory();
    vi.stubEnv('I3_DATA', root);
    const directory = writeMuonSplines(join(root, 'photon-tables/splines'));
    expect(await loadMuonSplines(undefined, 'spice_321')).toBeNull();
    const refused = loadMuonSplines(directory, 'spice_321');
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(/are of spice_mie, not of the ice model spice_321/);
  });

  it.each(SPLINE_NAMES)('that are missing or damaged are named: %s', async (name) => {
    const directory = writeMuonSplines(temporaryDirectory());
    const path = join(directory, name);
    writeFileSync(path, readFileSync(path).subarray(0, 9000));
    const damaged = loadMuonSplines(directory, 'spice_mie');
    await expect(damaged).rejects.toThrow(FileFormatError);
    await expect(damaged).rejects.toThrow(`The spline table ${path} is cut short.`);
    rmSync(path);
    const missing = loadMuonSplines(directory, 'spice_mie');
    await expect(missing).rejects.toThrow(FileAccessError);
    await expect(missing).rejects.toThrow(`${path} does not exist`);
  });

  it('of cascades are found and refused in the same ways', async () => {
    const root = temporaryDirectory();
    vi.stubEnv('I3_DATA', root);
    expect(await loadCascadeSplines(undefined, 'spice_mie')).toBeNull();
    const directory = writeCascadeSplines(join(root, 'photon-tables/splines'));
    const found = await loadCascadeSplines(undefined, 'spice_mie');
    expect(found!.directory).toBe(directory);
    expect(new PhotosplineCascadeLight(found!.splines).look(0, 20, 30, 10)).toBeGreaterThan(0);
    expect(await loadMuonSplines(undefined, 'spice_mie')).toBeNull();
    expect(await loadCascadeSplines(null, 'spice_mie')).toBeNull();
    await expect(loadCascadeSplines(directory, 'spice_321')).rejects.toThrow(/not of the ice model spice_321/);
    await expect(loadMuonSplines(directory, 'spice_mie')).rejects.toThrow(/InfBareMu_mie_abs_z20a10_V2.fits does not/);
  });
});

describe('photon tables of ours', () => {
  const shipped = 'resources/tables/spice_mie.skylight';

  it('are the shipped ones, or those of a file, which must be of the ice', async () => {
    const own = await loadPhotonTables('spice_mie');
    const named = await loadPhotonTables('spice_mie', shipped);
    expect(Buffer.from(named.cascade.cdf).equals(Buffer.from(own.cascade.cdf))).toBe(true);
    expect(await loadMuonSplines(shipped, 'spice_mie')).toBeNull();
    expect(await loadCascadeSplines(shipped, 'spice_mie')).toBeNull();
    await expect(loadPhotonTables('spice_3.2.1', shipped)).rejects.toThrow(
      `The photon tables ${shipped} are of the ice model spice_mie, not of spice_3.2.1.`,
    );
    await expect(loadPhotonTables('spice_3.2.1')).rejects.toThrow('There are no photon tables for the ice model');
    await expect(loadPhotonTables('glacier')).rejects.toThrow('There is no ice model named "glacier".');
  });
});
