/** Tasks, results and fitters that behave as told, for the tests of the client. */
import { type Fitter, FitterLost } from '../../src/client/index.js';
import type { RecoResult, RecoTask } from '../../src/reco/index.js';

export function task(pixel: number, variations: readonly number[] = [0]): RecoTask {
  const seeds = [{ x: 0, y: 0, z: 0, timeNs: 0, energyGev: Number.NaN }];
  return {
    nside: 8,
    pixel,
    zenith: 1,
    azimuth: 2,
    variations: variations.map((variation) => ({ variation, seeds })),
  };
}

export function result(pixel: number, variation = 0, llh: number = pixel): RecoResult {
  const nothing = Number.NaN;
  return {
    nside: 8,
    pixel,
    variation,
    llh,
    x: 1,
    y: 2,
    z: 3,
    timeNs: 4,
    eInGev: nothing,
    eTotGev: nothing,
    energyGev: nothing,
  };
}

/** What a fitter does with a task: an answer, an error that is thrown, death, or nothing for ever. */
export type Behaviour = (task: RecoTask, fitter: number) => unknown | Error | 'die' | 'hang';

export interface Workshop {
  readonly startFitter: () => Fitter;
  /** Fitters started so far, and tasks that were tried, in order. */
  started: number;
  readonly killed: Set<number>;
  readonly tried: number[];
  /** Most fits at the same time. */
  busiest: number;
}

/** Makes fitters that behave as told. `whenReady` may reject. */
export function workshop(behave: Behaviour, whenReady: () => Promise<void> = async () => undefined): Workshop {
  let busy = 0;
  const shop: Workshop = { startFitter, started: 0, killed: new Set(), tried: [], busiest: 0 };
  return shop;

  function startFitter(): Fitter {
    const id = shop.started++;
    let dieNow: (error: Error) => void = () => undefined;
    return {
      ready: whenReady(),
      fit(given) {
        shop.tried.push(given.pixel);
        busy++;
        shop.busiest = Math.max(shop.busiest, busy);
        const over = new Promise<unknown>((resolve, reject) => {
          dieNow = reject;
          const does = behave(given, id);
          if (does === 'die') reject(new FitterLost('it died'));
          else if (does instanceof Error) reject(does);
          else if (does !== 'hang') setTimeout(() => resolve(does), 1);
        });
        return over.finally(() => {
          busy--;
        });
      },
      async kill() {
        shop.killed.add(id);
        dieNow(new FitterLost('it was ended'));
      },
    };
  }
}
