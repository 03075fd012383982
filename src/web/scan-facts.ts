/** What `scan-manifest.json` says about how a scan went. The file may be anything: what is not as expected is left out. */

type Fact = [name: string, value: string | null];

/** Progression, start and end. */
export function manifestFacts(manifest: unknown): Fact[] {
  const stats = at(manifest, 'progress', 'processing_stats');
  return [
    ['Progression', progressionText(at(manifest, 'scan_metadata', 'nside_progression'))],
    ['Vertex variations', numberText(at(manifest, 'scan_metadata', 'position_variations'))],
    ['Started', text(at(stats, 'start', 'scanner start'))],
    ['Ended', text(at(stats, 'end'))],
    ['Elapsed', text(at(stats, 'runtime', 'elapsed'))],
  ];
}

/** Whole seconds; where all are below one the table says nothing and is left out. Rows `nside 8, mean, median, fastest, slowest` of the time that fits took. */
export function manifestTimes(manifest: unknown): string[][] {
  const rate = at(manifest, 'progress', 'processing_stats', 'rate');
  if (typeof rate !== 'object' || rate === null) return [];
  return Object.entries(rate).flatMap(([name, timing]) => {
    const worker = at(timing, 'worker time');
    const cells = ['mean', 'median', 'fastest', 'slowest'].map((key) => text(at(worker, key)) ?? '');
    return cells.every((cell) => cell === '' || cell === '0:00:00') ? [] : [[name.replace('-', ' '), ...cells]];
  });
}

/** `8:0 64:12 512:24` */
function progressionText(progression: unknown): string | null {
  if (typeof progression !== 'object' || progression === null) return null;
  const steps = Object.entries(progression).filter(
    ([nside, extension]) => /^\d+$/.test(nside) && numberText(extension),
  );
  return steps.length === 0 ? null : steps.map(([nside, extension]) => `${nside}:${extension}`).join(' ');
}

function numberText(value: unknown): string | null {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.length < 200 ? value : null;
}
