/** The finished pixels of a scan as a result: ascending by pixel, so that the bytes do not depend on the way there. */
import type { NsideMap, ScanMetadata, ScanResult } from '../result/index.js';
import type { PixelTable } from './pixel-table.js';
import type { Progression } from './progression.js';

/** All pixels whose variations have all arrived. Finer nsides follow coarser ones, as they finish. */
export function resultOf(
  table: PixelTable,
  progression: Progression,
  metadata: Omit<ScanMetadata, 'complete'>,
  complete: boolean,
): ScanResult {
  const records: number[][] = progression.map(() => []);
  for (let record = 0; record < table.size; record++) {
    if (table.missing(record) === 0) records[table.level(record)]!.push(record);
  }
  const maps = progression.flatMap(({ nside }, level) => {
    const list = records[level]!;
    return list.length === 0 ? [] : [nsideMap(table, nside, list)];
  });
  return { metadata: { ...metadata, complete }, maps };
}

function nsideMap(table: PixelTable, nside: number, records: number[]): NsideMap {
  records.sort((a, b) => table.pixel(a) - table.pixel(b));
  const n = records.length;
  const map = {
    nside,
    pixel: new Int32Array(n),
    llh: new Float64Array(n),
    eIn: new Float64Array(n),
    eTot: new Float64Array(n),
    x: new Float64Array(n),
    y: new Float64Array(n),
    z: new Float64Array(n),
    t: new Float64Array(n),
  };
  for (const [i, record] of records.entries()) {
    const fit = table.fit(record);
    map.pixel[i] = table.pixel(record);
    map.llh[i] = fit.llh;
    map.eIn[i] = fit.eInGev;
    map.eTot[i] = fit.eTotGev;
    map.x[i] = fit.x;
    map.y[i] = fit.y;
    map.z[i] = fit.z;
    map.t[i] = fit.timeNs;
  }
  return map;
}
