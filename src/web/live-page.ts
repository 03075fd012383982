/** The pages of the web server: the live page of a scan, the list of a directory, the question for a token. */
import { escapeHtml } from './html.js';
import { legendKey } from './legend-key.js';

/** Policy of pages that come from a server: its own files, nothing else. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The sign of the pages: an ellipse of sky with a spot. */
export const FAVICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><ellipse cx="16" cy="16" rx="15" ry="9" fill="#2b4bb0"/><circle cx="20" cy="13" r="3" fill="#ffd9a0"/></svg>';

/** @param base how to get from the page to the server's root: '' or '../../' */
export function livePage(base: string): string {
  return frame(
    'Sky scan',
    base,
    `<header class="top"><h1 id="title">Sky scan</h1><span class="about" id="detail"></span><span class="end"><a href="${base}" ${base === '' ? 'hidden' : ''}>All scans</a> <span id="theme-place"></span></span></header>
<main>
<p id="connection" class="note" role="status"></p>
<div class="columns">
<section aria-label="Sky map" class="panel plain"><div id="sky"></div>${legendKey('later')}</section>
<div class="stack">
<section class="panel"><h2>Progress</h2><p class="answer" id="state" aria-live="polite">Waiting for the scan</p>
<progress id="bar" max="1" value="0" aria-label="Share of the fits that have come"></progress>
<div id="figures"></div><div class="scroll"><table><thead><tr><th scope="col">nside</th><th scope="col">done</th><th scope="col">chosen</th><th scope="col"><span class="visually-hidden">share</span></th></tr></thead><tbody id="levels"></tbody></table></div>
<p id="workers" class="note"></p><p id="note"></p><div id="stop-place"></div></section>
<section class="panel"><h2 id="position-title">Position so far</h2><p class="answer" id="position">none yet</p><p class="note" id="position-note"></p>
<div class="scroll"><table id="regions"></table></div></section>
</div>
</div>
<div class="halves">
<section class="panel" id="event-panel" hidden><h2>Event</h2><div id="event"></div></section>
<section class="panel"><h2>Best pixels</h2><div class="scroll"><table id="best"></table></div></section>
<section class="panel" id="failures-panel" hidden><h2>Failures</h2><p class="note" id="failure-count"></p><div class="scroll"><table><thead><tr><th scope="col">Pixel</th><th scope="col" class="wide">Reason</th></tr></thead><tbody id="failures"></tbody></table></div></section>
<section class="panel" id="files-panel" hidden><h2>Files</h2><ul id="files"></ul></section>
</div>
</main>
<noscript><p>This page needs JavaScript.</p></noscript>`,
    `<script src="${base}live.js" defer data-regions="${base}regions.js"></script>`,
  );
}

/** A line of the list of a directory. */
export interface ListedScan {
  readonly href: string;
  readonly title: string;
  readonly state: string;
  readonly position: string;
  readonly area90: string;
  readonly when: string;
}

const LIST_COLUMNS = ['Scan', 'State', 'Position', '90 % region', 'Last change (UTC)'];

/** What is in a directory. */
export function listPage(directory: string, scans: readonly ListedScan[]): string {
  const rows = scans.map(
    ({ href, title, state, position, area90, when }) =>
      `<tr><td><a href="${escapeHtml(href)}">${escapeHtml(title)}</a></td>${[state, position, area90, when].map((cell, i) => `<td data-name="${LIST_COLUMNS[i + 1]}">${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  const body =
    scans.length === 0
      ? '<p>There is no scan here yet. The page shows the results (.npz, .json) that scans leave in this directory and in those below it.</p>'
      : `<div class="scroll"><table class="list"><thead><tr>${LIST_COLUMNS.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  return frame(
    'Sky scans',
    '',
    `<header class="top"><h1>Sky scans</h1><span class="about">${escapeHtml(directory)}</span><span class="end" id="theme-place"></span></header><main><section class="panel">${body}</section></main>`,
    '<script src="list.js" defer></script>',
  );
}

/** Asks for the token. */
export function tokenPage(isWrong: boolean): string {
  return frame(
    'Sky scan: token',
    '/',
    `<main><h1>Sky scan</h1><form method="post" action="/login" class="panel">
<p>${isWrong ? '<strong class="bad">That was not the token.</strong> ' : ''}Whoever started the scan knows the token of this page.</p>
<label>Token <input type="password" name="token" autocomplete="current-password" required autofocus></label> <button class="main">Look at the scan</button></form></main>`,
    '',
  );
}

/** Something that is not there, or not allowed. */
export function messagePage(title: string, text: string): string {
  return frame(title, '/', `<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p></main>`, '');
}

function frame(title: string, base: string, body: string, scripts: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${base}favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${base}style.css">
${scripts}
</head>
<body>
<div class="page">
${body}
</div>
</body>
</html>
`;
}
