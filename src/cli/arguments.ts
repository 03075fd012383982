/** Reading single arguments. What is wrong with one is said in commander's sentence: "... is invalid. It must be ...". */
import { InvalidArgumentError } from 'commander';

/** What --gcd-dir is, wherever an event is read. */
export const GCD_DIR: string =
  'baseline GCD files that alerts refer to; default: /opt/i3-data/baseline_gcds or, in ' +
  '/cvmfs/icecube.opensciencegrid.org, users/RealTime/GCD/PoleBaseGCDs, where there is one; for a missing file the ' +
  'built-in IC86';

/** A reader of whole numbers in a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A reader of numbers in a range, ends included. */
export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    return value;
  };
}

/** Collects name=value pairs of an option that may be given several times; the last value of a name counts. */
export function namedValue(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, at).trim();
  if (at < 0 || name === '') throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [name]: text.slice(at + 1).trim() };
}
