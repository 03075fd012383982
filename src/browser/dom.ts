/** Finding and filling parts of the page. Texts go in as text, never as markup: a file may be named anything. */

/** The element of that id, which index.html has. */
export function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no part "${id}"`);
  return element as T;
}

/** A new element with a text. */
export function made<K extends keyof HTMLElementTagNameMap>(
  name: K,
  text = '',
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Fills a definition list. A second call with the same terms changes only texts, so that nothing flickers. */
export function define(list: HTMLElement, entries: readonly (readonly [term: string, text: string])[]): void {
  const terms = [...list.querySelectorAll('dt')];
  if (terms.length === entries.length && terms.every((term, i) => term.textContent === entries[i]![0])) {
    for (const [i, field] of [...list.querySelectorAll('dd')].entries()) setText(field, entries[i]![1]);
    return;
  }
  list.replaceChildren(...entries.flatMap(([term, text]) => [made('dt', term), made('dd', text)]));
}

export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function fillSelect(select: HTMLSelectElement, values: readonly string[], chosen?: string): void {
  select.replaceChildren(...values.map((value) => made('option', value, { value })));
  if (chosen !== undefined) select.value = chosen;
}
