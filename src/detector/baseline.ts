/** Which baseline GCD file belongs to an event: specs/event-formats.md 11.4 and 11.5. */
import type { DecodedEvent } from '../event/index.js';

/** What alerts of 2016 call `current-gcd`. */
const CURRENT_GCD_2016 = '2016_01_08_Run127381.i3';
const COMPRESSIONS = ['', '.gz', '.bz2', '.zst'] as const;

/** The file name that an alert's differences refer to, without any path; null where the event names none. */
export function baselineNameOf(event: Pick<DecodedEvent, 'gcdDifferences'>): string | null {
  const name = event.gcdDifferences?.baselineName.split(/[\\/]/).at(-1) ?? '';
  if (name === '') return null;
  return name === 'current-gcd' ? CURRENT_GCD_2016 : name;
}

/**
 * The baseline file of an event among the file names of a GCD directory, or null where there is none or none is
 * needed. An alert names its file (also found compressed). A packet without any detector data takes, going through the
 * names in order, the first one and then every one whose number in the name is smaller than the run.
 */
export function chooseBaseline(
  names: readonly string[],
  event: Pick<DecodedEvent, 'gcdDifferences' | 'fullGcd' | 'openDetector' | 'header'>,
): string | null {
  if (event.fullGcd !== null || event.openDetector !== null) return null;
  const files = names.filter((name) => plainName(name).endsWith('.i3')).sort();
  if (event.gcdDifferences !== null) {
    const wanted = baselineNameOf(event);
    const candidates = COMPRESSIONS.map((suffix) => `${wanted}${suffix}`);
    return candidates.find((candidate) => files.includes(candidate)) ?? null;
  }
  let chosen = files[0] ?? null;
  for (const name of files) {
    const number = runNumberOf(plainName(name));
    if (number !== null && number < event.header.runId) chosen = name;
  }
  return chosen;
}

/** `2016_01_08_Run127381.i3` or `baseline_gcd_135417.i3` -> the number; other names -> null. */
function runNumberOf(name: string): number | null {
  const digits = /^[^_]*_[^_]*_[^_]*_Run(\d+)\.i3$/.exec(name)?.[1] ?? /^baseline_gcd_(\d+)\.i3$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

function plainName(name: string): string {
  return name.replace(/\.(gz|bz2|zst)$/, '');
}
