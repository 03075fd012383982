/** The list of files that a person can take along. */
import { zipSync } from 'fflate';
import type { NamedFile } from '../session/index.js';
import { make } from '../web/page/elements.js';

export interface Downloads {
  clear(): void;
  add(files: readonly NamedFile[]): void;
  /** Everything in the list in one archive. */
  saveAll(name: string): void;
}

/** What is in a file, by the end of its name. */
const ABOUT: readonly (readonly [end: RegExp, about: string])[] = [
  [/\.npz$/, 'the map for numpy and skyreader'],
  [/\.summary\.json$/, 'position, errors, areas'],
  [/\.geojson$/, 'contours as polygons'],
  [/moc_.*\.(fits|json|txt)$/, 'region as a multi-order coverage (MOC)'],
  [/llh\.multiorder\.fits$/, '2 delta llh, multi-order HEALPix'],
  [/multiorder\.fits$/, 'probability, multi-order HEALPix'],
  [/skymap_nside_\d+_\w+\.fits\.gz$/, 'flat HEALPix map'],
  [/\.contours\.csv$/, 'contours as a table'],
  [/\.contour_.*\.txt$/, 'outline of one region'],
  [/\.allsky\.(svg|png)$/, 'picture of the whole sky'],
  [/\.zoom\.(svg|png)$/, 'picture around the best fit'],
  [/\.report\.html$/, 'report: one page that opens anywhere'],
  [/\.event\.json\.gz$/, 'the event as it was scanned (open event)'],
  [/scan-manifest\.json$/, 'how the scan went'],
  [/\.json$/, 'the map as JSON'],
];

export function downloads(list: HTMLElement): Downloads {
  const files = new Map<string, Uint8Array>();
  let urls: string[] = [];
  return {
    clear() {
      for (const url of urls) URL.revokeObjectURL(url);
      urls = [];
      files.clear();
      list.replaceChildren();
    },
    add(added) {
      for (const { name, bytes } of added) {
        if (files.has(name)) continue;
        const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
        files.set(name, data);
        const url = URL.createObjectURL(new Blob([data as Uint8Array<ArrayBuffer>], { type: typeOf(name) }));
        urls.push(url);
        const about = ABOUT.find(([end]) => end.test(name))?.[1] ?? '';
        const size = `${sizeText(data.length)}${about === '' ? '' : `, ${about}`}`;
        list.append(
          make('li', {}, make('a', { href: url, download: name }, name), make('span', { class: 'note' }, size)),
        );
      }
    },
    saveAll(name) {
      // The large ones are compressed already.
      const bytes = zipSync(Object.fromEntries(files), { level: 1 }) as Uint8Array<ArrayBuffer>;
      const url = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }));
      make('a', { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
  };
}

function typeOf(name: string): string {
  if (name.endsWith('.svg')) return 'image/svg+xml';
  if (name.endsWith('.png')) return 'image/png';
  if (/\.(json|geojson)$/.test(name)) return 'application/json';
  return /\.(csv|txt)$/.test(name) ? 'text/plain' : 'application/octet-stream';
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
