import { describe, expect, test } from 'vitest';
import { muonEmission } from '../../src/simulate/emission.js';
import { continuousLoss, drawLoss, LOSS_THRESHOLD, lossRate } from '../../src/simulate/muon-losses.js';
import { Random } from '../../src/simulate/random.js';
import { expectClose } from '../support/close.js';
import { mean } from './support.js';

/** Mean energy loss in ice, GeV per metre; hep-ph/0407075: about 0.26 GeV + 3.6e-4 E per metre water equivalent. */
const MWE_PER_METRE = 0.9216;
const published = (E: number): number => MWE_PER_METRE * (0.26 + 3.6e-4 * E);

describe('the losses of a muon', () => {
  test.each([300, 1e3, 1e4, 1e5])('at %d GeV add up to the published mean', (E) => {
    const random = new Random(1, E);
    const large = mean(Array.from({ length: 100_000 }, () => drawLoss(E, random).energyGev));
    expectClose(continuousLoss(E) + lossRate(E) * large, published(E), { relative: 0.06 });
  });

  test('lie between the threshold and the energy of the muon', () => {
    const random = new Random(2);
    const losses = Array.from({ length: 20_000 }, () => drawLoss(2_000, random).energyGev);
    expect(Math.min(...losses)).toBeGreaterThanOrEqual(LOSS_THRESHOLD);
    expect(Math.max(...losses)).toBeLessThan(2_000);
  });

  test('are hadronic once in about thirty times, and take about a tenth of the radiated energy then', () => {
    const random = new Random(3);
    let hadronic = 0;
    let all = 0;
    let count = 0;
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      const loss = drawLoss(1e4, random);
      all += loss.energyGev;
      if (!loss.isHadronic) continue;
      hadronic += loss.energyGev;
      count++;
    }
    expect(count / n).toBeGreaterThan(0.01);
    expect(count / n).toBeLessThan(0.08);
    expectClose(hadronic / all, 0.47 / 3.43, { relative: 0.15 });
  });

  test('make a muon stop where its energy is used up, and not before', () => {
    const stopped = muonEmission(100, 0, 5_000, new Random(4));
    expect(stopped.finalEnergyGev).toBe(0);
    expectClose(stopped.stopM!, 100 / published(50), { relative: 0.25 });
    const through = muonEmission(1e5, 0, 1_000, new Random(4));
    expect(through.stopM).toBeNull();
    expect(through.finalEnergyGev).toBeGreaterThan(1e4);
  });

  test('leave the energy of a muon after a kilometre spread about exp(-b x)', () => {
    const finals = Array.from({ length: 300 }, (_, i) => muonEmission(1e5, 0, 1_000, new Random(5, i)).finalEnergyGev);
    const b = 3.6e-4 * MWE_PER_METRE;
    expectClose(mean(finals), 1e5 * Math.exp(-1_000 * b), { relative: 0.05 });
    expect(Math.max(...finals)).toBeGreaterThan(1.1 * mean(finals));
  });
});
