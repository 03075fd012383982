/**
 * A fitter that is a program of any language (`--reco-command`). It speaks lines of JSON: the first line it reads is the
 * event, every further one a task, and it writes one line for each task. A program may also end (with exit code 0) after
 * an answer: it is started again for the next task. resources/examples/README.md has the protocol.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Fitter, FitterLost } from '../../client/index.js';
import type { RecoTask } from '../../reco/index.js';

/** An answer longer than this without a line end is no answer, characters. */
const MAX_LINE = 1_000_000;
/** How much of the end of standard error is kept for the reason of a failure, characters. */
const MAX_COMPLAINT = 2_000;

/** What a program is given at its start. */
export interface FitProcessData {
  /** Shell command. */
  readonly command: string;
  /** First line on its standard input, without the line end. */
  readonly greeting: string;
}

/** A program with the tasks it answered. */
interface Running {
  readonly child: ChildProcess;
  answers: number;
  complaint: string;
}

interface Waiting {
  /** The answer must repeat it: a program that writes a line too many would otherwise answer for the wrong pixels. */
  readonly id: number;
  readonly task: RecoTask;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Makes a fitter out of a command. The program starts with the first task. */
export function processFitter({ command, greeting }: FitProcessData): Fitter {
  let running: Running | null = null;
  let waiting: Waiting | null = null;
  let lastId = 0;
  let isKilled = false;

  return {
    ready: Promise.resolve(),
    fit(task) {
      return new Promise((resolve, reject) => {
        if (isKilled) return reject(new FitterLost('the program was ended'));
        waiting = { id: ++lastId, task, resolve, reject };
        ask();
      });
    },
    async kill() {
      isKilled = true;
      lose('the program was ended');
    },
  };

  function ask(): void {
    running ??= start();
    running.child.stdin!.write(`${JSON.stringify(taskLine(waiting!))}\n`);
  }

  function start(): Running {
    // An own process group: a shell command may start others, and all of them must end with it.
    const child = spawn(command, { shell: true, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const me: Running = { child, answers: 0, complaint: '' };
    let line = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      line += text;
      for (let end = line.indexOf('\n'); end >= 0 && running === me; end = line.indexOf('\n')) {
        const whole = line.slice(0, end);
        line = line.slice(end + 1);
        if (whole.trim() !== '') hear(me, whole);
      }
      if (line.length > MAX_LINE && running === me) lose('the program wrote a line without an end');
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      me.complaint = (me.complaint + text).slice(-MAX_COMPLAINT);
    });
    // A program that ends without reading breaks the pipe; what matters is told by `close`.
    child.stdin!.on('error', () => undefined);
    child.on('error', (error) => {
      if (running === me) lose(`the program cannot be started: ${error.message}`);
    });
    child.on('close', (code, signal) => {
      if (running !== me) return;
      running = null;
      if (waiting === null) return;
      // The end and the task may have crossed: a program that has answered before gets the task again.
      if (code === 0 && me.answers > 0) return ask();
      const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      lose(`the program ${how} without an answer${saying(me.complaint)}`);
    });
    child.stdin!.write(`${greeting}\n`);
    return me;
  }

  function hear(me: Running, line: string): void {
    let answer: unknown;
    try {
      answer = JSON.parse(line.replace(/(?<=[[,:\s])-?(NaN|Infinity)(?=[\],}\s])/g, 'null'));
    } catch {
      lose(`the program wrote something that is not JSON: ${line.slice(0, 80)}`);
      return;
    }
    const { id, error } = (answer ?? {}) as { readonly id?: unknown; readonly error?: unknown };
    if (waiting === null || id !== waiting.id) {
      lose(`the program wrote an answer without the id of its task: ${line.slice(0, 80)}`);
      return;
    }
    const { task, resolve, reject } = waiting;
    waiting = null;
    me.answers++;
    if (error !== undefined) reject(new Error(String(error)));
    else resolve([resultOf(task, answer)]);
  }

  function lose(why: string): void {
    end();
    const lost = waiting;
    waiting = null;
    lost?.reject(new FitterLost(why));
  }

  function end(): void {
    const pid = running?.child.pid;
    running = null;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }
}

/** A task of one variation as a program reads it; null where a number is not known. */
function taskLine({ id, task }: Waiting): unknown {
  const { nside, pixel, zenith, azimuth, variations } = task;
  const [first] = variations;
  const seeds = first!.seeds.map(({ x, y, z, timeNs, energyGev }) => {
    return { position_m: [x, y, z], t_ns: timeNs, energy_gev: Number.isNaN(energyGev) ? null : energyGev };
  });
  return { task: { id, nside, pixel, zenith_rad: zenith, azimuth_rad: azimuth, seeds } };
}

/** What a program wrote, with NaN for everything it left out. The pool looks at the figures. */
function resultOf({ nside, pixel, variations }: RecoTask, answer: unknown): unknown {
  const given = (answer ?? {}) as Record<string, unknown>;
  const [x, y, z] = Array.isArray(given.position_m) ? (given.position_m as unknown[]) : [];
  if (given.llh === undefined) return null;
  return {
    nside,
    pixel,
    variation: variations[0]!.variation,
    llh: given.llh ?? Number.NaN,
    x: x ?? Number.NaN,
    y: y ?? Number.NaN,
    z: z ?? Number.NaN,
    timeNs: given.t_ns ?? Number.NaN,
    eInGev: given.e_in_gev ?? Number.NaN,
    eTotGev: given.e_tot_gev ?? Number.NaN,
    energyGev: given.energy_gev ?? given.e_in_gev ?? Number.NaN,
  };
}

function saying(complaint: string): string {
  const last = complaint.trim().split('\n').at(-1)?.trim() ?? '';
  return last === '' ? '' : `; its last words: ${last}`;
}
