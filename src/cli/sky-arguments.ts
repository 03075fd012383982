/** What commands that ask a map have in common: positions, levels, lists and the blur. Degrees, ICRS (J2000). */
import { Argument, InvalidArgumentError, Option } from 'commander';
import { numberBetween } from './arguments.js';

/** The last words of every help that has to do with probability. */
export const ABOUT_PROBABILITY = `Positions are ICRS (J2000) in degrees, areas square degrees. Probability is exp(-delta llh), blurred with a Gaussian of
the angular error floor: 0 for none, by default what the summary beside the result says, else 0.2 degrees. llh is -ln L.`;

export function resultArgument(name = 'result', about = 'result file of a scan (.npz or .json)'): Argument {
  return new Argument(`<${name}>`, about);
}

export function raArgument(): Argument {
  return new Argument('<ra>', 'right ascension in degrees, 0 to 360').argParser(numberBetween(0, 360));
}

export function decArgument(): Argument {
  return new Argument('<dec>', 'declination in degrees, -90 to 90').argParser(numberBetween(-90, 90));
}

export function floorOption(): Option {
  return new Option(
    '--angular-error-floor <deg>',
    'sigma of the blur (what the summary beside the result says, else 0.2)',
  ).argParser(numberBetween(0, 20));
}

export function levelOption(): Option {
  return new Option('--level <levels...>', 'levels of the regions, fractions of 1 (0.5 0.9)').argParser(levels);
}

/** Thresholds in 2 delta llh instead of levels. */
export function deltaOption(): Option {
  return new Option(
    '--delta-llh <values...>',
    'regions of the pixels with 2 delta llh below these (22.2 64.2 are published, for millipede_original only)',
  )
    .argParser(deltas)
    .conflicts(['level', 'wilks']);
}

function deltas(text: string, before: readonly number[] = []): number[] {
  const values = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  if (!values.every((value) => value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError('Thresholds in 2 delta llh are positive numbers.');
  }
  return [...before, ...values];
}

/** Levels of one word after those of earlier ones: `0.5 0.9` and `0.5,0.9` are the same. */
function levels(text: string, before: readonly number[] = []): number[] {
  const values = text.split(',').map((word) => {
    const value = word.trim() === '' ? Number.NaN : Number(word);
    if (!(value > 0 && value < 1)) {
      throw new InvalidArgumentError('Levels are fractions between 0 and 1: 0.9 is 90 %.');
    }
    return value;
  });
  return [...before, ...values];
}

/** An option that takes several words of a few, with commas or blanks between them. */
export function listOption(flags: string, about: string, choices: readonly string[], value: readonly string[]): Option {
  return new Option(flags, about).argParser(listOf(choices)).default([...value], value.join(','));
}

function listOf(choices: readonly string[]): (text: string) => string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !choices.includes(name));
    if (unknown !== undefined) throw new InvalidArgumentError(`It must be a list of ${choices.join(', ')}.`);
    return names;
  };
}

/** Reads `RA,dec`. */
export function position(text: string): { raDeg: number; decDeg: number } {
  const [raDeg, decDeg, ...others] = numbers(text);
  if (others.length > 0 || !isPosition(raDeg, decDeg)) {
    throw new InvalidArgumentError('It must be RA,dec in degrees (RA 0 to 360, dec -90 to 90), for example 47.2,-3.5.');
  }
  return { raDeg: raDeg!, decDeg: decDeg! };
}

/** Reads `RA,dec,radius`. */
export function cone(text: string): { raDeg: number; decDeg: number; radiusDeg: number } {
  const [raDeg, decDeg, radiusDeg, ...others] = numbers(text);
  if (others.length > 0 || !isPosition(raDeg, decDeg) || !(radiusDeg! > 0 && radiusDeg! <= 180)) {
    throw new InvalidArgumentError(
      'It must be RA,dec,radius in degrees (RA 0 to 360, dec -90 to 90, radius up to 180), for example 47.2,-3.5,1.',
    );
  }
  return { raDeg: raDeg!, decDeg: decDeg!, radiusDeg: radiusDeg! };
}

function numbers(text: string): number[] {
  return text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
}

function isPosition(raDeg: number | undefined, decDeg: number | undefined): boolean {
  return raDeg! >= 0 && raDeg! <= 360 && decDeg! >= -90 && decDeg! <= 90;
}
