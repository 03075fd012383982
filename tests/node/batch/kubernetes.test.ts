import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kubernetesSubmission } from '../../../src/node/batch/kubernetes.js';
import { kubernetesJob, needsKubectl } from '../../support/batch-parsers.js';
import { ARGUMENTS, clientJobs } from './jobs.js';

const STARTUP = new TextEncoder().encode('{"scan_id": "x"}');
const ENV = {
  SKYSCAN_BROKER_ADDRESS: 'scanner:secret-1@host',
  SKYSCAN_BROKER_AUTH: 'secret-2',
  SKYSCAN_SKYDRIVER_AUTH: 'secret-3',
  SKYSCAN_MQ_TIMEOUT_TO_CLIENTS: '60 $(HOME)',
  SKYSCAN_LOG: '',
  HOME: '/root',
};

type Any = any;

const submission = (...[other]: Parameters<typeof clientJobs>) =>
  kubernetesSubmission(clientJobs({ image: 'skymap-scanner:1', ...other }), STARTUP, ENV, 'sky');
const items = (text: string): Any => JSON.parse(text).items;

describe('a manifest', () => {
  it('is applied from standard input, and only there it has secrets', () => {
    const { text, submit, stop } = submission();
    expect(text).not.toMatch(/secret-\d/);
    const { program, args, input } = submit('/x');
    expect([program, ...args]).toEqual(['kubectl', 'apply', '--namespace', 'sky', '--filename', '-']);
    expect(items(input!)[1]).toMatchObject({
      kind: 'Secret',
      stringData: { SKYSCAN_BROKER_ADDRESS: 'scanner:secret-1@host', SKYSCAN_BROKER_AUTH: 'secret-2' },
    });
    expect(input).not.toContain('secret-3');
    expect(stop('x')).toBe(
      'kubectl delete --namespace sky job/skyscan-20240101-120000 configmap/skyscan-20240101-120000 secret/skyscan-20240101-120000',
    );
  });

  it('carries the start-up file, packed, to where the client looks for it', () => {
    const [map, , job] = items(submission().text);
    const [[name, packed]] = Object.entries(map.binaryData) as [[string, string]];
    expect(new Uint8Array(gunzipSync(Buffer.from(packed, 'base64')))).toEqual(new Uint8Array(STARTUP));
    const { containers, volumes } = job.spec.template.spec;
    const [{ command, volumeMounts, envFrom }] = containers;
    expect(command.slice(0, 4)).toEqual(['skymap-scanner', 'client', '--client-startup-json', `/startup/${name}`]);
    expect(volumeMounts).toEqual([{ name: 'startup', mountPath: '/startup', readOnly: true }]);
    expect(volumes).toEqual([{ name: 'startup', configMap: { name: map.metadata.name } }]);
    expect(envFrom).toEqual([{ secretRef: { name: map.metadata.name } }]);
  });

  it('leaves words and values as they are: Kubernetes would replace $(NAME)', () => {
    const [{ command, env }] = items(submission().text)[2].spec.template.spec.containers;
    const read = (text: string): string => text.replaceAll('$$(', '$(');
    expect(command.slice(-3).map(read)).toEqual(ARGUMENTS);
    expect(command.join()).toContain('$$(ProcId)');
    expect(env).toEqual([
      { name: 'EWMS_PILOT_TASK_TIMEOUT', value: '1200' },
      { name: 'SKYSCAN_MQ_TIMEOUT_TO_CLIENTS', value: '60 $$(HOME)' },
    ]);
  });

  it('is refused without an image, with what Kubernetes does not have, and for a file that it cannot carry', () => {
    expect(() => submission({ image: null })).toThrow(/needs an image/);
    expect(() => submission({ group: 'me' })).toThrow(/for HTCondor and Slurm/);
    const noise = randomBytes(900_000);
    const jobs = clientJobs({ image: 'x' });
    expect(() => kubernetesSubmission(jobs, noise, ENV, '')).toThrow(/more than a ConfigMap takes/);
  });
});

needsKubectl("a manifest, read by Kubernetes' own types", () => {
  /** Everything of `ours` is in `theirs`. */
  function expectKept(theirs: Any, ours: Any): void {
    if (Array.isArray(ours)) for (const [i, value] of ours.entries()) expectKept(theirs[i], value);
    else if (typeof ours === 'object') {
      for (const [key, value] of Object.entries(ours)) {
        expect(Object.keys(theirs ?? {})).toContain(key);
        expectKept(theirs[key], value);
      }
    } else expect(theirs).toBe(ours);
  }

  it('is a Job of which they know every key', () => {
    const job = items(submission().text)[2];
    expectKept(kubernetesJob(job), job);
    expect(job.spec).toMatchObject({ parallelism: 3, backoffLimit: 9 });
    expect(job.spec.template.spec.containers[0].resources).toEqual({
      requests: { cpu: '2', memory: '2Gi' },
      limits: { memory: '2Gi' },
    });
  });

  it('would not be if a key or a type were wrong', () => {
    const job = items(submission().text)[2];
    const misspelt = { ...job, spec: { ...job.spec, paralelism: 3 } };
    expect(() => expectKept(kubernetesJob(misspelt), misspelt)).toThrow();
    expect(() => kubernetesJob({ ...job, spec: { ...job.spec, parallelism: '3' } })).toThrow(/cannot unmarshal/);
  });
});
