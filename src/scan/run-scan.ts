/**
 * A scan between its state machine (scan-state.ts) and the world: a broker, a journal, a clock and whoever listens
 * (specs/sky-and-scan.md section 4).
 *
 * A scan that was killed goes on from its journal: outcomes kept there arrive first, in their old order, and their tasks
 * are not sent again. What a journal or a broker holds of other scans is ignored and counted.
 */
import type { TaskOutcome } from '../broker/index.js';
import type { ScanDeps } from './deps.js';
import type { ScanOutcome } from './outcome.js';
import { resultOf } from './partial-result.js';
import { Reporting } from './reporting.js';
import type { ScanState } from './scan-state.js';
import { serveAndCollect } from './serve-and-collect.js';
import { type ScanSetup, stateOf } from './setup.js';
import { warningsOf } from './warnings.js';

/**
 * Runs a scan to its end. Throws what the broker or the journal throws, a `ScanError` where results stay away, and a
 * `ConfigError` for a setup that breaks the rules.
 */
export async function runScan(setup: ScanSetup, deps: ScanDeps): Promise<ScanOutcome> {
  let outcome: ScanOutcome;
  try {
    outcome = await scanned(setup, deps);
  } catch (error) {
    // A broker that is lost may not close either; what came first is what a person should hear.
    await deps.server.close().catch(() => undefined);
    throw error;
  }
  await deps.server.close();
  return outcome;
}

async function scanned(setup: ScanSetup, deps: ScanDeps): Promise<ScanOutcome> {
  const listen = deps.listen ?? null;
  const state = stateOf(setup, listen);
  const reporting = new Reporting(setup, state, deps.clock ?? Date.now, listen, deps.reporting ?? {});
  const kept = deps.journal === null ? [] : await deps.journal.replay();
  reporting.started(kept.length);
  state.begin();
  reporting.replayed(replay(state, kept));
  if (deps.ready !== undefined && !state.isFinished) {
    await deps.ready();
    reporting.begins();
  }
  const ending = state.isFinished ? 'done' : await serveAndCollect(state, reporting, deps);

  const isDone = ending === 'done';
  const result = resultOf(state.table, setup.progression, setup.metadata, isDone);
  const warnings = isDone ? warningsOf(setup, state) : [];
  const outcome: ScanOutcome = { state: ending, result, statistics: reporting.figures(), warnings };
  for (const text of warnings) listen?.('scan:warning', { text });
  if (isDone) reporting.done(result);
  listen?.(isDone ? 'scan:done' : 'scan:interrupted', { outcome });
  return outcome;
}

/** Lets the outcomes of a journal arrive, those of fits that are not asked for yet as soon as they are. */
function replay(state: ScanState, kept: readonly TaskOutcome[]): number {
  let recos = 0;
  let waiting = kept;
  const asked = (): number => state.chosenRecos + state.restartedRecos;
  for (let before = -1; waiting.length > 0 && asked() > before; ) {
    before = asked();
    const early: TaskOutcome[] = [];
    for (const outcome of waiting) {
      if (state.newsIn(outcome) === null) early.push(outcome);
      else recos += state.arrive(outcome, true).accepted;
    }
    waiting = early;
  }
  for (const stranger of waiting) state.arrive(stranger, true);
  return recos;
}
