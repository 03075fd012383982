/** `event`: what is in an event file; and any event as an open event. */
import { Command } from 'commander';
import { GCD_DIR } from './arguments.js';
import { printable } from './printable.js';

const EXAMPLES = `
Examples:
  skymap-scanner event alert.json
  skymap-scanner event alert.json --json
  skymap-scanner event alert.pkl --gcd-dir /data/gcd --to-open event.json

Times are ns since the start of the readout, charges photo-electrons (PE), positions metres in the detector's frame.
Directions say where a particle comes from. docs/event-format.md describes the open event format.`;

interface EventArguments {
  readonly gcdDir?: string;
  readonly toOpen?: string;
  readonly json?: boolean;
}

export function eventCommand(): Command {
  return new Command('event')
    .summary('say what is in an event file')
    .description(
      'Says what is in an event file: who and when, pulses, earlier fits with their place on the sky, where the detector ' +
        'comes from, and what is odd about it. Can write the event in the open event format.',
    )
    .argument('<file>', 'alert message (.json, .pkl), .i3 file (also .gz, .bz2, .zst), GCD file or open event')
    .option('-g, --gcd-dir <dir>', GCD_DIR)
    .option('--to-open <file>', 'write the event as an open event, with its detector; - for standard output')
    .option('--json', 'print JSON instead of text; directions in radians')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(event);
}

async function event(path: string, args: EventArguments): Promise<void> {
  const { describeEvent, SkymapError, writeOpenEvent } = await import('../index.js');
  const { loadEvent, writeFiles } = await import('../node/index.js');
  const { eventText } = await import('./event-text.js');
  const { loadGcd } = await import('./gcd-file.js');

  const loaded = await loadEvent(path, args.gcdDir === undefined ? {} : { gcdDir: args.gcdDir }).catch(
    async (error: unknown) => {
      // A file without an event may be a detector description, which is worth a few words too.
      const isEventless = error instanceof SkymapError && error.code === 'event/missing-object';
      const detector = isEventless && args.toOpen === undefined ? await loadGcd(path) : null;
      if (detector === null) throw error;
      return { detector };
    },
  );
  if (!('event' in loaded)) {
    const { name, string, isOn, provenance } = loaded.detector;
    const off = isOn.filter((on) => on === 0).length;
    const description = {
      gcd: { kind: 'full', name, n_modules: string.length, n_off: off },
      detector_notes: provenance,
    };
    process.stdout.write(
      args.json
        ? `${JSON.stringify(description, null, 2)}\n`
        : printable(`No event, but a detector.\n${provenance.join('\n')}\n`),
    );
    return;
  }
  if (args.toOpen !== undefined) {
    const isBuiltin = loaded.event.openDetector === 'IC86';
    const text = writeOpenEvent(loaded.event, isBuiltin ? undefined : loaded.detector);
    if (args.toOpen === '-') {
      process.stdout.write(text);
      return;
    }
    await writeFiles([{ path: args.toOpen, bytes: text }]);
  }
  const { provenance } = loaded.detector;
  process.stdout.write(
    args.json
      ? `${JSON.stringify({ ...describeEvent(loaded.event), detector_notes: provenance }, null, 2)}\n`
      : printable(eventText(loaded.event, provenance)),
  );
}
