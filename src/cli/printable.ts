/** Texts that come from files and from other machines, on their way to a terminal. */

/** The text without control characters but line ends and tabs: none that would move the cursor or change a colour. */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '\ufffd');
}
