import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand, temporaryDirectory } from '../support/command.js';
import { filesOf, scan, simulatedEvent } from './support.js';

let event: string;
beforeAll(async () => {
  event = await simulatedEvent();
  const folder = dirname(event);
  writeFileSync(join(folder, 'empty.json'), '');
  writeFileSync(join(folder, 'text.json'), 'hello');
  writeFileSync(join(folder, 'torn.json'), readFileSync(event).subarray(0, 5000));
  writeFileSync(join(folder, 'file'), '');
});

/** Arguments after `scan`, EVENT for the event file, exit code, and what the one sentence must say. */
type Refused = [words: string, exitCode: number, sentence: RegExp, env?: Record<string, string>];
const REFUSED: Refused[] = [
  ['', 2, /required option '-e, --event-file <file>' not specified/],
  ['--event-file EVENT', 2, /No reconstruction was chosen/],
  ['--event-file EVENT --reco-algo dumy', 2, /no reconstruction "dumy"/],
  ['--event-file EVENT --reco-algo dummy --reco-command x', 2, /cannot be used with option/],
  ['--event-file EVENT --reco-algo dummy --real-event --simulated-event', 2, /cannot be used with option/],
  ['--event-file EVENT --reco-algo dummy --real-event', 2, /its run is 1, and real runs have numbers from 100000/],
  ['--event-file EVENT --reco-algo dummy --nside 1:0', 2, /unknown option '--nside'/],
  ['--event-file EVENT --reco-algo dummy --nsides', 2, /"--output-dir" is not a pair/],
  ['--event-file EVENT --reco-algo dummy --nsides 1', 2, /"1" is not a pair/],
  ['--event-file EVENT --reco-algo dummy --nsides 1:1', 2, /first extension must be 0/],
  ['--event-file EVENT --reco-algo dummy --nsides 2:0 1:12', 2, /must ascend/],
  ['--event-file EVENT --reco-algo dummy --nsides 3:0', 2, /not a positive power of two/],
  ['--event-file EVENT --reco-algo dummy --workers 0', 2, /'--workers <number>' argument '0' is invalid/],
  ['--event-file EVENT --reco-algo dummy --workers two', 2, /whole number from 1/],
  ['--event-file EVENT --reco-algo dummy --task-timeout -1', 2, /'--task-timeout <seconds>' argument '-1' is invalid/],
  ['--event-file EVENT --reco-algo dummy --angular-error-floor NaN', 2, /number from 0 to 20/],
  ['--event-file EVENT --reco-algo dummy --predictive-scanning-threshold 0.05', 2, /number from 0.1 to 1/],
  ['--event-file EVENT --reco-algo dummy --reco-option delay', 2, /It must be name=value/],
  ['--event-file EVENT --reco-algo dummy --reco-option delay_s=soon', 2, /delay_s=soon is not a number/],
  ['--event-file EVENT --reco-algo dummy --reco-option speed=9', 2, /dummy has no option "speed"/],
  ['--event-file EVENT --reco-algo dummy --ice-model glacier', 2, /no ice model named "glacier"/],
  ['--event-file EVENT --reco-algo dummy --gcd-dir DIR/nowhere', 1, /GCD directory .*nowhere does not exist/],
  ['--event-file EVENT --reco-algo dummy --gcd-dir DIR/file', 1, /is not a directory/],
  ['--event-file EVENT --reco-module DIR/nowhere.mjs', 1, /reco module .*nowhere\.mjs does not exist/],
  ['--event-file EVENT --reco-module DIR', 1, /is not a file/],
  ['--event-file EVENT --reco-command', 2, /too many arguments|argument missing/],
  ['--event-file DIR/nowhere.json --reco-algo dummy', 1, /event file .*nowhere\.json does not exist/],
  ['--event-file DIR --reco-algo dummy', 1, /is a directory, not a file/],
  ['--event-file DIR/file/event.json --reco-algo dummy', 1, /cannot be read|a part of the path is a file/],
  ['--event-file DIR/empty.json --reco-algo dummy', 1, /empty\.json is empty/],
  ['--event-file DIR/text.json --reco-algo dummy', 1, /text\.json is no event file/],
  ['--event-file DIR/torn.json --reco-algo dummy', 1, /torn\.json/],
  ['--event-file EVENT --reco-algo dummy --output-dir DIR/file/out', 1, /file\/out.* cannot be written/],
  ['--event-file EVENT --reco-algo dummy --cache-dir DIR/file/cache', 1, /file\/cache.* cannot be written/],
  [
    '--event-file EVENT --reco-algo dummy',
    2,
    /SKYSCAN_PROGRESS_INTERVAL_SEC is "often", not a number of seconds/,
    { SKYSCAN_PROGRESS_INTERVAL_SEC: 'often' },
  ],
  ['--event-file EVENT --reco-algo dummy', 2, /EWMS_PILOT_TASK_TIMEOUT is "0"/, { EWMS_PILOT_TASK_TIMEOUT: '0' }],
  ['--event-file EVENT --reco-algo dummy extra', 2, /too many arguments/],
];

describe('what cannot be done', () => {
  it.each(REFUSED)('scan %s: exit code %i', async (words, exitCode, sentence, env = {}) => {
    const folder = dirname(event);
    const before = readdirSync(folder).sort();
    const output = temporaryDirectory();
    const args = words
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => word.replace('EVENT', event).replace('DIR', folder));
    if (!args.includes('--output-dir')) args.push('--output-dir', output);
    const { code, stdout, stderr } = await runCommand(['scan', ...args], {
      cwd: output,
      env,
    });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(exitCode);
    expect(stdout).toBe('');
    expect(stderr.match(/error: /g)).toHaveLength(1);
    expect(stderr).not.toMatch(/^ {4}at |internal error|node:/m);
    // A line of its own, and a hint: nobody has to search.
    expect(stderr.split('\n').length).toBeLessThan(9);
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(readdirSync(output).filter((name) => name !== 'cache')).toEqual([]);
  });

  it('is refused for other commands in the same way', async () => {
    expect(await runCommand(['scna'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Did you mean scan?'),
    });
    expect(await runCommand([])).toMatchObject({ code: 2, stdout: '' });
    expect((await runCommand(['tables', 'make'])).stderr).toMatch(
      /\n {7}"skymap-scanner tables make --help" explains it\.\n$/,
    );
    for (const words of [
      ['scan', '--help'],
      ['help', 'scan'],
    ]) {
      const { code, stdout, stderr } = await runCommand(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: skymap-scanner scan /);
    }
  });

  it('is told in one sentence where the answer itself finds no room', async () => {
    const { code, stderr } = await runCommand(['event', event], { before: ['sh', '-c', '"$0" "$@" > /dev/full'] });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: The standard output cannot be written: no space is left on the device\.\n {7}.+\n {7}\[/,
    );
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('shows a stack trace to those who ask for it', async () => {
    const { code, stderr } = await scan(join(dirname(event), 'text.json'), ['--debug']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ {4}at /m);
  });
});

describe('a disk that is full', () => {
  const why = canMount();
  it.skipIf(why !== null)('ends the scan with one sentence and leaves no partial file', async () => {
    const disk = join(temporaryDirectory(), 'disk');
    mkdirSync(disk);
    const command = `mount -t tmpfs -o size=64k tmpfs ${disk} && "$@"; code=$?; ls -A ${disk} | sed 's/^/left: /'; exit $code`;
    const { code, stdout, stderr } = await scan(event, ['--quiet', '--cache-dir', temporaryDirectory()], {
      directory: disk,
      before: ['sh', '-c', 'exec unshare -m sh -c "$0" sh "$@"', command],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: The file .* cannot be written: no space is left on the device\./);
    expect(stderr.match(/error: /g)).toHaveLength(1);
    const left = stdout.match(/left: .*/g) ?? [];
    // What the running scan had written whole may be there, the scan's results may not.
    expect(left.filter((line) => /summary|multiorder|tmp/.test(line))).toEqual([]);
  });
  if (why !== null) console.log(`skipped: a full disk: ${why}`);

  it('ends the scan with one sentence too when it is the journal that finds no room', async () => {
    const { code, directory, stdout, stderr } = await scan(event, ['--quiet', '--nsides', '4:0'], {
      before: ['prlimit', '--fsize=8000'],
    });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error: The journal .* cannot be written: it would be larger than files may be here\./);
    expect(filesOf(directory).filter((name) => name !== 'scan-manifest.json' && !/_4\./.test(name))).toEqual([]);
  });
});

/** Whether this machine lets us make a small disk of our own; the reason where it does not. */
function canMount(): string | null {
  const tried = spawnSync('sh', ['-c', 'unshare -m true']);
  return tried.status === 0 ? null : 'unshare -m needs root (run the tests as root to include it)';
}
