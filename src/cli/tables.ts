/** `tables`: make photon tables, say what is in one, and check how good it is. */
import { Command, Option } from 'commander';
import type { BandErrors, CascadeLight, TableHeader } from '../index.js';
import { wholeNumber } from './arguments.js';

const MAKE_EXAMPLES = `
Examples:
  skymap-scanner tables make --photons 2000000 --output spice_mie.skylight
  skymap-scanner tables make --step 20 --photons 200000 --output quick.skylight     (a few minutes)

Photons are followed through the layers of the ice from every source depth and folded into three tables: cascades, bare
muons, stochastic losses of muons. Steps between depths of cascades are halved where the ice changes so quickly that light
interpolated half-way would be off by some 5 % (in the dust layer); tracks are sums of the even depths. Finished depths are
kept in FILE.parts: the same command goes on after Ctrl-C. The bytes depend on ice, acceptance, photons, step, --even and
seed alone; a depth has the same photons whatever the depths around it. About 100,000 to 170,000 photons a second and core.
To use them: --ice-model NAME and --photon-tables FILE with scan, server and simulate, --photon-tables with client and reco.`;

const CHECK_EXAMPLES = `
Examples:
  skymap-scanner tables check --quick
  skymap-scanner tables check mine.skylight --photons 1000000 --json
  skymap-scanner tables check --light closed-form

Follows new photons at depths half-way between the table's nodes, where interpolation is worst, and compares: ln of the
amplitudes' ratio, and the largest distance of the cumulative time distributions, over places that see at least 0.03
photo-electrons of a 100 TeV cascade. The statistics of the new photons are in the figures too: 2 to 5 % with --quick.
The last lines put depths together, those in the dust layer (z -160 to -50 m) apart: mean of their medians, rms of all.`;

export function tablesCommand(): Command {
  const tables = new Command('tables')
    .summary('make, describe and check tables of light in the ice')
    .description('Tables of how much light a muon or a cascade sends to a module, and when it arrives.');
  tables
    .command('make')
    .summary('make tables by following photons')
    .description('Makes a set of photon tables out of an ice model.')
    .option('--ice <name>', 'spice_mie, spice_3.2.1, spice_bfr_dv1_isotropic or spice_ftp_v3m_isotropic', 'spice_mie')
    .option(
      '--acceptance <name>',
      'angular acceptance of the modules, with the hole ice: h2-50cm, h1-100cm, h3-30cm, ftp-v3m or nominal',
      'h2-50cm',
    )
    .option('--photons <number>', 'photons for each source depth', wholeNumber(100, 1e9), 1_000_000)
    .addOption(
      new Option('--step <m>', 'between source depths').choices(['10', '20', '50', '100', '200']).default('10'),
    )
    .option('--even', 'no half steps: the same step everywhere')
    .option('--seed <number>', 'seed of all random numbers', wholeNumber(0, Number.MAX_SAFE_INTEGER), 11)
    .option('--workers <number>', 'threads (default: all cores)', wholeNumber(1, 1024))
    .requiredOption('-o, --output <file>', 'file to write')
    .option('--quiet', 'no progress')
    .option('--debug', 'show stack traces')
    .addHelpText('after', MAKE_EXAMPLES)
    .action(make);
  tables
    .command('info')
    .summary('what a table file holds and how it was made')
    .argument('<file>', 'table file (*.skylight)')
    .option('--json', 'print the header as JSON')
    .option('--debug', 'show stack traces')
    .action(info);
  tables
    .command('check')
    .summary('compare a table, or the closed form, with new photons')
    .argument('[file]', 'table file (*.skylight); the shipped one where left out')
    .addOption(new Option('--light <model>', 'what to check').choices(['table', 'closed-form']).default('table'))
    .option('--ice <name>', 'ice model, where no file says it', 'spice_mie')
    .option('--quick', 'four depths with 50,000 photons each, under a minute')
    .option('--photons <number>', 'photons for each depth', wholeNumber(100, 1e9), 500_000)
    .option('--seed <number>', 'seed of the new photons', wholeNumber(0, Number.MAX_SAFE_INTEGER), 4711)
    .option('--json', 'print the errors as JSON')
    .option('--debug', 'show stack traces')
    .addHelpText('after', CHECK_EXAMPLES)
    .action(check);
  return tables;
}

interface MakeArguments {
  readonly ice: string;
  readonly acceptance: string;
  readonly photons: number;
  readonly step: string;
  readonly even?: boolean;
  readonly seed: number;
  readonly workers?: number;
  readonly output: string;
  readonly quiet?: boolean;
}

async function make(args: MakeArguments): Promise<void> {
  const { defaultPlan, evenPlan, loadIceModel } = await import('../index.js');
  const { INTERRUPTED, interruptible, makeTables, packageVersion, readResource } = await import('../node/index.js');
  const { availableParallelism } = await import('node:os');
  const { photons, seed, even } = args;
  const step = Number(args.step);
  const ice = await loadIceModel(readResource, args.ice);
  const interrupt = interruptible(() => undefined);
  interrupt.arm();
  const started = performance.now();
  let last = Number.NEGATIVE_INFINITY;
  try {
    const bytes = await makeTables({
      plan: even === true ? evenPlan(photons, seed, step) : defaultPlan(ice, photons, seed, step),
      iceModel: args.ice,
      acceptance: args.acceptance,
      workers: args.workers ?? availableParallelism(),
      output: args.output,
      command: `skymap-scanner tables make --ice ${args.ice} --acceptance ${args.acceptance} --photons ${photons} --step ${step}${even === true ? ' --even' : ''} --seed ${seed}`,
      generator: await packageVersion(),
      signal: interrupt.signal,
      progress({ stage, done, of, found }) {
        const now = performance.now();
        if (args.quiet === true || (now - last < 2000 && done !== of)) return;
        last = now;
        const perPiece = (now - started) / Math.max(1, done - found);
        const left = stage === 'photons' && done > found ? `, about ${time((perPiece * (of - done)) / 1000)} left` : '';
        const kept = found > 0 && done === found ? ` (${found} kept from an earlier run)` : '';
        const what = stage === 'photons' ? 'source depths' : 'heights of tracks';
        process.stderr.write(`${done} of ${of} ${what}${kept}${left}\n`);
      },
    });
    process.stdout.write(`${args.output}: ${(bytes / 1e6).toFixed(1)} MB\n`);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write(`Stopped. Finished depths are in ${args.output}.parts: the same command goes on.\n`);
    process.exitCode = INTERRUPTED;
  } finally {
    interrupt.release();
  }
}

async function info(file: string, args: { readonly json?: boolean }): Promise<void> {
  const { decodeTableHeader, decodeTables, nodesOf } = await import('../index.js');
  const { readWholeFile } = await import('../node/index.js');
  const bytes = await readWholeFile(file, 'table file');
  const header = decodeTableHeader(bytes, file);
  decodeTables(bytes, file);
  if (args.json === true) {
    process.stdout.write(`${JSON.stringify(header, null, 2)}\n`);
    return;
  }
  const depths = (nodes: ArrayLike<number>): string => {
    const steps = Array.from(nodes).map((z, i) => z - (nodes[i - 1] ?? Number.NaN));
    const sizes = [...new Set(steps.slice(1))].sort((a, b) => a - b).map(String);
    return `${nodes[0]} to ${nodes[nodes.length - 1]} m in ${nodes.length} depths every ${sizes.join(' or ')} m`;
  };
  const { cascade, muon } = header;
  process.stdout.write(
    [
      `${file}: ${header.about}`,
      `format version  ${header.version}, ${(bytes.length / 1e6).toFixed(1)} MB`,
      `ice             ${header.iceModel} (SHA-256 ${header.iceModelSha256.slice(0, 16)}...), no tilt`,
      `modules         angular acceptance ${header.angularAcceptance}, efficiency ${header.domEfficiency}`,
      `made with       ${header.photonsPerDepth} photons a depth, seed ${header.seed}, version ${header.generator}`,
      `command         ${header.command}`,
      `cascades        z ${depths(nodesOf(cascade.z))}, ${cascade.lnR.size} distances of ${Math.exp(cascade.lnR.first).toFixed(1)} to ${Math.exp(cascade.lnR.first + (cascade.lnR.size - 1) * cascade.lnR.step).toFixed(0)} m, ${cascade.cosGamma.size} directions, ${cascade.thetaDeg.length} emission angles`,
      `tracks          z ${depths(nodesOf(muon.z))}, ${muon.zenithDeg.size} zeniths, ${muon.lnRho.size} distances up to ${Math.exp(muon.lnRho.first + (muon.lnRho.size - 1) * muon.lnRho.step).toFixed(0)} m, ${muon.phiDeg.size} azimuths`,
      `times           ${header.timeNodes.length} nodes of the cumulative distribution`,
      '',
    ].join('\n'),
  );
}

interface CheckArguments {
  readonly light: 'table' | 'closed-form';
  readonly ice: string;
  readonly quick?: boolean;
  readonly photons: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Heights about which is checked: above, in and below the dust. */
const CHECK_DEPTHS = [-435, -305, -105, -65, 25, 155, 305, 425];
const QUICK_DEPTHS = [-305, -105, 25, 305];
const DUST = { from: -160, to: -50 } as const;

async function check(file: string | undefined, args: CheckArguments): Promise<void> {
  const { checkDepth, ClosedFormCascadeLight, ConfigError, followPhotons, halfWay, loadIceModel } = await import(
    '../index.js'
  );
  const { loadOptics, readResource } = await import('../node/index.js');
  const { setImmediate: nextTurn } = await import('node:timers/promises');
  const isTable = args.light === 'table';
  if (!isTable && file !== undefined) {
    throw new ConfigError('config/bad-value', 'The closed form is in no file.', `Leave out ${file}, or --light.`);
  }
  const table = isTable ? await tableToCheck(file, args.ice) : null;
  const ice = await loadIceModel(readResource, table?.header.iceModel ?? args.ice);
  const optics = await loadOptics(ice.name, table?.header.angularAcceptance ?? 'h2-50cm');
  const light = table?.light ?? new ClosedFormCascadeLight(ice);
  const heights = args.quick === true ? QUICK_DEPTHS : CHECK_DEPTHS;
  const depths = table === null ? heights : heights.map((z) => halfWay(table.nodes, z));
  const photons = args.quick === true ? 50_000 : args.photons;
  const rows: BandErrors[] = [];
  for (const [i, z] of depths.entries()) {
    process.stderr.write(`depth ${i + 1} of ${depths.length}: z = ${z} m, ${photons} photons\n`);
    await nextTurn();
    const bands = checkDepth(light, ice, followPhotons(optics, z, photons, args.seed, Math.round((z + 10_000) * 100)));
    rows.push(...bands);
    if (args.json !== true) process.stdout.write(`${bands.map(bandLine).join('\n')}\n`);
  }
  if (args.json === true) {
    process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
    return;
  }
  const isDust = ({ z }: BandErrors): boolean => z >= DUST.from && z <= DUST.to;
  const together = (what: string, part: readonly BandErrors[]): string[] =>
    [...new Set(part.map(({ fromM }) => fromM))].map((fromM) =>
      joinedLine(
        what,
        part.filter((band) => band.fromM === fromM),
      ),
    );
  const clear = together(
    'clear ice ',
    rows.filter((row) => !isDust(row)),
  );
  process.stdout.write(`${[...clear, ...together('dust layer', rows.filter(isDust))].join('\n')}\n`);
}

async function tableToCheck(
  file: string | undefined,
  iceModel: string,
): Promise<{ readonly header: TableHeader; readonly nodes: Float64Array; readonly light: CascadeLight }> {
  const { decodeTableHeader, decodeTables, TableCascadeLight } = await import('../index.js');
  const { readPhotonTables, readWholeFile } = await import('../node/index.js');
  const name = file ?? `tables/${iceModel}.skylight`;
  const bytes = file === undefined ? await readPhotonTables(iceModel) : await readWholeFile(file, 'table file');
  const { cascade } = decodeTables(bytes, name);
  return { header: decodeTableHeader(bytes, name), nodes: cascade.z, light: new TableCascadeLight(cascade) };
}

/** The same distances at several depths: mean of their medians, rms of all places. */
function joinedLine(what: string, bands: readonly BandErrors[]): string {
  const n = bands.reduce((sum, band) => sum + band.n, 0);
  const mean = (pick: (band: BandErrors) => number): number =>
    bands.reduce((sum, band) => sum + band.n * pick(band), 0) / n;
  const rms = Math.sqrt(mean(({ rmsLn }) => rmsLn * rmsLn));
  const { fromM, toM } = bands[0]!;
  return (
    `${what}  ${String(fromM).padStart(3)}-${String(toM).padEnd(3)} m  ${String(n).padStart(5)} places` +
    `  amplitude: mean ${percent(mean((band) => band.meanLn))}, median ${percent(mean((band) => band.medianLn))}, rms ${percent(rms)}` +
    `  CDF: median ${mean((band) => band.medianCdf).toFixed(3)}`
  );
}

function percent(x: number): string {
  return `${(100 * x).toFixed(1)} %`.padStart(7);
}

function bandLine(band: BandErrors): string {
  return (
    `z ${String(band.z).padStart(5)} m  ${String(band.fromM).padStart(3)}-${String(band.toM).padEnd(3)} m  ${String(band.n).padStart(4)} places` +
    `  amplitude: mean ${percent(band.meanLn)}, median ${percent(band.medianLn)}, rms ${percent(band.rmsLn)}, 95 % below ${percent(band.p95Ln)}` +
    `  CDF: median ${band.medianCdf.toFixed(3)}, 95 % below ${band.p95Cdf.toFixed(3)}`
  );
}

function time(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
}
