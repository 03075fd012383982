/**
 * Ctrl-C and SIGTERM: the first asks to stop (an AbortSignal that whoever works looks at), the second ends the process
 * at once. Until `arm` is called signals do what they always do, so that even a busy loop can be ended.
 */

/** Exit code of a command that was ended by Ctrl-C. */
export const INTERRUPTED = 130;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** From now on the first signal only asks. */
  arm(): void;
  /** Hands the signals back to the system. */
  release(): void;
}

/** `onFirst` is called once, with the first signal; its name is the reason of the AbortSignal, too. */
export function interruptible(onFirst: (name: NodeJS.Signals) => void): Interrupt {
  const controller = new AbortController();
  const hear = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort(name);
    onFirst(name);
  };
  return {
    signal: controller.signal,
    arm() {
      process.on('SIGINT', hear).on('SIGTERM', hear);
    },
    release() {
      process.off('SIGINT', hear).off('SIGTERM', hear);
    },
  };
}
