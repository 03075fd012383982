/** The arguments that say whose photon tables are used, for every command that fits. */
import type { Command } from 'commander';

/** What commander makes of the two options. */
export interface LightArguments {
  readonly photonTables?: string | false;
}

export function addLightOptions(command: Command): Command {
  return command
    .option(
      '--photon-tables <dir|file>',
      "IceCube's spline tables, of muons for splinempe (InfBareMu_mie_*.fits, InfHighEStoch_mie_*.fits) and of cascades " +
        'for millipede (ems_mie_z20_a10.*.fits), or a file that "tables make" made; default: those in ' +
        'photon-tables/splines of $I3_DATA, /opt/i3-data or /cvmfs/icecube.opensciencegrid.org/data, else the shipped ones',
    )
    .option('--no-photon-tables', "the shipped tables even where IceCube's are installed");
}

/** The directory or file, null for the shipped tables, undefined for IceCube's where they are installed. */
export function splineDirectory({ photonTables }: LightArguments): string | null | undefined {
  return photonTables === false ? null : photonTables;
}
