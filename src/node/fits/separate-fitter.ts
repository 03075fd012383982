/**
 * A fitter in a process of its own, for tasks that were handed out several times and never answered: maybe their clients
 * were just unlucky, maybe the fit takes its whole process with it (memory, a crash in native code). Here such a fit ends
 * only its own process, and that counts as an error of the task as any other.
 */
import { fork } from 'node:child_process';
import { type Fitter, FitterLost } from '../../client/index.js';
import type { FitThreadMessage } from './fit-thread.js';
import type { SeparateFitData } from './separate-fit.js';

/** Starts a process with the fit of a start-up file. */
export function separateFitter(data: SeparateFitData): Fitter {
  const child = fork(new URL('./separate-fit.js', import.meta.url), [], {
    serialization: 'advanced',
    execArgv: [],
    // What a reco prints must not mix with the command's answers.
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
  let waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void } | null = null;
  let loss: FitterLost | null = null;
  let settleReady: { resolve: () => void; reject: (error: Error) => void };
  const ready = new Promise<void>((resolve, reject) => {
    settleReady = { resolve, reject };
  });
  ready.catch(() => undefined);

  child.on('message', (message: FitThreadMessage) => {
    if (message.kind === 'ready') settleReady.resolve();
    else if (message.kind === 'broken') settleReady.reject(new Error(message.reason));
    else if (message.kind === 'fitted') take()?.resolve(message.answer);
    else take()?.reject(new Error(message.reason));
  });
  child.on('error', (error) => lose(`its process cannot be used: ${error.message}`));
  child.on('exit', (code, signal) =>
    lose(`its process ${signal === null ? `ended with code ${code}` : `was ended by ${signal}`}`),
  );
  child.send(data, ignore);

  return {
    ready,
    fit(task) {
      return new Promise((resolve, reject) => {
        if (loss !== null) return reject(loss);
        waiting = { resolve, reject };
        child.send(task, ignore);
      });
    },
    async kill() {
      lose('its process was ended');
      child.kill('SIGKILL');
    },
  };

  function take(): typeof waiting {
    const taken = waiting;
    waiting = null;
    return taken;
  }

  function lose(why: string): void {
    loss ??= new FitterLost(why);
    settleReady.reject(loss);
    take()?.reject(loss);
  }
}

/** A process that is gone is told of by its `exit`. */
function ignore(): void {}
