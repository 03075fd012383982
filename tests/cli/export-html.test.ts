import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
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

  it('shows the event beside the map, unless it is told not to or it is another one', async () => {
    const beside = temporaryDirectory();
    const stem = 'run00000001.evt000000000007.track';
    const result = valley(20_000, { runId: 1, eventId: 7, eventType: 'track', isRealEvent: false });
    writeFileSync(join(beside, `${stem}_8_64.npz`), writeNpz(result));
    const copy = join(beside, `${stem}.event.json.gz`);
    writeFileSync(copy, gzipSync(readFileSync(await simulatedEvent())));
    const report = async (...words: string[]): Promise<string> => {
      const file = join(beside, 'report.html');
      const { code, stderr } = await runCommand(['export', join(beside, `${stem}_8_64.npz`), '--html', file, ...words]);
      expect(code, stderr).toBe(0);
      return readFileSync(file, 'utf8');
    };
    const shown = await report();
    expect(shown).toContain('<div id="event">');
    expect(shown).toContain(`${stem}.event.json.gz (SHA-256 `);
    expect(shown).not.toContain('another checksum');
    expect(await report('--no-event-file')).not.toContain('<div id="event">');

    const manifest = { progress: {}, event_metadata: { run_id: 1, event_id: 7 }, event_file: { sha256: '00' } };
    writeFileSync(join(beside, 'scan-manifest.json'), JSON.stringify(manifest));
    expect(await report()).toContain('another checksum');

    const other = readFileSync(await simulatedEvent(), 'utf8').replace('"event_id":7', '"event_id":8');
    writeFileSync(copy, gzipSync(other));
    const without = await report();
    expect(without).not.toContain('<div id="event">');
    expect(without).toContain('The event beside the map is not shown. ');
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
