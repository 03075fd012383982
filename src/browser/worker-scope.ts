/** The global scope of a dedicated worker, with the messages that it speaks. */

export interface WorkerScope<In, Out> {
  onmessage: ((event: { readonly data: In }) => void) | null;
  postMessage(message: Out, transfer?: readonly ArrayBuffer[]): void;
}

export function workerScope<In, Out>(): WorkerScope<In, Out> {
  const scope = self as unknown as { postMessage(message: Out, transfer: readonly ArrayBuffer[]): void };
  return {
    set onmessage(hear: ((event: { readonly data: In }) => void) | null) {
      (self as unknown as { onmessage: typeof hear }).onmessage = hear;
    },
    get onmessage() {
      return (self as unknown as { onmessage: ((event: { readonly data: In }) => void) | null }).onmessage;
    },
    postMessage: (message, transfer = []) => scope.postMessage(message, transfer),
  };
}
