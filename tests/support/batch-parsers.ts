/**
 * Parsers of batch systems themselves, where this machine has them: HTCondor's through its Python bindings, Kubernetes'
 * through kubectl. Tests that need one print what is missing where there is none.
 */
import { execFileSync } from 'node:child_process';
import { describe } from 'vitest';

/** A Python whose `htcondor` can take submit descriptions apart; null where there is none. */
function htcondorPython(): string | null {
  const candidates = [process.env.SKYMAP_HTCONDOR_PYTHON ?? '', '/usr/bin/python3', 'python3'];
  return candidates.find((python) => python !== '' && works(python, ['-W', 'ignore', '-c', PROBE])) ?? null;
}

const PROBE = "import htcondor; list(htcondor.Submit('executable = /bin/true\\nqueue 1').jobs(clusterid=1))";

/** A `describe` that runs where HTCondor's parser is. */
export function needsHtcondor(title: string, body: () => void): void {
  when(
    title,
    htcondorPython() === null
      ? 'needs a Python with htcondor up to 24 (pip install "htcondor<25"), named by SKYMAP_HTCONDOR_PYTHON'
      : null,
    body,
  );
}

/** Attributes of the jobs that HTCondor makes of a submit description, as text. */
export function htcondorJobs(text: string, env: Readonly<Record<string, string>>): Record<string, string>[] {
  const program = `
import htcondor, json, sys
submit = htcondor.Submit(sys.stdin.read())
count = int(submit.getQArgs())
print(json.dumps([{k: str(job[k]) for k in job.keys()} for job in submit.jobs(count=count, clusterid=7)]))`;
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
  when(title, works('kubectl', ['version', '--client']) ? null : 'needs kubectl', body);
}

/** What kubectl makes of a Job, through the types of Kubernetes: keys that it does not know are gone. Throws for others. */
export function kubernetesJob(job: unknown): unknown {
  const args = ['set', 'env', '--local', '--filename', '-', '--output', 'json', 'CHECKED=yes'];
  const output = execFileSync('kubectl', args, {
    input: JSON.stringify(job),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return JSON.parse(output);
}

function works(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

function when(title: string, missing: string | null, body: () => void): void {
  if (missing === null) describe(title, body);
  else {
    console.log(`skipped: ${title}: ${missing}`);
    describe.skip(title, body);
  }
}
