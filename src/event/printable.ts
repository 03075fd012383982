/** Names out of a file as error messages may show them: a file can call its objects anything. */

/** The text without what a terminal could take as a command (control and format characters), cut to `max`. */
export function printable(text: string, max = 60): string {
  const start = text.length > max ? `${text.slice(0, max - 3)}...` : text;
  return start.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}
