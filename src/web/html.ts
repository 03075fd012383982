/** Writing HTML: everything that comes from files is escaped, and a policy of the page itself says what may run in it. */

/** Text for element content and for attribute values in double quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** JSON for a `<script type="application/json">`: cannot end the element. */
export function jsonBlock(id: string, value: unknown): string {
  const text = JSON.stringify(value).replace(/</g, '\\u003c');
  return `<script type="application/json" id="${escapeHtml(id)}">${text}</script>`;
}

/** Text that is no markup and no script: base64, say. */
export function dataBlock(id: string, text: string): string {
  return `<script type="text/plain" id="${escapeHtml(id)}">${text.replace(/[^A-Za-z0-9+/=]/g, '')}</script>`;
}

/** A script as it may stand inside an element. */
export function inlineScript(text: string): string {
  return text.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
}

/** A row of a table; the first cell is its head. Cells are text. */
export function row(cells: readonly string[], head: 'row' | 'col' = 'row'): string {
  const inner = cells
    .map((cell, i) =>
      head === 'col'
        ? `<th scope="col">${escapeHtml(cell)}</th>`
        : i === 0
          ? `<th scope="row">${escapeHtml(cell)}</th>`
          : `<td>${escapeHtml(cell)}</td>`,
    )
    .join('');
  return `<tr>${inner}</tr>`;
}

/** A table with a head. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  return (
    `<div class="scroll"><table><caption>${escapeHtml(caption)}</caption><thead>${row(head, 'col')}</thead>` +
    `<tbody>${rows.map((cells) => row(cells)).join('')}</tbody></table></div>`
  );
}

/** Names and values; values that are null are left out. */
export function facts(rows: readonly (readonly [name: string, value: string | null])[]): string {
  const shown = rows.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '');
  return `<table class="facts"><tbody>${shown.map((cells) => row(cells)).join('')}</tbody></table>`;
}
