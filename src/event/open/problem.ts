/** What zod finds wrong with an open event, said so that a person can mend the file. */
import type { z } from 'zod';
import { EventFormatError } from '../../config/index.js';
import { printable } from '../printable.js';

const HINT = 'The format is described in docs/event-format.md and in resources/schemas/event.schema.json.';

/** The error of an open event: where in the document, and what is wrong there. */
export function badOpenEvent(name: string, path: readonly PropertyKey[], what: string): EventFormatError {
  const where = path.length === 0 ? name : `${name}: ${pathText(path)}`;
  return new EventFormatError('event/bad-open-event', `${where} ${what}.`, HINT);
}

/** The first of a document's issues as an error. */
export function errorOf(name: string, issues: readonly z.core.$ZodIssue[]): EventFormatError {
  const { path, issue } = deepest(issues[0]!);
  return badOpenEvent(name, path, sentenceOf(issue));
}

/** pulses[3].t_ns[17] */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${excerpt(String(step))}`))
    .join('')
    .replace(/^\./, '');
}

interface Located {
  readonly path: readonly PropertyKey[];
  readonly issue: z.core.$ZodIssue;
}

/** Of the alternatives of a union the one that fits best: the one whose first problem lies deepest. */
function deepest(issue: z.core.$ZodIssue): Located {
  if (issue.code !== 'invalid_union') return { path: issue.path, issue };
  let best: Located = { path: issue.path, issue };
  for (const branch of issue.errors) {
    if (branch[0] === undefined) continue;
    const inner = deepest(branch[0]);
    if (inner.path.length === 0 && inner.issue.code !== 'unrecognized_keys') continue;
    const path = [...issue.path, ...inner.path];
    if (best.issue === issue || path.length > best.path.length) best = { path, issue: inner.issue };
  }
  return best;
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing: it should be ${KINDS[issue.expected] ?? issue.expected}`
        : `should be ${KINDS[issue.expected] ?? issue.expected}, but is ${valueText(issue.input)}`;
    case 'invalid_value':
      return issue.input === undefined
        ? `is missing: it should be ${alternatives(issue.values)}`
        : `should be ${alternatives(issue.values)}, but is ${valueText(issue.input)}`;
    case 'unrecognized_keys':
      return `has a member that the format does not know: ${JSON.stringify(excerpt(issue.keys[0] ?? ''))}`;
    case 'too_small':
      return issue.origin === 'array'
        ? `should have ${issue.minimum} entries or more`
        : `should be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}, but is ${valueText(issue.input)}`;
    case 'too_big':
      if (issue.origin === 'string') return `is longer than ${issue.maximum} characters`;
      return issue.origin === 'array'
        ? `should have at most ${issue.maximum} entries`
        : `should be at most ${issue.maximum}, but is ${valueText(issue.input)}`;
    case 'invalid_union':
      return `${issue.message.startsWith('should') ? issue.message : 'should be one value, or a list with one for each pulse'}, but is ${valueText(issue.input)}`;
    default:
      return issue.message.startsWith('should') ? `${issue.message}, but is ${valueText(issue.input)}` : issue.message;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function alternatives(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(' or ');
}

function valueText(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return `the text ${JSON.stringify(excerpt(value))}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function excerpt(text: string): string {
  return printable(text, 40);
}
