/**
 * JSON as Python writes it: bare NaN and Infinity outside of texts become null (specs/event-formats.md 1.1). The bytes
 * are looked over before they are parsed, so that a document of millions of nested lists is refused, not built.
 */
import { EventFormatError } from '../config/index.js';
import { DAMAGED_HINT, decodeTextStrictly } from './bytes.js';
import { MAX_DEPTH, MAX_VALUES } from './limits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses a JSON document.
 *
 * @param where begins the sentence of an error, usually the file's name.
 * @throws EventFormatError 'event/bad-json'.
 */
export function parseJsonBytes(bytes: Uint8Array, where: string): unknown {
  const text = decodeTextStrictly(bytes);
  if (text === null) throw badJson(where, 'is not UTF-8 text');
  return parseJsonText(text, where);
}

/** The same for a text. */
export function parseJsonText(text: string, where: string): unknown {
  const hasBareWords = inspect(text, where);
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return JSON.parse(hasBareWords ? replaceBareWords(body) : body);
  } catch (cause) {
    // The parser's own message may quote from the file at length; the position is what helps.
    const position = /position (\d+)/.exec(String(cause))?.[1];
    throw badJson(where, `is not valid JSON${position === undefined ? '' : ` (character ${position})`}`, cause);
  }
}

/** Checks depth and number of values; tells whether there is a bare word to replace. */
function inspect(text: string, where: string): boolean {
  let depth = 0;
  let values = 0;
  let hasBareWords = false;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) at = endOfText(text, at);
    else if (c === 0x5b || c === 0x7b) {
      values++;
      if (++depth > MAX_DEPTH) throw badJson(where, `nests more than ${MAX_DEPTH} lists and objects`);
    } else if (c === 0x5d || c === 0x7d) depth--;
    else if (c === 0x2c) values++;
    else if (c === 0x4e || c === 0x49) hasBareWords = true;
    if (values > MAX_VALUES) throw badJson(where, 'has more values than any event');
  }
  return hasBareWords;
}

function replaceBareWords(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const stop = quote < 0 ? text.length : quote;
    parts.push(text.slice(at, stop).replace(/-?Infinity|NaN/g, 'null'));
    if (quote < 0) break;
    at = endOfText(text, quote) + 1;
    parts.push(text.slice(quote, at));
  }
  return parts.join('');
}

/** Position of the quote that ends the text which begins at `start`; the last character where there is none. */
function endOfText(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
  return text.length - 1;
}

function badJson(where: string, what: string, cause?: unknown): EventFormatError {
  return new EventFormatError('event/bad-json', `${where} ${what}.`, DAMAGED_HINT, { cause });
}
