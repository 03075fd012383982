import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/command.js';
import { writeMuonSplines } from '../support/muon-splines.js';
import { mapOf, STEM, scan, simulatedEvent } from './support.js';

const RECO = ['--reco-algo', 'splinempe', '--nsides', '1:0'];

let event: string;
let root: string;
let splines: string;
beforeAll(async () => {
  event = await simulatedEvent();
  root = temporaryDirectory();
  splines = writeMuonSplines(`${root}/photon-tables/splines`);
});

describe("a scan where IceCube's spline tables are", () => {
  it('uses them and says so, and does not where it is told not to', async () => {
    const llh = (directory: string): ArrayLike<number> => mapOf(directory, `${STEM}_1.npz`).maps[0]!.llh;
    const env = { I3_DATA: root };
    const named = await scan(event, [...RECO, '--photon-tables', splines]);
    expect(named, named.stderr).toMatchObject({ code: 0 });
    expect(
      named.stderr.split('\n').filter((line) => line.includes(`IceCube's spline tables in ${splines}`)),
    ).toHaveLength(1);
    const installed = await scan(event, [...RECO, '--workers', '1'], { env });
    expect(installed.stderr).toContain(`IceCube's spline tables in ${splines}`);
    expect(llh(installed.directory)).toEqual(llh(named.directory));
    const own = await scan(event, [...RECO, '--no-photon-tables'], { env });
    expect(own).toMatchObject({ code: 0 });
    expect(own.stderr).toContain('photon tables of spice_mie');
    expect(llh(own.directory)).not.toEqual(llh(named.directory));
  });

  it('is told that a reco uses none', async () => {
    const { stderr } = await scan(event, ['--reco-algo', 'dummy', '--nsides', '1:0', '--photon-tables', splines]);
    expect(stderr).toContain('dummy uses no photon tables: --photon-tables has no effect.');
  });

  it('ends in a sentence where they cannot be used', async () => {
    const missing = await scan(event, [...RECO, '--photon-tables', `${root}/elsewhere`]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/spline table .*elsewhere\/InfBareMu_mie_abs_z20a10_V2\.fits does not exist/);
  });
});
