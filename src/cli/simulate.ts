/** `simulate`: events of known truth, as open events. */
import { Command, Option } from 'commander';
import type { Detector, IceModel, IceTilt, PhotonTables, SimulatedEvent, SimulationOptions, Site } from '../index.js';
import { numberBetween, wholeNumber } from './arguments.js';

const EXAMPLES = `
Examples:
  skymap-scanner simulate --ra 30 --dec 5 --energy 50000 --output track.json
  skymap-scanner simulate --kind cascade --zenith 70 --azimuth 120 --x 50 --y -20 --z -300 --energy 1e5 --output c.json
  skymap-scanner simulate --zenith 95 --azimuth 10 --seed 7 --count 1000 --output sim/track.json
  skymap-scanner simulate --ra 30 --dec 5 --detector telescope.json --output event.json

Degrees, metres in the detector's frame, GeV. Directions say where the particle comes from; --ra and --dec are seen
from where the detector's file says that it stands (detector.site), or from IceCube's place. The energy of a track is
that of the muon where it comes within 100 m of the sphere about all modules. The same options and seed give the same
bytes everywhere; with --count, event number N is the one that --event-id N alone gives.
Light: photon tables of the ice in tilted layers where there are some (--light table), or a closed form in level ones that
needs none; muon losses one by one from 0.5 GeV on. Not simulated: saturation, after-pulses, atmospheric muons.`;

interface SimulateArguments {
  readonly kind: 'track' | 'cascade';
  readonly ra?: number;
  readonly dec?: number;
  readonly zenith?: number;
  readonly azimuth?: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly energy: number;
  readonly time: string;
  readonly seed: number;
  readonly noise: number;
  readonly jitter: number;
  readonly slcJitter: number;
  readonly detector: string;
  readonly iceModel: string;
  readonly light?: 'table' | 'closed-form';
  readonly photonTables?: string;
  readonly tilt: boolean;
  readonly runId: number;
  readonly eventId: number;
  readonly count: number;
  readonly output: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const MAX_COUNT = 10_000_000;
const FAR_M = 5_000;

export function simulateCommand(): Command {
  const metres = numberBetween(-FAR_M, FAR_M);
  return new Command('simulate')
    .summary('simulate tracks and cascades of known truth')
    .description('Simulates a muon track or a cascade in a detector, with noise, and writes it as an open event.')
    .addOption(new Option('--kind <kind>', 'what flies').choices(['track', 'cascade']).default('track'))
    .option('--ra <deg>', 'right ascension (J2000)', numberBetween(0, 360))
    .option('--dec <deg>', 'declination (J2000)', numberBetween(-90, 90))
    .option('--zenith <deg>', 'instead of --ra and --dec: zenith in the detector', numberBetween(0, 180))
    .option('--azimuth <deg>', 'azimuth in the detector', numberBetween(0, 360))
    .option('--x <m>', 'x of a point on the track, or of the vertex of the cascade', metres, 0)
    .option('--y <m>', 'y of it', metres, 0)
    .option('--z <m>', 'z of it', metres, 0)
    .option('--energy <gev>', 'energy of the muon or cascade', numberBetween(10, 1e8), 30_000)
    .option('--time <utc>', 'start of the event', '2024-01-01T00:00:00Z')
    .option('--seed <number>', 'seed of all random numbers', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--noise <factor>', "factor on the modules' dark noise; 0 for none", numberBetween(0, 100), 1)
    .option('--jitter <ns>', 'time spread of photo-electrons in the tubes', numberBetween(0, 1000), 2.5)
    .option('--slc-jitter <ns>', 'further spread of isolated pulses', numberBetween(0, 1000), 8)
    .option('--detector <name|file>', 'IC86, or a file that describes a detector: open event, alert, GCD file', 'IC86')
    .option('--ice-model <name>', 'ice; the closed form was fitted to spice_mie', 'spice_mie')
    .addOption(
      new Option('--light <model>', 'default: table where there are tables of the ice, else closed-form').choices([
        'table',
        'closed-form',
      ]),
    )
    .option('--photon-tables <file>', 'tables that "tables make" made, instead of the shipped ones')
    .option('--no-tilt', "level layers of ice with the tables; they always are where the detector's file has a site")
    .option('--run-id <number>', 'number of the run', wholeNumber(0, 99_999_999), 1)
    .option('--event-id <number>', 'number of the (first) event', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--count <number>', 'how many events', wholeNumber(1, MAX_COUNT), 1)
    .requiredOption('-o, --output <file>', 'file to write, - for standard output; of many events FILE-NUMBER.json')
    .option('--json', 'print a JSON line for every event')
    .option('--quiet', 'print nothing but errors')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(simulate);
}

async function simulate(args: SimulateArguments): Promise<void> {
  const { ConfigError, directionOf, loadIceModel, parseUtc, simulateEvent, skyFrame, writeOpenEvent } = await import(
    '../index.js'
  );
  const { ensureDirectory, INTERRUPTED, interruptible, readResource, writeFiles } = await import('../node/index.js');
  const { setImmediate: nextTurn } = await import('node:timers/promises');
  const { dirname } = await import('node:path');

  const utc = parseUtc(args.time);
  if (utc === null) {
    throw new ConfigError('config/bad-value', `--time ${args.time} is no UTC time like 2024-05-01T12:00:00Z.`);
  }
  const isSky = args.ra !== undefined && args.dec !== undefined;
  const isLocal = args.zenith !== undefined && args.azimuth !== undefined;
  if (
    isSky === isLocal ||
    (args.ra === undefined) !== (args.dec === undefined) ||
    (args.zenith === undefined) !== (args.azimuth === undefined)
  ) {
    throw new ConfigError(
      'config/bad-value',
      'The direction must be given either by --ra and --dec or by --zenith and --azimuth.',
    );
  }
  const toStdout = args.output === '-';
  if (toStdout && args.count > 1) {
    throw new ConfigError('config/bad-value', 'Many events cannot go to standard output: name a file with --output.');
  }
  const rad = Math.PI / 180;
  const { detector, isBuiltin, site } = await detectorOf(args.detector);
  const direction = isSky
    ? directionOf(skyFrame(utc.mjd, site), args.ra! * rad, args.dec! * rad)
    : { zenith: args.zenith! * rad, azimuth: args.azimuth! * rad };
  const ice = await loadIceModel(readResource, args.iceModel);
  const light = await lightOf(args, ice, site);
  const setup = { detector, isBuiltin, ice, ...light, ...(site === undefined ? {} : { site }) };
  const options: Omit<SimulationOptions, 'stream' | 'eventId'> = {
    kind: args.kind,
    ...direction,
    x: args.x,
    y: args.y,
    z: args.z,
    energyGev: args.energy,
    startTimeUtc: args.time,
    seed: args.seed,
    runId: args.runId,
    electronics: { noiseScale: args.noise, jitterNs: args.jitter, slcJitterNs: args.slcJitter },
  };

  if (!toStdout) await ensureDirectory(dirname(args.output));
  const isQuiet = args.quiet === true;
  const progress = isQuiet || args.count === 1 ? null : progressLine(args.count);
  const interrupt = interruptible(() => undefined);
  interrupt.arm();
  try {
    for (let i = 0; i < args.count; i++) {
      const eventId = args.eventId + i;
      const simulated = simulateEvent(setup, { ...options, eventId, stream: eventId });
      const comment = commandLine(args, eventId, light);
      const text = writeOpenEvent(simulated.event, isBuiltin ? undefined : detector, { comment });
      const path = args.count === 1 ? args.output : numbered(args.output, eventId);
      if (toStdout) process.stdout.write(text);
      else await writeFiles([{ path, bytes: text }]);
      if (!isQuiet) {
        for (const warning of simulated.event.warnings) process.stderr.write(`warning: event ${eventId}: ${warning}\n`);
      }
      if (!isQuiet && !toStdout) process.stdout.write(`${await reportOf(path, simulated, args.json === true)}\n`);
      progress?.(i + 1);
      // Signals are heard between two events only.
      await nextTurn();
      if (interrupt.signal.aborted && i + 1 < args.count) {
        const left = `--event-id ${eventId + 1} --count ${args.count - i - 1}`;
        process.stderr.write(`Stopped after ${i + 1} of ${args.count} events. To go on, use ${left}.\n`);
        process.exitCode = INTERRUPTED;
        return;
      }
    }
  } finally {
    interrupt.release();
  }
}

interface ChosenLight {
  /** null: the closed form. */
  readonly tables: PhotonTables | null;
  readonly tilt: IceTilt | null;
}

/** The tilt map is one of the ice about IceCube. */
async function lightOf(args: SimulateArguments, ice: IceModel, site: Site | undefined): Promise<ChosenLight> {
  const { ConfigError } = await import('../index.js');
  const { hasPhotonTables, loadPhotonTables } = await import('../node/index.js');
  const { light, photonTables } = args;
  if (light === 'closed-form' && photonTables !== undefined) {
    throw new ConfigError('config/bad-value', 'The closed form uses no photon tables: leave out --photon-tables.');
  }
  if (photonTables !== undefined && !photonTables.endsWith('.skylight')) {
    throw new ConfigError(
      'config/bad-value',
      `--photon-tables ${photonTables} is no file of photon tables (*.skylight).`,
      'Make one with "skymap-scanner tables make".',
    );
  }
  const usesTables = light === 'table' || photonTables !== undefined || (!light && (await hasPhotonTables(ice.name)));
  if (!usesTables) return { tables: null, tilt: null };
  const tables = await loadPhotonTables(ice.name, photonTables);
  return { tables, tilt: args.tilt && site === undefined ? ice.tilt : null };
}

interface Telescope {
  readonly detector: Detector;
  readonly isBuiltin: boolean;
  /** undefined where the file does not say. */
  readonly site: Site | undefined;
}

async function detectorOf(name: string): Promise<Telescope> {
  const { ConfigError, loadIc86, SkymapError } = await import('../index.js');
  const { loadEvent, readResource } = await import('../node/index.js');
  if (name === 'IC86') return { detector: await loadIc86(readResource), isBuiltin: true, site: undefined };
  try {
    const { event, detector } = await loadEvent(name);
    const { openDetector } = event;
    const isBuiltin = openDetector === 'IC86';
    return { detector, isBuiltin, site: isBuiltin ? undefined : openDetector?.site };
  } catch (error) {
    if (error instanceof SkymapError && error.code === 'file/not-found') {
      throw new ConfigError(
        'config/bad-value',
        `--detector ${name} is neither IC86 nor a file.`,
        'Give an open event, an alert or a GCD file of the detector.',
      );
    }
    const isEventless = error instanceof SkymapError && error.code === 'event/missing-object';
    const { loadGcd } = await import('./gcd-file.js');
    const detector = isEventless ? await loadGcd(name) : null;
    if (detector === null) throw error;
    return { detector, isBuiltin: false, site: undefined };
  }
}

/** What was asked for, without where it went: the same event has the same bytes in every file. */
function commandLine(args: SimulateArguments, eventId: number, { tables, tilt }: ChosenLight): string {
  const direction =
    args.ra === undefined ? `--zenith ${args.zenith} --azimuth ${args.azimuth}` : `--ra ${args.ra} --dec ${args.dec}`;
  return [
    `skymap-scanner simulate --kind ${args.kind} ${direction} --x ${args.x} --y ${args.y} --z ${args.z}`,
    `--energy ${args.energy} --time ${args.time} --seed ${args.seed} --noise ${args.noise} --jitter ${args.jitter}`,
    `--slc-jitter ${args.slcJitter} --ice-model ${args.iceModel}`,
    tables === null ? '--light closed-form' : `--light table${tilt === null ? ' --no-tilt' : ''}`,
    ...(args.photonTables === undefined ? [] : [`--photon-tables ${args.photonTables}`]),
    `--run-id ${args.runId} --event-id ${eventId}`,
  ].join(' ');
}

/** track.json -> track-000017.json */
function numbered(path: string, eventId: number): string {
  const number = String(eventId).padStart(6, '0');
  return /\.json$/i.test(path) ? path.replace(/\.json$/i, `-${number}.json`) : `${path}-${number}.json`;
}

/** One line about an event that was written. */
async function reportOf(path: string, simulated: SimulatedEvent, isJson: boolean): Promise<string> {
  const { summarizePulses } = await import('../index.js');
  const { n_dom, n_pulse, n_hlc, charge_pe } = summarizePulses(simulated.event.pulses);
  if (isJson) {
    return JSON.stringify({
      file: path,
      event_id: simulated.event.header.eventId,
      photo_electrons: simulated.photoElectrons,
      n_dom,
      n_pulse,
      n_hlc,
      charge_pe,
      final_energy_gev: simulated.finalEnergyGev,
      largest_loss_gev: simulated.largestLossGev,
    });
  }
  return `${path}: ${simulated.photoElectrons} photo-electrons, ${n_pulse} pulses on ${n_dom} modules, ${n_hlc} in local coincidence`;
}

/** Says how far it is, on standard error, every few seconds. */
function progressLine(count: number): (done: number) => void {
  const started = performance.now();
  let last = started;
  return (done) => {
    const now = performance.now();
    if (now - last < 5_000 || done === count) return;
    last = now;
    const perSecond = (1000 * done) / (now - started);
    const left = Math.ceil((count - done) / perSecond);
    process.stderr.write(`${done} of ${count} events, ${perSecond.toFixed(1)} a second, about ${left} s left\n`);
  };
}
