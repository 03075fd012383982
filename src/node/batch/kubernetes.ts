/**
 * Clients as a Job of Kubernetes: a manifest with the start-up file (ConfigMap), the broker's address and password
 * (Secret) and the Job. The Job is a pool: clients that fail are replaced, and when the scan is over, which is when the
 * first one ends well, no more are started.
 */
import { gzipSync } from 'node:zlib';
import { ConfigError } from '../../config/index.js';
import { type ClientJobs, isForClients, type Submission } from './types.js';

/** Objects of Kubernetes carry 1 MiB, encoded. */
const CONFIG_MAP_LIMIT = 1_000_000;
const STARTUP_NAME = 'startup.json.gz';
const SECRET = /^SKYSCAN_BROKER_ADDRESS$|_AUTH$/;
const DAY_S = 86_400;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param startup the start-up file
 * @param environment of whoever submits
 * @param namespace '' for the one that kubectl is set to
 */
export function kubernetesSubmission(
  jobs: ClientJobs,
  startup: Uint8Array,
  environment: Environment,
  namespace: string,
): Submission {
  const { image, name, settings } = jobs;
  if (image === null) throw refused('Kubernetes needs an image to run.', 'Say --image.');
  if (settings.length > 0 || jobs.group !== null) {
    throw refused(
      '--batch-option and --accounting-group are for HTCondor and Slurm.',
      'Print the manifest with --dryrun, change it, and hand it to kubectl.',
    );
  }
  const variables = Object.entries({ ...jobs.defaults, ...environment }).flatMap(([key, value]) =>
    isForClients(key) && (value ?? '') !== '' ? [[key, value!] as const] : [],
  );
  const secrets = variables.filter(([key]) => SECRET.test(key));
  const open = variables.filter(([key]) => !SECRET.test(key));
  const manifest = (shown: (key: string, value: string) => string): string => {
    const items = [
      configMap(name, startup),
      secret(name, Object.fromEntries(secrets.map(([key, value]) => [key, shown(key, value)]))),
      job(jobs, image, open),
    ];
    return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`;
  };
  const where = namespace === '' ? [] : ['--namespace', namespace];
  return {
    fileName: 'clients.json',
    text: manifest((key) => `(the value of ${key} when the clients were started)`),
    submit: () => ({
      program: 'kubectl',
      args: ['apply', ...where, '--filename', '-'],
      input: manifest((_, value) => value),
    }),
    jobOf: () => name,
    stop: () => ['kubectl delete', ...where, `job/${name} configmap/${name} secret/${name}`].join(' '),
  };
}

function labels(name: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'skymap-scanner', 'app.kubernetes.io/component': 'client', job: name };
}

function configMap(name: string, startup: Uint8Array): unknown {
  const packed = gzipSync(startup, { level: 9 }).toString('base64');
  if (packed.length > CONFIG_MAP_LIMIT) {
    throw refused(
      `The start-up file has ${packed.length} bytes when packed, more than a ConfigMap takes (1 MiB).`,
      'Put it onto a volume that the pods mount, and change the manifest that --dryrun prints for another event.',
    );
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: labels(name) },
    binaryData: { [STARTUP_NAME]: packed },
  };
}

function secret(name: string, values: Readonly<Record<string, string>>): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: labels(name) },
    type: 'Opaque',
    stringData: values,
  };
}

function job(
  { name, jobs, workers, memoryMib, clientArguments, scanId }: ClientJobs,
  image: string,
  variables: readonly (readonly [string, string])[],
): unknown {
  const startup = `/startup/${STARTUP_NAME}`;
  // As Kubernetes itself would write it.
  const memory = memoryMib % 1024 === 0 ? `${memoryMib / 1024}Gi` : `${memoryMib}Mi`;
  const container = {
    name: 'client',
    image,
    command: ['skymap-scanner', 'client', '--client-startup-json', startup, '--workers', String(workers)].concat(
      clientArguments.map(literal),
    ),
    env: variables.map(([key, value]) => ({ name: key, value: literal(value) })),
    envFrom: [{ secretRef: { name } }],
    resources: {
      requests: { cpu: String(workers), memory },
      limits: { memory },
    },
    securityContext: { allowPrivilegeEscalation: false },
    volumeMounts: [{ name: 'startup', mountPath: '/startup', readOnly: true }],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: labels(name), annotations: { 'skymap-scanner/scan': scanId } },
    spec: {
      parallelism: jobs,
      backoffLimit: 3 * jobs,
      ttlSecondsAfterFinished: DAY_S,
      template: {
        metadata: { labels: labels(name) },
        spec: {
          restartPolicy: 'Never',
          // The client is not process 1 then, which would not hear SIGTERM while it starts.
          shareProcessNamespace: true,
          terminationGracePeriodSeconds: 30,
          containers: [container],
          volumes: [{ name: 'startup', configMap: { name } }],
        },
      },
    },
  };
}

/** Kubernetes replaces $(NAME) in words and values. */
function literal(text: string): string {
  return text.replaceAll('$(', '$$$$(');
}

function refused(sentence: string, hint: string): ConfigError {
  return new ConfigError('config/bad-value', sentence, hint);
}
