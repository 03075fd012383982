import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeNpz } from '../../src/result/index.js';
import { ensurePages } from '../browser/support.js';
import { simulatedEvent } from '../integration/support.js';
import { runCommand, temporaryDirectory } from '../support/command.js';
import { valley } from '../web/support.js';

const NAME = 'run00136662.evt000035405932.BRONZE_8_64.npz';

describe('export --html', () => {
  let directory: string;
  beforeAll(() => {
    ensurePages();
    directory = temporaryDirectory();
    writeFileSync(join(directory, NAME), writeNpz(valley()));
  });

  it('writes the report alone, and its name to standard output', async () => {
    const file = join(directory, 'report.html');
    const { code, stdout } = await runCommand(['export', join(directory, NAME), '--html', file]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${file}\n`);
    expect(readdirSync(directory).sort()).toEqual(['report.html', NAME].sort());
    const html = readFileSync(file, 'utf8');
    expect(html).toMatch(/^<!DOCTYPE html>/);
    expect(html).toContain('Run 136662, event 35405932, BRONZE');
  });

  it('writes the same bytes again, and other files where they are asked for', async () => {
    const files = [join(directory, 'a.html'), join(directory, 'b.html')];
    for (const file of files) {
      const words = [
        'export',
        join(directory, NAME),
        '--html',
        file,
        '--format',
        'contours-csv',
        '--output-dir',
        directory,
        '--json',
      ];
      const { stdout } = await runCommand(words);
      const written = JSON.parse(stdout) as { format: string }[];
      expect(written.map(({ format }) => format)).toEqual(['contours-csv', 'html']);
    }
    expect(readFileSync(files[0]!, 'utf8')).toBe(readFileSync(files[1]!, 'utf8'));
  });

  it('refuses the event of another map with a sentence', async () => {
    const file = join(directory, 'other.html');
    const { code, stderr } = await runCommand([
      'export',
      join(directory, NAME),
      '--html',
      file,
      '--event-file',
      await simulatedEvent(),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('is run 1, event 7, but the map is that of run 136662, event 35405932');
    expect(existsSync(file)).toBe(false);
  });
});
