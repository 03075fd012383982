import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../src/event/index.js';
import { bestFit, skyMaps, summarize } from '../../src/result/index.js';
import { htmlReport, type ReportInput, unpackPixels } from '../../src/web/index.js';
import { valley } from './support.js';

const HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
const assets = { script: 'const a = "</script><!--";', style: '.a{color:red}', sha256 };

function report(change: Partial<ReportInput> = {}): string {
  const result = change.result ?? valley();
  const input: ReportInput = {
    result,
    sky: skyMaps(result),
    name: 'result.npz',
    recoAlgo: 'pandel_mpe',
    files: [{ what: 'Result', name: 'result.npz', sha256: 'abc123' }],
    version: '1.2.3',
    ...change,
  };
  return htmlReport(input, assets);
}

describe('the HTML report', () => {
  it('is one file that asks for nothing', () => {
    const html = report();
    expect(html).not.toMatch(/(src|href)\s*=/i);
    expect(html).not.toMatch(/url\(|@import|https?:/i);
    expect(html).not.toMatch(/\sstyle=|\son[a-z]+=/i);
  });

  it('allows its own script and style by their hashes, and nothing else', () => {
    const html = report();
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
    expect(scripts).toHaveLength(1);
    expect(policy).toContain(`script-src 'sha256-${sha256(scripts[0]!)}'`);
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text!);
    expect(policy).toContain(`style-src 'sha256-${sha256(styles[0]!)}'`);
  });

  it('shows names from files as text', () => {
    const html = report({
      result: valley(20_000, { eventType: HOSTILE }),
      name: HOSTILE,
      recoAlgo: HOSTILE,
      files: [{ what: 'Result', name: HOSTILE, sha256: HOSTILE }],
      event: {
        detector: HOSTILE,
        mjd: 59_000,
        site: { latitudeDeg: 0, longitudeDeg: 0, xAxisAzimuthDeg: 0 },
        strings: [],
        hits: [],
        truth: null,
      },
      notes: [HOSTILE],
      manifest: { progress: { processing_stats: { start: { 'scanner start': HOSTILE } } } },
    });
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(4);
  });

  it('cannot be taken for that of a finished scan where the map is a part', () => {
    const whole = report({});
    expect(whole).toContain('the position to publish');
    expect(whole).not.toContain('class="warning"');
    const { metadata, maps } = valley();
    const part = report({ result: { metadata: { ...metadata!, complete: false }, maps: maps.slice(0, 1) } });
    expect(part).toContain('<p class="warning">Not finished: ');
    expect(part).toMatch(/<title>[^<]*not finished<\/title>/);
    expect(part).not.toContain('the position to publish');
  });

  it('says what the summary says', () => {
    const result = valley();
    const recoChoice = 'pandel_mpe, because that is what this test chose.';
    const summary = summarize(result, { recoAlgo: 'pandel_mpe', recoChoice, nRecos: 5000, wallS: 61 });
    const html = report({ result, summary });
    const { ra_deg, dec_deg } = summary.peak!;
    expect(html).toContain(`RA ${ra_deg.toFixed(3)}\u00b0, dec +${dec_deg.toFixed(3)}\u00b0`.replace('+-', '\u2212'));
    expect(html).toContain(`${bestFit(result)!.pixel} of nside 64`);
    expect(html).toContain('5000');
    expect(html).toContain(recoChoice);
    expect(report({ result })).not.toContain('Why this one');
    for (const region of summary.regions) expect(html).toContain(region.ra_plus_deg.toFixed(3));
  });

  it('carries all pixels of the map', () => {
    const result = valley();
    const text = /id="pixels">([^<]*)</.exec(report({ result }))![1]!;
    const runs = unpackPixels(decodeBase64(text)!);
    expect(runs.map(({ nside, pixel }) => [nside, pixel.length])).toEqual(
      result.maps.map(({ nside, pixel }) => [nside, pixel.length]),
    );
  });

  it('can be made of a map without a single fit', () => {
    const result = valley();
    for (const map of result.maps) map.llh.fill(Number.NaN);
    expect(report({ result, sky: null })).toContain('No pixel has a fit');
  });
});
