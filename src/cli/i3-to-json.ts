/** `i3-to-json`: the events of .i3 files as alert messages, one JSON file each. */
import { Command } from 'commander';
import type { AlertEvent, Baseline, Detector, Frame } from '../index.js';
import { wholeNumber } from './arguments.js';
import { printable } from './printable.js';

const EXAMPLES = `
Examples:
  skymap-scanner i3-to-json GeoCalibDetectorStatus.i3.gz Level2_Run00136662.i3.zst --basegcd baseline_gcd_135417.i3
  skymap-scanner i3-to-json simulation.i3.gz --nframes 100 --extra OnlineL2_SplineMPE MPEFit --output-dir events

Files are read in the order given: what the G, C and D frames of one say holds in the next. Every P frame with the
pulses of an event (SplitUncleanedInIcePulses or SplitInIcePulses) becomes a file RUN.EVT.sub000.json that scan and
IceCube's own software read: the frames G C D Q P with what a scan needs, and the figures that alerts quote. Beside
that message there are {ra, dec} for every --extra fit (ol2_mpe for OnlineL2_SplineMPE) and, for simulation,
"true": {ra, dec, eprim, emuhi, emuin}: the primary's direction and energy, the highest energy of a muon, and the
highest with which one enters the detector. Radians (J2000) and GeV; null for what is not there.
With --basegcd the detector is told as differences to that file, which a scan then needs (--gcd-dir); without it every
file brings the detector along as the input has it, or leaves it to the built-in one.`;

interface I3ToJsonArguments {
  readonly basegcd?: string;
  readonly nframes?: number;
  readonly extra?: readonly string[];
  readonly output?: string;
  readonly outputDir: string;
  readonly quiet?: boolean;
}

/** A fit that upstream's files have under another name. */
const EXTRA_NAMES: Readonly<Record<string, string>> = { OnlineL2_SplineMPE: 'ol2_mpe' };
/** Members of the message itself. */
const TAKEN: ReadonlySet<string> = new Set(['value', 'true']);

export function i3ToJsonCommand(): Command {
  return new Command('i3-to-json')
    .summary('turn the events of .i3 files into alert files')
    .description('Writes every event of .i3 files as an alert message (.json).')
    .argument('<files...>', '.i3 files, also .gz, .bz2 and .zst')
    .option('--basegcd <file>', 'baseline GCD file that the detector is told as a difference to')
    .option('--nframes <number>', 'stop after so many frames', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--extra <key...>', 'fits (I3Particles of the P frame) whose place on the sky goes into the files')
    .option('-o, --output <file>', 'write the frames of all events to one .i3 file too')
    .option('-d, --output-dir <dir>', 'where the JSON files go', '.')
    .option('--quiet', 'print nothing but errors')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(i3ToJson);
}

async function i3ToJson(files: readonly string[], args: I3ToJsonArguments): Promise<void> {
  const { alertStream, ConfigError, concatBytes, EventFormatError, loadIc86, readFullGcd, uniqueEventId } =
    await import('../index.js');
  const { ensureDirectory, readResource, readWholeFile, writeFiles } = await import('../node/index.js');
  const { basename, join } = await import('node:path');
  const { reportError } = await import('./errors.js');

  const taken = args.extra?.find((key) => TAKEN.has(key));
  if (taken !== undefined) {
    throw new ConfigError('config/bad-value', `--extra ${taken}: that member of the file has a meaning of its own.`);
  }
  let baseline: Baseline | null = null;
  if (args.basegcd !== undefined) {
    const name = basename(args.basegcd);
    baseline = { name, gcd: readFullGcd(await readWholeFile(args.basegcd, 'baseline GCD file'), name) };
  }
  const builtin = await loadIc86(readResource);
  await ensureDirectory(args.outputDir);
  const stream = alertStream({ baseline, ...(args.nframes === undefined ? {} : { maxFrames: args.nframes }) });
  const warn = (text: string): void => {
    if (args.quiet !== true) process.stderr.write(`warning: ${printable(text)}\n`);
  };
  const written = new Set<string>();
  const chunks: Uint8Array[] = [];
  let detectorFrames: readonly Frame[] = [];
  let failures = 0;

  for (const file of files) {
    if (stream.isDone) break;
    const bytes = await readWholeFile(file, '.i3 file');
    for (const found of stream.read(bytes, basename(file))) {
      try {
        if ('error' in found) throw found.error;
        const { header } = found.event;
        const name = `${uniqueEventId(header)}.sub${String(header.subEventId).padStart(3, '0')}.json`;
        if (written.has(name)) {
          warn(`${basename(file)} has a second event for ${name}; only the first was written.`);
          continue;
        }
        for (const text of found.event.warnings) warn(`${name}: ${text}`);
        const path = join(args.outputDir, name);
        await writeFiles([{ path, bytes: await messageOf(found, args.extra ?? [], builtin, baseline, warn) }]);
        written.add(name);
        if (args.quiet !== true) process.stdout.write(`${path}\n`);
        if (args.output !== undefined) {
          chunks.push(...(await framesToWrite(found.frames, detectorFrames)));
          detectorFrames = found.frames.slice(0, 3);
        }
      } catch (error) {
        // An event that cannot be read says nothing about the next.
        if (!(error instanceof EventFormatError)) throw error;
        reportError(error, process.argv.includes('--debug'));
        failures++;
      }
    }
  }
  const { frames, physicsFrames, events } = stream.counts;
  if (events === 0) {
    throw new EventFormatError(
      'event/missing-object',
      `None of ${frames} frames, ${physicsFrames} of them physics frames, has the pulses of an event.`,
      'P frames need SplitUncleanedInIcePulses or SplitInIcePulses, as the filters at the Pole make them.',
    );
  }
  if (args.output !== undefined) await writeFiles([{ path: args.output, bytes: concatBytes(chunks) }]);
  if (args.quiet !== true) {
    const others = physicsFrames - events;
    process.stderr.write(
      `${written.size} of ${events} events written` +
        `${others === 0 ? '' : `; ${others} physics frames of other splits were passed over`}.\n`,
    );
  }
  if (failures > 0) process.exitCode = 1;
}

async function messageOf(
  { event, frames, formatVersion, simulation }: AlertEvent,
  extra: readonly string[],
  builtin: Detector,
  baseline: Baseline | null,
  warn: (text: string) => void,
): Promise<string> {
  const { alertDocument, alertSummary, detectorForEvent, raDecOf, skyFrame } = await import('../index.js');
  const frame = skyFrame(event.header.mjd);
  const skyOf = ({ zenith, azimuth }: { zenith: number; azimuth: number }): { ra: number; dec: number } => {
    const { raRad, decRad } = raDecOf(frame, zenith, azimuth);
    return { ra: raRad, dec: decRad };
  };
  const positions = extra.map((key) => {
    const particle = event.particles[key];
    if (particle === undefined) warn(`event ${event.header.eventId} has no fit "${key}".`);
    return [EXTRA_NAMES[key] ?? key, particle === undefined ? { ra: null, dec: null } : skyOf(particle)] as const;
  });
  // What an alert system said of the event is in its frames.
  const summary = event.alert?.message ?? alertSummary(event, detectorForEvent(event, builtin, baseline));
  return JSON.stringify({
    ...alertDocument({ frames, formatVersion, summary }),
    ...Object.fromEntries(positions),
    ...(simulation === null
      ? {}
      : {
          true: {
            ...skyOf(simulation.primary),
            eprim: simulation.primary.energyGev,
            emuhi: simulation.muonGev,
            emuin: simulation.enteringMuonGev,
          },
        }),
  });
}

/** Frames of an event for a stream: G, C and D only where they are not those before. */
async function framesToWrite(frames: readonly Frame[], before: readonly Frame[]): Promise<Uint8Array[]> {
  const { writeFrame } = await import('../index.js');
  const detector = frames.slice(0, 3);
  const isSame = before.length > 0 && detector.every((frame, i) => frame === before[i]);
  return (isSame ? frames.slice(3) : frames).map(writeFrame);
}
