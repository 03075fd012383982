/**
 * What a pool and a fitter in another thread say to each other, the same for threads of Node and web workers: first
 * `ready` or `broken`, then one answer a task.
 */
import { type Fitter, FitterLost } from '../client/index.js';
import type { Fit, RecoTask } from '../reco/index.js';

/** What a fitter's thread answers. */
export type FitterMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'fitted'; readonly answer: unknown }
  | { readonly kind: 'threw'; readonly reason: string };

/** The way to a thread. */
export interface FitterPort {
  post(task: RecoTask): void;
  /** Ends the thread at once. */
  end(): unknown;
}

/** A fitter on this side of a port. Whoever has the port hands in what it hears. */
export interface PortFitter extends Fitter {
  hear(message: FitterMessage): void;
  /** An answer that could not be read: the fit failed, the thread lives. */
  garbled(error: Error): void;
  /** The thread is gone. */
  lose(why: string): void;
}

/** The pool's side of the conversation. */
export function portFitter(port: FitterPort): PortFitter {
  let waiting: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void } | null = null;
  let loss: FitterLost | null = null;
  let isReady = false;
  let settleReady: { readonly resolve: () => void; readonly reject: (error: Error) => void };
  const ready = new Promise<void>((resolve, reject) => {
    settleReady = { resolve, reject };
  });
  ready.catch(() => undefined);

  return {
    ready,
    fit(task) {
      return new Promise((resolve, reject) => {
        if (loss !== null) return reject(loss);
        waiting = { resolve, reject };
        port.post(task);
      });
    },
    async kill() {
      lose('its thread was ended');
      await port.end();
    },
    hear(message) {
      if (message.kind === 'ready') {
        isReady = true;
        settleReady.resolve();
      } else if (message.kind === 'broken') settleReady.reject(new Error(message.reason));
      else if (message.kind === 'fitted') take()?.resolve(message.answer);
      else take()?.reject(new Error(message.reason));
    },
    garbled: (error) => take()?.reject(error),
    lose,
  };

  function take(): typeof waiting {
    const taken = waiting;
    waiting = null;
    return taken;
  }

  function lose(why: string): void {
    loss ??= new FitterLost(why);
    if (!isReady) settleReady.reject(loss);
    take()?.reject(loss);
  }
}

/**
 * The thread's side: builds the fit, says whether it can fit, and returns what is to be called with each task; null
 * where it never will.
 */
export async function answerTasks(
  build: () => Promise<Fit>,
  tell: (message: FitterMessage) => void,
): Promise<((task: RecoTask) => Promise<void>) | null> {
  let fitTask: Fit;
  try {
    fitTask = await build();
  } catch (error) {
    tell({ kind: 'broken', reason: reasonOf(error) });
    return null;
  }
  return async (task) => {
    try {
      tell({ kind: 'fitted', answer: await fitTask(task) });
    } catch (error) {
      tell({ kind: 'threw', reason: reasonOf(error) });
    }
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' || error.name.endsWith('RecoError') ? error.message : `${error.name}: ${error.message}`;
}
