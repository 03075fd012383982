import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../support/close.js';
import { temporaryDirectory } from '../support/command.js';
import { filesOf, mapOf, STEM, scan, simulatedEvent, writeModule } from './support.js';

const EXAMPLES = fileURLToPath(new URL('../../resources/examples/', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.log('skipped: reco commands in Python: python3 is not there (apt-get install python3)');

const SMALL = ['--nsides', '1:0', '2:12'] as const;
const map = (directory: string) => mapOf(directory, `${STEM}_1_2.npz`);

let event: string;
beforeAll(async () => {
  event = await simulatedEvent();
});

/** A program that answers tasks as told, without Python: its text is run by this Node. */
function writeProgram(body: string): string {
  const path = join(temporaryDirectory(), 'program.mjs');
  writeFileSync(
    path,
    `import { createInterface } from 'node:readline';
let count = -1;
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (++count === 0) continue;
  const { task } = message;
  const answer = (value) => process.stdout.write(JSON.stringify({ id: task.id, ...value }) + '\\n');
  ${body}
  answer({ llh: 100 + ((task.pixel * 7) % 12) });
}
`,
  );
  return `${process.execPath} ${path}`;
}

/** llh of the coarsest pixels, 12 of them; NaN where a pixel was given up. */
const llhOf = (directory: string): number[] => [...map(directory).maps[0]!.llh];
const GOOD = Array.from({ length: 12 }, (_, pixel) => 100 + ((pixel * 7) % 12));

interface Accident {
  readonly pixel: number;
  readonly does: string;
  readonly reason: string;
}

/** Scans with a reco that has accidents at some pixels, and looks at what becomes of these and of the others. */
async function expectAccidents(accidents: readonly Accident[], reco: (accidents: readonly Accident[]) => string[]) {
  const { code, directory, stderr } = await scan(event, [
    ...reco(accidents),
    ...SMALL,
    '--task-timeout',
    '1',
    '--debug',
  ]);
  for (const { pixel, reason } of accidents) {
    expect(stderr).toContain(`Given up: nside 1 pixel ${pixel} after 3 tries: ${reason}`);
  }
  expect(code).toBe(0);
  const isBad = (pixel: number) => accidents.some((accident) => accident.pixel === pixel);
  expect(llhOf(directory)).toEqual(GOOD.map((llh, pixel) => (isBad(pixel) ? Number.NaN : llh)));
}

describe('the examples', () => {
  it.skipIf(!hasPython)('fit the same map, one as a module in threads, one as a Python program', async () => {
    const nsides = ['--nsides', '1:0', '4:12', '--reco-option', 'sigma_ns=200'];
    const module = await scan(event, ['--reco-module', join(EXAMPLES, 'reco-module.mjs'), ...nsides]);
    const program = await scan(event, ['--reco-command', `python3 ${join(EXAMPLES, 'reco_command.py')}`, ...nsides]);
    expect([module.code, program.code]).toEqual([0, 0]);
    const [a, b] = [module, program].map(({ directory }) => mapOf(directory, `${STEM}_1_4.npz`));
    for (const [i, one] of a!.maps.entries()) {
      const other = b!.maps[i]!;
      expect([...other.pixel]).toEqual([...one.pixel]);
      for (const p of one.pixel.keys()) {
        expectClose(other.llh[p]!, one.llh[p]!, { relative: 1e-12 });
        expectClose(other.t[p]!, one.t[p]!, { relative: 1e-12 });
      }
    }
  });
});

describe('a reco from a module', () => {
  it('may print: it goes to standard error, the answer on standard output stays clean', async () => {
    const path = writeModule('console.log("hello from", pixel);', { prepare: 'console.error("preparing");' });
    const { code, stdout, stderr } = await scan(event, ['--reco-module', path, ...SMALL, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ reco_algo: 'mine', n_failed_pixels: 0 });
    // All of it: a thread that is ended after its last answer has printed before.
    expect(stderr.match(/hello from \d+/g)).toHaveLength(JSON.parse(stdout).n_recos);
  });

  it('runs in as many threads as it is told, without a murmur', async () => {
    const { code, stderr } = await scan(event, [
      '--reco-module',
      writeModule(''),
      '--nsides',
      '1:0',
      '--workers',
      '14',
    ]);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/warning/i);
  });

  it('may fail in any way for some pixels: they are tried again and reported, and nothing else is lost', async () => {
    await expectAccidents(
      [
        { pixel: 1, does: 'throw new TypeError("no luck")', reason: 'TypeError: no luck' },
        { pixel: 3, does: 'for (;;) {}', reason: 'no answer within 1 s' },
        { pixel: 4, does: 'process.exit(7)', reason: 'its thread ended by itself with code 7' },
        { pixel: 6, does: 'return [{ ...ok[0], llh: "low" }]', reason: 'the fit returned the text "low" as llh' },
        { pixel: 7, does: 'return new Promise(() => {})', reason: 'no answer within 1 s' },
        {
          pixel: 9,
          does: 'setTimeout(() => { throw new Error("late"); }); return new Promise(() => {})',
          reason: 'its thread died: late',
        },
      ],
      (accidents) => [
        '--reco-module',
        writeModule(
          accidents.map(({ pixel, does }) => `if (nside === 1 && pixel === ${pixel}) { ${does}; }`).join('\n'),
        ),
      ],
    );
  });

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['does not parse', writeModule('', { top: 'const = ;' }), /cannot be loaded: SyntaxError/],
    ['needs another module', writeModule('', { top: 'import "./missing.mjs";' }), /cannot be loaded: .*missing\.mjs/],
    [
      'throws while it prepares',
      writeModule('', { prepare: 'throw new Error("no hits");' }),
      /could not prepare the event: no hits/,
    ],
    ['prepares nonsense', writeModule('', { prepare: 'return 5;' }), /without a seed vertex/],
    [
      'prepares what cannot be handed to threads',
      writeModule('', {
        prepare: 'return { seedVertex: { x: 0, y: 0, z: 0, timeNs: 0 }, hlcTimes: null, data: { f() {} }, notes: [] };',
      }),
      /could not be cloned/,
    ],
    [
      'cannot build its fit',
      writeModule('', { createFit: 'throw new Error("no table");' }),
      /error: A worker could not start: no table\./,
    ],
    [
      'fails on every pixel',
      writeModule('throw new Error("wrong units");'),
      /None of the first \d+ tasks could be fitted.*wrong units/s,
    ],
  ];
  it.each(broken)('that %s ends the scan with one sentence', async (_, path, sentence) => {
    const { code, directory, stdout, stderr } = await scan(event, ['--reco-module', path, ...SMALL, '--quiet']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(sentence);
    expect(stderr.match(/^(internal )?error: /gm)).toEqual(['error: ']);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(filesOf(directory).filter((name) => name !== 'scan-manifest.json')).toEqual([]);
  });
});

describe('a scan in which no pixel has a likelihood', () => {
  it('leaves its map, says so, and does not end as if there were a position', async () => {
    const path = writeModule('return [{ ...ok[0], llh: NaN }];');
    const { code, directory, stdout, stderr } = await scan(event, ['--reco-module', path, '--nsides', '1:0', '--json']);
    expect(stderr).toContain('every fit failed');
    expect(JSON.parse(stdout)).toMatchObject({ best_fit: null, n_failed_pixels: 12 });
    expect(mapOf(directory, `${STEM}_1.npz`).maps[0]!.pixel).toHaveLength(12);
    expect(code).toBe(1);
  });
});

describe('a reco command', () => {
  it('may end after an answer: it is started again for the next pixel', async () => {
    const program = writeProgram(
      'process.stdout.write(JSON.stringify({ id: task.id, llh: 100 + ((task.pixel * 7) % 12) }) + "\\n", () => process.exit(0)); continue;',
    );
    const { code, directory } = await scan(event, ['--reco-command', program, '--nsides', '1:0']);
    expect(code).toBe(0);
    expect([...mapOf(directory, `${STEM}_1.npz`).maps[0]!.llh]).toEqual(GOOD);
  });

  it('may fail in any way for some pixels: they are tried again and reported, and nothing else is lost', async () => {
    await expectAccidents(
      [
        {
          pixel: 1,
          does: 'console.error("out of ice"); process.exit(9)',
          reason: 'the program ended with exit code 9 without an answer; its last words: out of ice',
        },
        { pixel: 2, does: 'process.kill(process.pid, "SIGSEGV"); continue', reason: 'the program ' },
        { pixel: 4, does: 'console.log("llh is 5")', reason: 'the program wrote something that is not JSON: llh is 5' },
        { pixel: 5, does: 'await new Promise((resolve) => setTimeout(resolve, 1e6))', reason: 'no answer within 1 s' },
        { pixel: 7, does: 'answer({ error: "no hits" }); continue', reason: 'no hits' },
        { pixel: 8, does: 'answer({ t_ns: 5 }); continue', reason: 'the fit returned null as a result' },
        {
          pixel: 10,
          does: 'answer({ llh: 1, id: 0 }); continue',
          reason: 'the program wrote an answer without the id of its task',
        },
      ],
      (accidents) => [
        '--reco-command',
        writeProgram(
          accidents
            .map(({ pixel, does }) => `if (task.nside === 1 && task.pixel === ${pixel}) { ${does}; }`)
            .join('\n'),
        ),
      ],
    );
  });

  it('that answers one line too many never shifts answers to the wrong pixel', async () => {
    const body = 'if (task.nside === 1 && task.pixel === 3) answer({ llh: 103 + 6 });';
    const { directory } = await scan(event, ['--reco-command', writeProgram(body), ...SMALL]);
    expect(llhOf(directory).filter((llh, pixel) => pixel !== 3 && llh !== GOOD[pixel])).toEqual([]);
  });

  it('that was changed since is run again, although the command is the same', async () => {
    const program = writeProgram('');
    const { directory } = await scan(event, ['--reco-command', program, '--nsides', '1:0']);
    const file = program.split(' ')[1]!;
    writeFileSync(file, readFileSync(file, 'utf8').replace('100 +', '200 +'));
    await scan(event, ['--reco-command', program, '--nsides', '1:0'], { directory });
    expect(mapOf(directory, `${STEM}_1.npz`).maps[0]!.llh[0]).toBe(200);
  });

  it('that does not exist ends the scan with one sentence', async () => {
    const { code, stderr } = await scan(event, ['--reco-command', 'no-such-program-here', ...SMALL, '--quiet']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: None of the first 10 tasks could be fitted.*exit code 127.*not found/s);
  });
});

describe('pixels that were given up', () => {
  it('are no reason to fail when a scan goes on with nothing but them', async () => {
    const path = writeModule('if (pixel > 0) throw new Error("never");');
    const args = ['--reco-module', path, '--nsides', '2:0'];
    const first = await scan(event, args);
    expect(first.code).toBe(0);
    const again = await scan(event, [...args, '--retry-failed'], { directory: first.directory });
    expect(again.stderr).toContain('Going on with 1 results');
    expect(again.code).toBe(0);
  });

  it('stay so when a scan goes on, and are tried again with --retry-failed', async () => {
    const directory = temporaryDirectory();
    const marker = join(directory, 'mended');
    const path = writeModule('if (pixel === 3 && !existsSync(process.env.MARKER)) throw new Error("broken");', {
      top: 'import { existsSync } from "node:fs";',
    });
    const args = ['--reco-module', path, '--nsides', '1:0'];
    const env = { MARKER: marker };
    const llhs = () => [...mapOf(directory, `${STEM}_1.npz`).maps[0]!.llh];
    expect((await scan(event, args, { directory, env })).code).toBe(0);
    writeFileSync(marker, '');
    expect((await scan(event, args, { directory, env })).code).toBe(0);
    expect(llhs()).toEqual(GOOD.map((llh, pixel) => (pixel === 3 ? Number.NaN : llh)));
    const { stderr } = await scan(event, [...args, '--retry-failed'], { directory, env });
    expect(stderr).toContain('Going on with 11 results');
    expect(llhs()).toEqual(GOOD);
  });
});

describe('a damaged journal', () => {
  it('is used up to the damage: the other fits are made again, and a person is told', async () => {
    const args = ['--reco-module', writeModule(''), '--nsides', '1:0'];
    const first = await scan(event, args);
    const cache = join(first.directory, 'cache', STEM);
    const journal = join(cache, readdirSync(cache).find((name) => name.endsWith('.journal'))!);
    const bytes = readFileSync(journal);
    const half = Math.floor(bytes.length / 2);
    bytes[half]! ^= 1;
    writeFileSync(journal, bytes);
    const again = await scan(event, args, { directory: first.directory });
    expect(again.stderr).toMatch(/The last \d+ bytes of .*\.journal are cut short or damaged and are dropped/);
    expect(again.stderr).toMatch(/Going on with [3-9] results/);
    expect([...mapOf(first.directory, `${STEM}_1.npz`).maps[0]!.llh]).toEqual(GOOD);
    expect(readFileSync(journal)).toHaveLength(bytes.length);
  });
});

describe('crash_dummy', () => {
  it('fits or reports every pixel, whatever happens to its workers', async () => {
    const args = [
      '--reco-algo',
      'crash_dummy',
      '--reco-option',
      'crash_probability=0.3',
      '--task-timeout',
      '0.2',
      ...SMALL,
    ];
    const { code, directory, stdout } = await scan(event, [...args, '--json']);
    expect(code).toBe(0);
    const failed = map(directory).maps.flatMap(({ llh }) => [...llh].filter(Number.isNaN)).length;
    expect(JSON.parse(stdout).n_failed_pixels).toBe(failed);
    const reference = await scan(event, [...SMALL]);
    const crashes = llhOf(directory);
    for (const [pixel, llh] of llhOf(reference.directory).entries()) {
      if (!Number.isNaN(crashes[pixel])) expect(crashes[pixel]).toBe(llh);
    }
  });
});

describe('the library alone', () => {
  it('makes the same map as the command, as the example shows', async () => {
    const { directory } = await scan(event, ['--reco-algo', 'pandel_mpe', '--nsides', '1:0', '2:4']);
    const map = join(temporaryDirectory(), 'map.npz');
    const words = [join(EXAMPLES, 'library.mjs'), event, map, 'pandel_mpe', '1:0', '2:4'];
    const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect(stderr).toMatch(/^(round \d\n)+$/);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Position +RA/m);
    expect(readFileSync(map)).toEqual(readFileSync(join(directory, `${STEM}_1_2.npz`)));
  });
});
