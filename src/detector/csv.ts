/** Reads the project's own detector tables: comma-separated numbers, one line of column names, comments after `#`. */

/** The rows of a table, each with its columns by name, as text. Throws a plain Error where a row is too short. */
export function readCsv(bytes: Uint8Array): Readonly<Record<string, string>>[] {
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'));
  const columns = (lines[0] ?? '').split(',');
  return lines.slice(1).map((line) => {
    const fields = line.split(',');
    if (fields.length !== columns.length) throw new Error(`A detector table has a damaged row: "${line}".`);
    return Object.fromEntries(columns.map((column, i) => [column, fields[i]!]));
  });
}
