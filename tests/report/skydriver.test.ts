import { describe, expect, it } from 'vitest';
import {
  eventOfI3Event,
  eventOfManifest,
  type Manifest,
  progressBody,
  resultBody,
  runningWorkers,
  unwantedBecause,
} from '../../src/report/index.js';
import { fromJson, type ScanResult } from '../../src/result/index.js';

const RESULT: ScanResult = {
  metadata: null,
  maps: [
    {
      nside: 1,
      pixel: Int32Array.of(3, 5),
      llh: Float64Array.of(12.5, Number.NaN),
      eIn: Float64Array.of(1e5, 2),
      eTot: Float64Array.of(1, 2),
      x: Float64Array.of(1, 2),
      y: Float64Array.of(1, 2),
      z: Float64Array.of(1, 2),
      t: Float64Array.of(1, 2),
    },
  ],
};

describe('what SkyDriver is told', () => {
  it('is the map as skyreader has it, and whether it is the last one', () => {
    const text = resultBody(RESULT, true);
    expect(text).not.toContain('\n');
    const body = JSON.parse(text);
    expect(Object.keys(body)).toEqual(['skyscan_result', 'is_final']);
    expect(body.is_final).toBe(true);
    const again = fromJson(JSON.stringify(body.skyscan_result), 'body');
    expect([...again.maps[0]!.pixel]).toEqual([3, 5]);
    expect([...again.maps[0]!.llh]).toEqual([12.5, Number.NaN]);
  });

  it('names a type also for events without one, and nothing that SkyDriver does not know', () => {
    const manifest = {
      progress: { summary: 's' },
      event_metadata: { run_id: 1, event_type: null },
      scan_metadata: {},
      mine: 1,
    } as unknown as Manifest;
    expect(JSON.parse(progressBody(manifest))).toEqual({
      progress: { summary: 's' },
      event_metadata: { run_id: 1, event_type: 'None' },
      scan_metadata: {},
    });
  });
});

describe('what SkyDriver says', () => {
  it.each([
    [{ event_i3live_json_dict: { value: { data: [] } } }, '{"value":{"data":[]}}'],
    [{ event_i3live_json_dict: '{"value": 1}' }, '{"value": 1}'],
    [{ event_i3live_json_dict: "use 'i3_event_id'" }, null],
    [{}, undefined],
    ['nonsense', undefined],
  ])('of the event in %j is %j', (answer, text) => {
    expect(eventOfManifest(answer)).toBe(text);
  });

  it('of the event elsewhere', () => {
    expect(eventOfI3Event({ i3_event: { value: 1 } })).toBe('{"value":1}');
    expect(eventOfI3Event({ i3_event: 'no' })).toBeUndefined();
  });

  it('of workers', () => {
    expect(runningWorkers({ n_running: 3 })).toBe(3);
    expect(runningWorkers({ n_running: null })).toBeNull();
    expect(runningWorkers(null)).toBeNull();
  });

  it.each([
    [{ is_deleted: false, ewms_deactivated: null, scan_state: 'IN_PROGRESS__PARTIAL_RESULT_GENERATED' }, null],
    [{ is_deleted: false, ewms_deactivated: null, scan_state: 'SCAN_HAS_FINAL_RESULT' }, null],
    [
      { is_deleted: true, ewms_deactivated: null, scan_state: 'IN_PROGRESS__PARTIAL_RESULT_GENERATED' },
      'it was deleted',
    ],
    [{ is_deleted: false, ewms_deactivated: 'ABORTED', scan_state: '' }, 'its workers were ended (ABORTED)'],
    [{ is_deleted: false, scan_state: 'STOPPED__WAITING_ON_CLUSTER_STARTUP' }, 'its state is STOPPED'],
    [{ is_deleted: false, scan_state: 'ABORTED__IN_PROGRESS' }, 'its state is ABORTED'],
    [{ something: 'else' }, null],
    ['nonsense', null],
  ])('of whether the scan is wanted: %j', (answer, reason) => {
    expect(unwantedBecause(answer)).toBe(reason);
  });
});
