import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/command.js';
import { type Ran, ROOT, runScript } from './scripts.js';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
let directory: string;

beforeEach(() => {
  directory = join(realpathSync(temporaryDirectory()), 'my, "own" scan');
  mkdirSync(directory);
});

const launch = (what: 'server' | 'client', args: readonly string[], env: Record<string, string> = {}): Ran =>
  runScript(`launch_scripts/launch_${what}.sh`, args, { env, cwd: directory, programs: ['docker'] });

/** Words that docker was given: what it mounts (target -> source), its variables, the image, what runs inside. */
function docker(ran: Ran) {
  const words = ran.given('docker')!;
  const mounts: Record<string, { source: string; isReadOnly: boolean }> = {};
  const variables: string[] = [];
  const flags: string[] = [];
  expect(words.shift()).toBe('run');
  for (;;) {
    const word = words.shift()!;
    if (word === '--mount') {
      const [, source, target, end] = /^type=bind,"source=(.*)",target=([^,]+)(,readonly)?$/.exec(words.shift()!) ?? [];
      mounts[target!] = { source: source!.replaceAll('""', '"'), isReadOnly: end !== undefined };
    } else if (word === '--env') variables.push(words.shift()!);
    else if (['--network', '--user', '--pull'].includes(word)) flags.push(`${word} ${words.shift()}`);
    else if (word.startsWith('--')) flags.push(word);
    else return { mounts, variables, flags, image: word, inside: words };
  }
}

describe('launch_server.sh', () => {
  it('mounts what the arguments name, and says what it is called inside', () => {
    writeFileSync(join(directory, 'an alert.json'), '{}');
    mkdirSync(join(directory, 'gcds'));
    const options = ['--event-file', 'an alert.json', '--cache-dir', 'new/cache', '--output-dir=out put', '-g', 'gcds'];
    const others = ['--nsides', '8:0', '64:12', '--reco-option', 'name=a b "c" $d', '--real-event'];
    const ran = launch('server', [...options, ...others, '--client-startup-json', 'shared/startup.json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const { mounts, inside, image, flags, variables } = docker(ran);
    const at = (name: string, isReadOnly: boolean) => ({ source: join(directory, name), isReadOnly });
    expect(mounts).toEqual({
      '/local/event': at('', true),
      '/local/cache': at('new/cache', false),
      '/local/output': at('out put', false),
      '/local/gcd': at('gcds', true),
      '/local/startup': at('shared', false),
    });
    expect(inside).toEqual([
      ...['skymap-scanner', 'server', '--event-file', '/local/event/an alert.json', '--cache-dir', '/local/cache'],
      ...['--output-dir', '/local/output', '-g', '/local/gcd', ...others],
      ...['--client-startup-json', '/local/startup/startup.json'],
    ]);
    expect(image).toBe(`skymap-scanner:${version}`);
    const user = `--user ${process.getuid!()}:${process.getgid!()}`;
    expect(flags).toEqual(['--rm', '--init', '--network host', user]);
    expect(variables).toEqual(['HOME=/tmp']);
    expect(existsSync(join(directory, 'out put'))).toBe(true);
  });

  it('hands over the variables of the scanner by name, so that no password is on a command line', () => {
    const ran = launch('server', [], {
      SKYSCAN_BROKER_AUTH: 'secret\nwith a line break',
      EWMS_PILOT_TASK_TIMEOUT: '900',
      _SKYSCAN_CI_MINI_TEST: '1',
      SKYSCAN_DOCKER_IMAGE_TAG: 'v9',
      SKYSCAN_DOCKER_ARGS: '--volume=/cvmfs:/cvmfs:ro --cpus=2',
      OTHER: 'SKYSCAN_NOT=1',
    });
    const { variables, image, flags } = docker(ran);
    expect(flags.slice(-2)).toEqual(['--volume=/cvmfs:/cvmfs:ro', '--cpus=2']);
    expect(variables.sort()).toEqual([
      'EWMS_PILOT_TASK_TIMEOUT',
      'HOME=/tmp',
      'SKYSCAN_BROKER_AUTH',
      '_SKYSCAN_CI_MINI_TEST',
    ]);
    expect(image).toBe('skymap-scanner:v9');
    expect(ran.given('docker')!.join(' ')).not.toContain('secret');
    expect(ran.environmentOf('docker').SKYSCAN_BROKER_AUTH).toBe('secret\nwith a line break');
  });

  it('mounts the file of EWMS, too', () => {
    writeFileSync(join(directory, 'ewms.json'), '{}');
    const ran = launch('server', [], { SKYSCAN_EWMS_JSON: 'ewms.json' });
    expect(docker(ran).mounts['/local/ewms']).toEqual({ source: directory, isReadOnly: true });
    expect(ran.environmentOf('docker').SKYSCAN_EWMS_JSON).toBe('/local/ewms/ewms.json');
  });

  it.each([
    [{}, undefined],
    [{ SKYSCAN_DOCKER_IMAGE: 'icecube/skymap_scanner' }, '--pull always'],
    [{ SKYSCAN_DOCKER_IMAGE: 'icecube/skymap_scanner', SKYSCAN_DOCKER_PULL_ALWAYS: '0' }, undefined],
    [{ SKYSCAN_DOCKER_PULL_ALWAYS: '1' }, '--pull always'],
  ])('pulls the image where it comes from elsewhere, or as it is told: %j', (env, pull) => {
    expect(docker(launch('server', [], env)).flags.find((flag) => flag.startsWith('--pull'))).toBe(pull);
  });

  it.each([
    [['--event-file', 'none.json'], /^error: The file none\.json \(--event-file\) does not exist\.\n$/],
    [['--gcd-dir', 'none'], /^error: The directory none \(--gcd-dir\) does not exist\.\n$/],
    [['--cache-dir'], /^error: --cache-dir needs a value\.\n$/],
  ])('refuses %j', (args, sentence) => {
    const ran = launch('server', args);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(sentence);
    expect(ran.given('docker')).toBeNull();
  });

  it('becomes docker, so that signals arrive', () => {
    const ran = launch('server', []);
    expect(ran.environmentOf('docker').PID).toBe(String(ran.pid));
  });
});

describe('launch_client.sh', () => {
  it('mounts the start-up file to be read, and leaves out what clients do not need', () => {
    writeFileSync(join(directory, 'startup.json'), '{}');
    const ran = launch('client', [
      ...['--client-startup-json', 'startup.json', '--debug-directory', 'debug', '--gcd-dir', '/nowhere'],
      ...['--workers', '3'],
    ]);
    const { mounts, inside } = docker(ran);
    expect(mounts).toEqual({
      '/local/startup': { source: directory, isReadOnly: true },
      '/local/debug': { source: join(directory, 'debug'), isReadOnly: false },
    });
    expect(inside).toEqual([
      ...['skymap-scanner', 'client', '--client-startup-json', '/local/startup/startup.json'],
      ...['--debug-directory', '/local/debug', '--workers', '3'],
    ]);
  });

  it('refuses a start-up file that is not there', () => {
    expect(launch('client', ['--client-startup-json', 'startup.json'])).toMatchObject({ code: 2 });
  });
});

describe('wait_for_file.sh', () => {
  const wait = (...args: string[]): Ran => runScript('launch_scripts/wait_for_file.sh', args, { cwd: directory });

  it('lists a file that is there', () => {
    writeFileSync(join(directory, 'a file'), '');
    expect(wait('a file', '0')).toMatchObject({ code: 0, stdout: expect.stringMatching(/ a file\n$/) });
  });

  it('waits, and has an exit code for each thing that can be wrong', () => {
    const startedMs = performance.now();
    expect(wait('none', '01')).toMatchObject({ code: 62, stderr: expect.stringMatching(/did not come within/) });
    expect(performance.now() - startedMs).toBeGreaterThan(500);
    expect(wait('none/none', '1')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/directory .* does not exist/),
    });
    expect(wait('none', '1.5')).toMatchObject({ code: 2, stderr: expect.stringMatching(/not a whole number/) });
    expect(wait('none')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Usage: /) });
  });
});

describe('what stands for Python in the image', () => {
  const python = (...args: string[]): Ran => runScript('containers/python', args, { programs: ['skymap-scanner'] });

  it.each([
    ['skymap_scanner.server', ['--reco-algo', 'a b'], 'server'],
    ['skymap_scanner.client', ['--client-startup-json', 'x y'], 'client'],
    ['skymap_scanner.client', ['--infile', 'i', '--outfile', 'o', '--client-startup-json', 's'], 'reco'],
    ['skymap_scanner.client', ['--infile=i', '--outfile=o'], 'reco'],
  ])('answers to -m %s %j', (module, args, command) => {
    const ran = python('-m', module, ...args);
    expect(ran.given('skymap-scanner')).toEqual([command, ...args]);
    expect(ran.environmentOf('skymap-scanner').PID).toBe(String(ran.pid));
  });

  it.each([[['-c', 'print(1)']], [['-m', 'http.server']], [['-m']], [[]]])('and to nothing else: %j', (args) => {
    const ran = python(...args);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^error: this image has no Python/);
  });

  it('has an env-shell.sh before it that changes nothing', () => {
    const ran = runScript('containers/env-shell.sh', ['skymap-scanner', 'a b'], { programs: ['skymap-scanner'] });
    expect(ran.given('skymap-scanner')).toEqual(['a b']);
  });
});
