/**
 * Further arguments of clients, as a starter of clients is given them: JSON, `{"debug-directory": "/data/debug", "debug":
 * true}` or a list of words, or `name:value` pairs as upstream's starter had them.
 */
import { ConfigError, nearestName } from '../../config/index.js';

/** An option of the `client` command: `--debug-directory`, and whether it takes a value. */
export interface ClientOption {
  readonly long: string;
  readonly takesValue: boolean;
}

/**
 * Words for the `client` command out of JSON.
 *
 * @throws ConfigError config/bad-value for what is not JSON, an option that clients do not have, or one that the starter
 *   gives itself
 */
export function argumentsOfJson(text: string, options: readonly ClientOption[]): string[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw bad(`The arguments for clients are not JSON: ${text.slice(0, 100)}`, FORMS);
  }
  if (Array.isArray(document) && document.every((word) => typeof word === 'string')) {
    return checked(document as string[], options);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw bad('The arguments for clients are neither a JSON object nor a list of words.', FORMS);
  }
  const words = Object.entries(document).flatMap(([name, value]) => {
    const long = `--${name.replace(/^-+/, '')}`;
    const known = optionOf(long, options);
    if (!known.takesValue) {
      if (typeof value !== 'boolean') throw bad(`${long} of clients takes no value: it is true or false.`, FORMS);
      return value ? [long] : [];
    }
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw bad(`${long} of clients takes a text or a number.`, FORMS);
    }
    return [long, String(value)];
  });
  return words;
}

/** Words for the `client` command out of `name:value` pairs. Throws as {@link argumentsOfJson}. */
export function argumentsOfPairs(pairs: readonly string[], options: readonly ClientOption[]): string[] {
  return pairs.flatMap((pair) => {
    const [, name, value] = /^-*([^:]+)(?::(.*))?$/s.exec(pair) ?? [];
    if (name === undefined) throw bad(`${JSON.stringify(pair)} is not name:value.`, FORMS);
    const long = `--${name}`;
    const known = optionOf(long, options);
    if (known.takesValue !== (value !== undefined && value !== '')) {
      throw bad(`${long} of clients takes ${known.takesValue ? 'a' : 'no'} value.`, FORMS);
    }
    return known.takesValue ? [long, value!] : [long];
  });
}

const FORMS = `For example --client-args-json '{"debug-directory": "/data/debug", "debug": true}'.`;

function checked(words: readonly string[], options: readonly ClientOption[]): string[] {
  for (const word of words) if (word.startsWith('--')) optionOf(word.split('=')[0]!, options);
  return [...words];
}

/** Options that the starter gives to clients itself, and where they are said. */
const OWN: Readonly<Record<string, string>> = {
  '--client-startup-json': 'Every client of a starter takes part in one scan: give its file to client-starter alone.',
  '--workers': 'Say --workers of client-starter: the jobs then ask for as many processors.',
};

function optionOf(long: string, options: readonly ClientOption[]): ClientOption {
  const own = OWN[long];
  if (own !== undefined) throw bad(`${long} may not be among the arguments for clients.`, own);
  const known = options.find((option) => option.long === long);
  if (known !== undefined) return known;
  const names = options.map((option) => option.long).filter((name) => OWN[name] === undefined);
  throw bad(`Clients have no option ${long}; did you mean ${nearestName(long, names)}?`, FORMS);
}

function bad(sentence: string, hint: string): ConfigError {
  return new ConfigError('config/bad-value', sentence, hint);
}
