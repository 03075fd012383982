/**
 * Writing header cards of FITS (FITS Standard 4.0, section 4): 80 ASCII characters `KEYWORD = value / comment`. Names of more
 * than eight characters become HIERARCH cards, texts of more than 68 characters go on in CONTINUE cards (4.2.1.2).
 */
import type { CardValue } from '../../fits/index.js';
import { pythonFloat } from '../json.js';

/** A card that can be written. */
export interface Card {
  readonly key: string;
  readonly value: CardValue;
  readonly comment?: string;
  /** Spells a number as a floating-point one even where it is whole. */
  readonly isReal?: boolean;
}

const CARD = 80;
const BLOCK = 2880;
/** Characters of text that one card takes. */
const TEXT = 68;

/** A number that is real, not counted: `3` is written `3.0`. */
export function realCard(key: string, value: number, comment?: string): Card {
  return comment === undefined ? { key, value, isReal: true } : { key, value, isReal: true, comment };
}

/** The bytes of a header: the cards, END, blanks up to a multiple of 2880. */
export function headerBytes(cards: readonly Card[]): Uint8Array {
  const lines = [...cards.flatMap(cardLines), 'END'].map((line) => line.padEnd(CARD));
  const text = lines.join('');
  return new TextEncoder().encode(text.padEnd(Math.ceil(text.length / BLOCK) * BLOCK));
}

function cardLines(card: Card): string[] {
  const comment = card.comment === undefined ? '' : ` / ${ascii(card.comment)}`;
  const isLong = card.key.length > 8;
  const start = isLong ? `HIERARCH ${card.key} = ` : `${card.key.padEnd(8)}= `;
  if (typeof card.value !== 'string') {
    const value = spelled(card);
    return [(start + (isLong ? value : value.padStart(20)) + comment).slice(0, CARD)];
  }
  const quoted = ascii(card.value).replaceAll("'", "''");
  const room = Math.min(TEXT, CARD - start.length - 2);
  if (quoted.length <= room)
    return [(start + `'${quoted.padEnd(8)}'`.padEnd(isLong ? 0 : 20) + comment).slice(0, CARD)];
  const [first, ...others] = pieces(quoted, room - 1);
  return [
    `${start}'${first}&'`,
    ...others.map((piece, i) => `CONTINUE  '${piece}${i < others.length - 1 ? '&' : ''}'`),
  ];
}

/** Cuts a quoted text so that no doubled quote is torn. */
function pieces(quoted: string, room: number): string[] {
  const out: string[] = [];
  for (let rest = quoted; rest !== ''; ) {
    let end = Math.min(room, rest.length);
    const quotes = /'*$/.exec(rest.slice(0, end))![0].length;
    if (quotes % 2 === 1) end--;
    out.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return out;
}

function spelled({ value, isReal }: Card): string {
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  return isReal ? pythonFloat(value as number).toUpperCase() : String(value);
}

/** FITS headers hold printable ASCII only. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?');
}
