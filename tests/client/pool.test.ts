import { describe, expect, it } from 'vitest';
import { fitterPool, RunnerBroken, RunnerClosed, TaskFailed } from '../../src/client/index.js';
import { result, task, workshop } from './tasks.js';

describe('a pool of fitters', () => {
  it('runs as many tasks at a time as it has slots, and queues the rest', async () => {
    const shop = workshop(({ pixel }) => [result(pixel)]);
    const pool = fitterPool({ slots: 3, startFitter: shop.startFitter });
    await pool.start();
    const fitted = await Promise.all(Array.from({ length: 20 }, (_, pixel) => pool.run(task(pixel), 10)));
    expect(fitted.map(({ results }) => results[0]!.pixel)).toEqual(Array.from({ length: 20 }, (_, pixel) => pixel));
    expect(shop.busiest).toBe(3);
    expect(shop.started).toBe(3);
    await pool.close();
    expect(shop.killed.size).toBe(3);
  });

  it('ends a fit that runs out of time and fits the next task with a fresh fitter', async () => {
    const shop = workshop(({ pixel }) => (pixel === 0 ? 'hang' : [result(pixel)]));
    const pool = fitterPool({ slots: 1, startFitter: shop.startFitter });
    await pool.start();
    const late = pool.run(task(0), 0.05);
    const next = pool.run(task(1), 10);
    await expect(late).rejects.toThrow('no answer within 0.05 s');
    await expect(late).rejects.toBeInstanceOf(TaskFailed);
    expect((await next).results[0]!.pixel).toBe(1);
    expect([...shop.killed]).toEqual([0]);
    await pool.close();
  });

  it('counts the time of a task from the start of its fit, not while it is queued', async () => {
    const shop = workshop(({ pixel }) => (pixel < 3 ? 'hang' : [result(pixel)]));
    const pool = fitterPool({ slots: 1, startFitter: shop.startFitter });
    await pool.start();
    const late = [0, 1, 2].map((pixel) => pool.run(task(pixel), 0.05).catch(() => 'late'));
    const patient = pool.run(task(3), 0.1);
    await Promise.all(late);
    await expect(patient).resolves.toBeDefined();
    await pool.close();
  });

  it('finishes what it has begun when it drains, and refuses what waits and what comes later', async () => {
    const shop = workshop(({ pixel }) => [result(pixel)]);
    const pool = fitterPool({ slots: 1, startFitter: shop.startFitter });
    await pool.start();
    const [begun, waiting] = [pool.run(task(0), 10), pool.run(task(1), 10)];
    waiting.catch(() => undefined);
    pool.drain!();
    await expect(waiting).rejects.toBeInstanceOf(RunnerClosed);
    await expect(pool.run(task(2), 10)).rejects.toBeInstanceOf(RunnerClosed);
    expect((await begun).results[0]!.pixel).toBe(0);
    expect(shop.tried).toEqual([0]);
    await pool.close();
  });

  it('replaces a fitter that died, but keeps one whose fit threw', async () => {
    const shop = workshop(({ pixel }) => (pixel === 0 ? new Error('bad seed') : pixel === 1 ? 'die' : [result(pixel)]));
    const pool = fitterPool({ slots: 1, startFitter: shop.startFitter });
    await pool.start();
    await expect(pool.run(task(0), 10)).rejects.toThrow('bad seed');
    expect(shop.started).toBe(1);
    await expect(pool.run(task(1), 10)).rejects.toThrow('it died');
    await pool.run(task(2), 10);
    expect(shop.started).toBe(2);
    await pool.close();
  });

  it('is broken for good when a fitter cannot start, and starts no further ones', async () => {
    const shop = workshop(
      () => 'hang',
      () => Promise.reject(new Error('no table')),
    );
    const pool = fitterPool({ slots: 2, startFitter: shop.startFitter });
    await expect(pool.start()).rejects.toThrow('no table');
    await expect(pool.run(task(0), 10)).rejects.toBeInstanceOf(RunnerBroken);
    expect(shop.started).toBe(2);
    expect(shop.killed.size).toBe(2);
  });

  it('is broken when a fitter is not ready in time, or cannot even be made', async () => {
    const slow = workshop(
      () => 'hang',
      () => new Promise(() => undefined),
    );
    const pool = fitterPool({ slots: 1, startFitter: slow.startFitter, readyTimeoutS: 0.05 });
    await expect(pool.start()).rejects.toThrow('not ready within 0.05 s');
    const unmade = fitterPool({
      slots: 1,
      startFitter: () => {
        throw new Error('cannot be cloned');
      },
    });
    await expect(unmade.start()).rejects.toBeInstanceOf(RunnerBroken);
  });

  it('rejects what is running and queued when it is closed', async () => {
    const shop = workshop(() => 'hang');
    const pool = fitterPool({ slots: 1, startFitter: shop.startFitter });
    await pool.start();
    const waiting = [pool.run(task(0), 10), pool.run(task(1), 10)];
    const rejected = Promise.all(waiting.map((run) => expect(run).rejects.toBeInstanceOf(RunnerClosed)));
    await pool.close();
    await rejected;
    await expect(pool.run(task(2), 10)).rejects.toBeInstanceOf(RunnerClosed);
  });
});

describe('results of a fit', () => {
  const refused: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'nothing instead of an array'],
    ['a text', '[]', 'the text "[]" instead of an array'],
    ['no result for a variation', [result(5, 0)], 'no result for variation 1'],
    ['a variation twice', [result(5, 0), result(5, 0)], 'variation 0 twice'],
    ['a variation too many', [result(5, 0), result(5, 1), result(5, 2)], 'not asked for'],
    ['another pixel', [result(6, 0), result(5, 1)], 'another pixel'],
    ['an infinite llh', [result(5, 0, Number.NEGATIVE_INFINITY), result(5, 1)], '-Infinity as llh'],
    ['a text as number', [{ ...result(5, 0), x: '3' }, result(5, 1)], 'the text "3" as x'],
    ['a missing figure', [{ ...result(5, 0), timeNs: undefined }, result(5, 1)], 'nothing as timeNs'],
    ['null as a result', [null, result(5, 1)], 'null as a result'],
  ];
  it.each(refused)('are refused when there is %s', async (_, answer, reason) => {
    const shop = workshop(() => answer);
    const pool = fitterPool({ slots: 1, startFitter: shop.startFitter });
    await pool.start();
    await expect(pool.run(task(5, [0, 1]), 10)).rejects.toThrow(reason);
    expect(shop.started).toBe(1);
    await pool.close();
  });

  it('come in the order of the variations, NaN allowed, nothing else taken along', async () => {
    const shop = workshop(() => [{ ...result(5, 1), extra: 'x' }, result(5, 0, Number.NaN)]);
    const pool = fitterPool({ slots: 1, startFitter: shop.startFitter });
    await pool.start();
    const { results } = await pool.run(task(5, [0, 1]), 10);
    expect(results).toEqual([result(5, 0, Number.NaN), result(5, 1)]);
    await pool.close();
  });
});
