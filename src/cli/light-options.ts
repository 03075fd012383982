/** The arguments that say whose photon tables are used, for every command that fits. */
import type { Command } from 'commander';

/** What commander makes of the two options. */
export interface LightArguments {
  readonly photonTables?: string | false;
}

export function addLightOptions(command: Command): Command {
  return command
    .option(
      '--photon-tables <dir>',
      "IceCube's spline tables of muons (InfBareMu_mie_*.fits, InfHighEStoch_mie_*.fits), for splinempe; default: those " +
        'in photon-tables/splines of $I3_DATA, /opt/i3-data or /cvmfs/icecube.opensciencegrid.org/data, else our own',
    )
    .option('--no-photon-tables', "our own tables even where IceCube's are installed");
}

/** The directory, null for our own tables, undefined for those that are installed. */
export function splineDirectory({ photonTables }: LightArguments): string | null | undefined {
  return photonTables === false ? null : photonTables;
}
