import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseProgression } from '../../src/scan/index.js';
import {
  htcondorJobs,
  htcondorWords,
  kubernetesDocuments,
  needsHtcondor,
  needsKubectl,
} from '../support/batch-parsers.js';
import { RESOURCES, ROOT } from './scripts.js';

const read = (path: string): string => readFileSync(join(RESOURCES, path), 'utf8');
const files = (folder: string): string[] => readdirSync(join(RESOURCES, folder)).map((name) => `${folder}/${name}`);
const SCRIPTS = [...files('launch_scripts'), ...files('containers')].filter((path) => read(path).startsWith('#!'));
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Runs a linter; '' where it has nothing to say, null (with a printed reason) where there is none. */
function lint(program: string, args: readonly string[], input?: string): string | null {
  const { status, stdout, error } = spawnSync(program, args, {
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined) {
    console.log(`skipped: ${program} on launch scripts: needs ${program} (apt-get install ${program})`);
    return null;
  }
  return status === 0 ? '' : stdout;
}

describe('the shell scripts', () => {
  it('can be run', () => {
    expect(SCRIPTS).toHaveLength(8);
    for (const path of SCRIPTS) accessSync(join(RESOURCES, path), constants.X_OK);
  });

  it('have nothing that shellcheck knows to be wrong', ({ skip }) => {
    const said = lint(
      'shellcheck',
      SCRIPTS.map((path) => join(RESOURCES, path)),
    );
    if (said === null) skip();
    expect(said).toBe('');
  });

  it('are set as shfmt sets them', ({ skip }) => {
    const said = lint('shfmt', ['-d', '-i', '2', '-ci', ...SCRIPTS.map((path) => join(RESOURCES, path))]);
    if (said === null) skip();
    expect(said).toBe('');
  });

  it('run the image of this version', () => {
    expect(read('launch_scripts/launch_container.sh')).toContain(`\nversion=${version}\n`);
    for (const path of [...files('kubernetes'), ...files('containers')]) {
      for (const [, tag] of read(path).matchAll(/skymap-scanner:(\S+)/g))
        expect(`${path} ${tag}`).toBe(`${path} ${version}`);
    }
  });
});

describe('the recipes of images', () => {
  const dockerfile = read('containers/Dockerfile').replaceAll(/\\\n\s*/g, '');
  const lines = dockerfile.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('copy what there is', () => {
    const sources = lines.flatMap((line) => {
      const words = line.split(/\s+/).filter((word) => !word.startsWith('--chmod'));
      return words[0] === 'COPY' && !words[1]!.startsWith('--from') ? words.slice(1, -1) : [];
    });
    const section = /%files\n((?: {4}.*\n)+)/.exec(read('containers/skymap-scanner.def'))![1]!;
    sources.push(
      ...section
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' ')[0]!),
    );
    expect(sources.length).toBeGreaterThan(15);
    for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true);
  });

  it('take from an earlier stage what it makes, and run what a shell understands', ({ skip }) => {
    const instructions = lines.map((line) => line.split(' ')[0]);
    const known = ['ARG', 'FROM', 'WORKDIR', 'COPY', 'RUN', 'USER', 'ENTRYPOINT', 'CMD'];
    expect(instructions.filter((word) => !known.includes(word!))).toEqual([]);
    const bodies = lines.flatMap((line) => (line.startsWith('RUN ') ? [line.slice(4)] : []));
    const post = /%post\n((?: {4}.*\n)+)/.exec(read('containers/skymap-scanner.def'))![1]!;
    for (const body of [...bodies, post]) {
      const said = lint('shellcheck', ['-s', 'sh', '-'], `${body}\n`);
      if (said === null) skip();
      expect(said).toBe('');
    }
  });
});

needsKubectl("the manifests, read by Kubernetes' own types", () => {
  it.each(files('kubernetes'))('%s has only keys that they know', (path) => {
    const { ours, theirs } = kubernetesDocuments(read(path));
    expect(ours.length).toBeGreaterThan(1);
    for (const [i, document] of ours.entries()) expect(theirs[i]).toMatchObject(document as object);
  });
});

needsHtcondor("the template for many events, read by HTCondor's own parser", () => {
  it('scans each of them, whatever its path', () => {
    const events = ['/data/events/a.json', '/data/my events/b c.i3.zst'];
    const jobs = htcondorJobs(read('condor/many-events.sub'), { SKYSCAN_LOG: 'INFO' }, events);
    expect(jobs).toHaveLength(2);
    const [, job] = jobs;
    const words = htcondorWords(job!.Arguments!);
    expect(words.slice(0, 5)).toEqual(['scan', '--event-file', events[1], '--reco-algo', 'pandel_mpe']);
    expect(words.slice(-5)).toEqual(['--output-dir', '/data/scans/b c.i3', '--workers', '4', '--quiet']);
    expect(parseProgression(words.slice(6, -5))).toHaveLength(3);
    expect(job).toMatchObject({ Out: '/data/scans/b c.i3.summary.txt', RequestCpus: '4', KillSig: 'SIGTERM' });
    expect(job!.Environment).toContain('SKYSCAN_LOG=INFO');
  });
});
