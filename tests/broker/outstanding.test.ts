import { describe, expect, it } from 'vitest';
import { Outstanding } from '../../src/broker/outstanding.js';
import type { RecoTask } from '../../src/reco/index.js';
import { answer, tasks } from './rabbitmq/scans.js';

const EMPTY = { ready: 0, consumers: 3 };
const SOME = { ready: 5, consumers: 3 };

/** Sends tasks that the broker has at that moment. */
function send(outstanding: Outstanding, sent: readonly RecoTask[], atMs: number): void {
  for (const task of sent) outstanding.sent(task).atMs = atMs;
}

describe('a task that is sent and not answered', () => {
  it('is lost when its queue has been empty for longer than a client may hold it', () => {
    const outstanding = new Outstanding(100);
    send(outstanding, tasks(2), 0);
    expect(outstanding.lost(SOME, EMPTY, 50_000)).toEqual([]);
    expect(outstanding.lost(EMPTY, SOME, 200_000)).toEqual([]);
    expect(outstanding.lost(EMPTY, EMPTY, 300_000)).toEqual([]);
    outstanding.answered(answer(tasks(1)[0]!));
    expect(outstanding.lost(EMPTY, EMPTY, 399_999)).toEqual([]);
    expect(outstanding.lost(EMPTY, EMPTY, 400_000)).toEqual(tasks(2, 1));
  });

  it('gets its whole time again when it is sent again', () => {
    const outstanding = new Outstanding(100);
    send(outstanding, tasks(1), 0);
    outstanding.lost(EMPTY, EMPTY, 0);
    const lost = outstanding.lost(EMPTY, EMPTY, 100_000);
    expect(lost).toEqual(tasks(1));
    send(outstanding, lost, 100_000);
    expect(outstanding.lost(EMPTY, EMPTY, 199_999)).toEqual([]);
    expect(outstanding.lost(EMPTY, EMPTY, 200_000)).toEqual(tasks(1));
  });

  it('is lost much sooner when nobody takes tasks, so that nobody can hold it', () => {
    const outstanding = new Outstanding(7200);
    const deserted = { ready: 0, consumers: 0 };
    send(outstanding, tasks(1), 0);
    expect(outstanding.lost(deserted, deserted, 1000)).toEqual([]);
    expect(outstanding.lost(EMPTY, EMPTY, 20_000)).toEqual([]);
    expect(outstanding.lost(deserted, deserted, 30_000)).toEqual([]);
    expect(outstanding.lost(deserted, deserted, 60_000)).toEqual(tasks(1));
  });

  it('is sent again without the variations that have an answer', () => {
    const outstanding = new Outstanding(100);
    const [task] = tasks(1);
    send(outstanding, [task!], 0);
    const { nside, pixel } = task!;
    outstanding.answered({ nside, pixel, runtimeS: 1, status: 'failed', variations: [0], reasons: ['too slow'] });
    expect(outstanding.size).toBe(1);
    expect(outstanding.all()).toEqual([{ ...task, variations: task!.variations.slice(1) }]);
  });

  it('is not lost while it is on its way to the broker', () => {
    const outstanding = new Outstanding(100);
    const [task] = tasks(1);
    const sent = outstanding.sent(task!);
    expect(outstanding.lost(EMPTY, EMPTY, 0)).toEqual([]);
    expect(outstanding.lost(EMPTY, EMPTY, 1e6)).toEqual([]);
    expect(outstanding.all()).toEqual([]);
    sent.atMs = 1e6;
    expect(outstanding.all()).toEqual([task]);
    expect(outstanding.lost(EMPTY, EMPTY, 1.1e6)).toEqual([task]);
  });
});
