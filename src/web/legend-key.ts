/**
 * What the symbols of the sky mean, below it.
 *
 * @param truth whether the true position is among them; `later` where a page shows its `#truth-key` when it knows
 */
export function legendKey(truth: 'no' | 'yes' | 'later'): string {
  const symbol = (body: string, text: string, attributes = ''): string =>
    `<span${attributes}><svg viewBox="0 0 32 18" aria-hidden="true">${body}</svg>${text}</span>`;
  return `<div class="key">${[
    symbol('<path class="mark-peak" d="M6 9h7m6 0h7M16 0v6m0 6v6"/>', 'most probable position'),
    symbol('<path class="mark-best" d="M16 2l7 7-7 7-7-7z"/>', 'best-fit pixel'),
    symbol('<path class="mark-peak" d="M2 9h28"/>', '90 % of the probability'),
    symbol('<path class="mark-peak dashed" d="M2 9h28"/>', '50 %'),
    symbol('<path class="mark-plane" d="M2 9h28"/>', 'galactic plane, GC: centre'),
    ...(truth !== 'no'
      ? [
          symbol(
            '<path class="mark-truth" d="M16 1l2 6h6l-5 4 2 6-5-4-5 4 2-6-5-4h6z"/>',
            'true position',
            ` id="truth-key"${truth === 'later' ? ' hidden' : ''}`,
          ),
        ]
      : []),
  ].join('')}</div>`;
}
