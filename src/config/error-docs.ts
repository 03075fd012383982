/** The page docs/errors.md, made from the table of error codes. */
import { ERROR_CODES } from './error-codes.js';

/** Markdown: every code a user can meet, by area, with its meaning. */
export function errorDocs(): string {
  const areas = new Map<string, string[]>();
  for (const [code, meaning] of Object.entries(ERROR_CODES)) {
    const area = code.split('/')[0]!;
    const rows = areas.get(area) ?? [];
    rows.push(`| \`${code}\` | ${meaning} |`);
    areas.set(area, rows);
  }
  const sections = [...areas].map(
    ([area, rows]) => `## ${area}\n\n| code | meaning |\n| --- | --- |\n${rows.join('\n')}\n`,
  );
  return [
    '# Error codes',
    '',
    'Every error that is not a defect of the program has one of these codes. It is printed behind the sentence that says',
    'what is wrong and where; the line after it says what to do. `--debug` adds the stack trace. Exit codes: 1 the scan or a',
    'file failed, or no pixel of a scan has a fit, 2 the command line or a setting cannot be used, 130 ended by Ctrl-C.',
    '',
    ...sections,
  ].join('\n');
}
