/** Names and values in two columns, as on all pages. */
import { make, setText } from '../web/page/elements.js';

type Facts = readonly (readonly [name: string, value: string])[];

export function factsTable(facts: Facts): HTMLTableElement {
  const rows = facts.map(([name, value]) => make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value)));
  return make('table', { class: 'facts' }, make('tbody', {}, ...rows));
}

/** Shows facts in a place. Where the names stay only texts change, so that nothing flickers. */
export function showFacts(place: HTMLElement, facts: Facts): void {
  const names = [...place.querySelectorAll('th')];
  if (names.length === facts.length && names.every((name, i) => name.textContent === facts[i]![0])) {
    for (const [i, value] of [...place.querySelectorAll('td')].entries()) setText(value, facts[i]![1]);
  } else place.replaceChildren(factsTable(facts));
}
