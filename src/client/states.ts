/** The states of a client, as data: what each means and where it may go. */
export type ClientState = 'starting' | 'waiting' | 'running' | 'draining' | 'stopped' | 'failed';

export const CLIENT_STATES: Readonly<
  Record<ClientState, { readonly about: string; readonly next: readonly ClientState[] }>
> = {
  starting: { about: 'its runner gets ready: threads start, fits are built', next: ['waiting', 'stopped', 'failed'] },
  waiting: { about: 'ready, no task in hand', next: ['running', 'draining', 'stopped', 'failed'] },
  running: { about: 'at least one task in hand', next: ['waiting', 'draining', 'stopped', 'failed'] },
  draining: { about: 'takes no more tasks, finishes those that it has begun', next: ['stopped', 'failed'] },
  stopped: { about: 'over; tasks it had in hand went back to the queue', next: [] },
  failed: { about: 'over because of an error that trying again does not help', next: [] },
};

/** Whether a client in this state will never do anything again. */
export function isOver(state: ClientState): boolean {
  return CLIENT_STATES[state].next.length === 0;
}
