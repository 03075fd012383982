/** `notice`: a GCN notice about a map. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { GcnNotice } from '../index.js';
import { numberBetween, wholeNumber } from './arguments.js';
import { openSky } from './open-sky.js';
import { ABOUT_PROBABILITY, floorOption, resultArgument } from './sky-arguments.js';

const PIPELINES: Readonly<Record<string, NonNullable<GcnNotice['pipeline']>>> = {
  gold: 'Gold Track Alert',
  bronze: 'Bronze Track Alert',
  cascade: 'Cascade Alert',
};

const EXAMPLES = `
Examples:
  skymap-scanner notice RESULT.npz
  skymap-scanner notice RESULT.npz --record-number 1 --event-name IceCube-220524A --alert-datetime now \\
      --healpix-url https://example.org/map.multiorder.fits --p-astro 0.34 --far 8.0e-8 --nu-energy 127.3
  skymap-scanner notice RESULT.npz --output-dir products

The notice has the members of GCN's schema for IceCube's single neutrino alerts and is checked against
resources/schemas/notice.schema.json, without a network. Nothing is sent. What the map does not know and no option gives
is left out. ra_dec_error is the radius sqrt(mean(ra+, ra-) cos(dec) mean(dec+, dec-)) of the 90 % region; the notice says
how much probability the circle holds, and a note on standard error warns where that is less than 85 %.
${ABOUT_PROBABILITY}`;

interface Flags {
  readonly outputDir?: string;
  readonly pipeline?: string;
  readonly recordNumber?: number;
  readonly eventName?: string;
  readonly alertDatetime?: string;
  readonly alertType?: NonNullable<GcnNotice['alert_type']>;
  readonly alertTense?: NonNullable<GcnNotice['alert_tense']>;
  readonly alertTopology?: NonNullable<GcnNotice['alert_topology']>;
  readonly numberOfEvents?: number;
  readonly systematicIncluded?: boolean;
  readonly healpixUrl?: string;
  readonly nuEnergy?: number;
  readonly pAstro?: number;
  readonly far?: number;
  readonly angularErrorFloor?: number;
  readonly json?: boolean;
}

export function noticeCommand(): Command {
  return new Command('notice')
    .summary('make a GCN notice (JSON) of a map')
    .description('Prints the GCN notice that a map would be announced with, as JSON, checked against its schema.')
    .addArgument(resultArgument())
    .option('--output-dir <dir>', 'write RESULT.notice.json there instead of printing it')
    .addOption(new Option('--pipeline <name>', 'selection (what the event type names)').choices(Object.keys(PIPELINES)))
    .option('--record-number <n>', '0 preliminary, 1 and more revised (0)', wholeNumber(0, 10_000))
    .option('--event-name <name>', 'IceCube-YYMMDDX', eventName)
    .option('--alert-datetime <utc>', 'when the notice is made: YYYY-MM-DDThh:mm:ssZ, or now', alertTime)
    .addOption(
      new Option('--alert-type <type>', 'of the sequence (initial for record 0, else update)').choices([
        'initial',
        'update',
        'retraction',
      ]),
    )
    .addOption(
      new Option('--alert-tense <tense>', 'what it is (current for real events, test for others)').choices([
        'current',
        'test',
        'injection',
        'archival',
      ]),
    )
    .addOption(
      new Option('--alert-topology <name>', 'kind of event (Shower for the cascade pipeline, else Track)').choices([
        'Track',
        'Shower',
        'Multiplet',
      ]),
    )
    .option('--number-of-events <n>', 'events that make up the alert (1)', wholeNumber(1, 1_000_000))
    .option('--systematic-included', 'say that the error allows for systematic errors; not in a preliminary notice')
    .option('--healpix-url <url>', 'where the multi-order map will be', webAddress)
    .option('--nu-energy <tev>', 'most probable neutrino energy, TeV', numberBetween(1e-6, 1e12))
    .option('--p-astro <p>', 'probability of astrophysical origin, 0 to 1', numberBetween(0, 1))
    .option('--far <hz>', 'false alarm rate, Hz', numberBetween(0, 1e6))
    .addOption(floorOption())
    .option('--json', 'with --output-dir, print a JSON list of the file; a notice is JSON anyway')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(notice);
}

async function notice(path: string, flags: Flags): Promise<void> {
  const { FAITHFUL_CIRCLE, gcnNotice } = await import('../index.js');
  const { ensureDirectory, resultStem, writeFiles } = await import('../node/index.js');
  const { join } = await import('node:path');
  const { result, sky } = await openSky(path, flags.angularErrorFloor);
  const report = gcnNotice(result, sky, {
    pipeline: flags.pipeline === undefined ? undefined : PIPELINES[flags.pipeline],
    record_number: flags.recordNumber,
    eventName: flags.eventName,
    alert_datetime: flags.alertDatetime,
    alert_type: flags.alertType,
    alert_tense: flags.alertTense,
    alert_topology: flags.alertTopology,
    number_of_events: flags.numberOfEvents,
    systematic_included: flags.systematicIncluded,
    healpix_url: flags.healpixUrl,
    nu_energy: flags.nuEnergy,
    p_astro: flags.pAstro,
    far: flags.far,
  });
  if (report.circle_probability < FAITHFUL_CIRCLE) {
    const percent = (100 * report.circle_probability).toFixed(1);
    process.stderr.write(`note: the error circle holds only ${percent} % of the map's probability; publish the map.\n`);
  }
  const text = `${JSON.stringify(report.notice, null, 2)}\n`;
  if (flags.outputDir === undefined) {
    process.stdout.write(text);
    return;
  }
  await ensureDirectory(flags.outputDir);
  const file = join(flags.outputDir, `${resultStem(path)}.notice.json`);
  await writeFiles([{ path: file, bytes: text }]);
  process.stdout.write(flags.json ? `${JSON.stringify([file], null, 2)}\n` : `${file}\n`);
}

function eventName(text: string): string {
  if (!/^IceCube-\d{6}[A-Z]$/.test(text)) throw new InvalidArgumentError('It must be a name such as IceCube-220524A.');
  return text;
}

function webAddress(text: string): string {
  if (!/^https?:\/\/\S+$/.test(text)) throw new InvalidArgumentError('It must begin with https:// or http://.');
  return text;
}

function alertTime(text: string): string {
  if (text === 'now') return new Date().toISOString();
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!isTime) throw new InvalidArgumentError('It must be a UTC time such as 2022-05-24T09:00:00Z, or now.');
  return text;
}
