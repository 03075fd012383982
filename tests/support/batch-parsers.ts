/**
 * Parsers of batch systems themselves, where this machine has them: HTCondor's through its Python bindings, Kubernetes'
 * through kubectl. Tests that need one print what is missing where there is none.
 */
import { execFileSync } from 'node:child_process';
import { describeUnless } from './needs.js';

/** A Python whose `htcondor` can take submit descriptions apart; null where there is none. */
function htcondorPython(): string | null {
  const candidates = [process.env.SKYMAP_HTCONDOR_PYTHON ?? '', '/usr/bin/python3', 'python3'];
  return candidates.find((python) => python !== '' && works(python, ['-W', 'ignore', '-c', PROBE])) ?? null;
}

const PROBE = "import htcondor; list(htcondor.Submit('executable = /bin/true\\nqueue 1').jobs(clusterid=1))";

/** A `describe` that runs where HTCondor's parser is. */
export function needsHtcondor(title: string, body: () => void): void {
  const missing = 'needs a Python with htcondor up to 24 (pip install "htcondor<25"), named by SKYMAP_HTCONDOR_PYTHON';
  describeUnless(htcondorPython() === null ? missing : null, title, body);
}

/** Attributes of the jobs that HTCondor makes of a submit description, as text. `items`: lines of the file it queues. */
export function htcondorJobs(
  text: string,
  env: Readonly<Record<string, string>>,
  items: readonly string[] | null = null,
): Record<string, string>[] {
  const program = `
import htcondor, json, sys
submit, items = htcondor.Submit(sys.stdin.read()), ${JSON.stringify(items) === 'null' ? 'None' : JSON.stringify(items)}
if items is None:
    jobs = submit.jobs(count=int(submit.getQArgs()), clusterid=7)
else:
    name = submit.getQArgs().split()[0]
    jobs = submit.jobs(itemdata=iter([{name: item} for item in items]), clusterid=7)
print(json.dumps([{k: str(job[k]) for k in job.keys()} for job in jobs]))`;
  const output = execFileSync(htcondorPython()!, ['-W', 'ignore', '-c', program], {
    input: text,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env },
  });
  return JSON.parse(output) as Record<string, string>[];
}

/** Words of an attribute in HTCondor's syntax: quotes may begin and end anywhere, a doubled one is one. */
export function htcondorWords(text: string): string[] {
  const words = text.match(/(?:'(?:[^']|'')*'|[^\s'])+/g) ?? [];
  return words.map((word) => word.replace(/'((?:[^']|'')*)'/g, (_, quoted: string) => quoted.replaceAll("''", "'")));
}

/** A `describe` that runs where kubectl is. It needs no cluster. */
export function needsKubectl(title: string, body: () => void): void {
  describeUnless(works('kubectl', ['version', '--client']) ? null : 'needs kubectl', title, body);
}

/** What kubectl makes of a Job, through the types of Kubernetes: keys that it does not know are gone. Throws for others. */
export function kubernetesJob(job: unknown): unknown {
  return kubectl(['set', 'env'], JSON.stringify(job));
}

/** Documents of a YAML file as they are, and what is left of each when it went through the types of Kubernetes. */
export function kubernetesDocuments(text: string): { readonly ours: unknown[]; readonly theirs: unknown[] } {
  const documents = text.split(/^---$/m);
  const ours = documents.map((document) => kubectl(['annotate'], document));
  const theirs = documents.map((document, i) => {
    const { kind } = ours[i] as { readonly kind: string };
    // Only what has pods goes through types without a cluster.
    return ['Job', 'Deployment', 'StatefulSet'].includes(kind) ? kubectl(['set', 'env'], document) : ours[i];
  });
  return { ours, theirs };
}

/** kubectl prints only what it has changed. */
const MARK = 'CHECKED';

function kubectl(command: readonly string[], input: string): unknown {
  const args = [...command, '--local', '--filename', '-', '--output', 'json', `${MARK}=yes`];
  const output = execFileSync('kubectl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  return unmarked(JSON.parse(output));
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry?.name !== MARK).map(unmarked);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, entry]) => key !== MARK && entry?.[MARK] === undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, unmarked(entry)]));
}

function works(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
