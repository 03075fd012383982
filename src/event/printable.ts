/** Names out of a file as error messages may show them: a file can call its objects anything. */

/** The text in characters fit for a terminal, cut to `max` of them. */
export function printable(text: string, max = 60): string {
  const start = text.slice(0, max + 1).replace(/[^\x20-\x7e]/g, '?');
  return start.length > max ? `${start.slice(0, max - 3)}...` : start;
}
