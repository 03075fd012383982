/** What is known under the cursor, or in the middle of the view: written below the map, and told to screen readers. */
import { make, setText } from './elements.js';
import { type PixelReading, readingLines } from './sky-reading.js';

/** What is looked at. */
export interface LookedAt {
  /** Under the cursor; null outside the sky, undefined where there is no cursor. */
  readonly hovered: PixelReading | null | undefined;
  readonly middle: PixelReading | null;
  readonly fieldDeg: number;
}

export interface SkyReadout {
  /** To be put below the map. */
  readonly element: HTMLElement;
  /** For screen readers; not to be seen. */
  readonly live: HTMLElement;
  show(): void;
  speak(): void;
  /** Speaks when the keys have come to rest. */
  speakSoon(): void;
  stop(): void;
}

const REST_MS = 350;

export function skyReadout(look: () => LookedAt): SkyReadout {
  const element = make('div', { class: 'sky-readout' });
  let shown = '';
  const live = make('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  let timer = 0;

  return {
    element,
    live,
    show() {
      const { hovered, middle } = look();
      const lines = [...(hovered == null ? ['Middle of the view'] : []), ...readingLines(hovered ?? middle)];
      if (lines.join() === shown) return;
      shown = lines.join();
      element.replaceChildren(...lines.flatMap((line) => [make('span', {}, line), '\n']));
    },
    speak,
    speakSoon() {
      clearTimeout(timer);
      timer = setTimeout(speak, REST_MS) as unknown as number;
    },
    stop: () => clearTimeout(timer),
  };

  function speak(): void {
    const { hovered, middle, fieldDeg } = look();
    const lines = readingLines(hovered === undefined ? middle : hovered);
    setText(live, `${lines.join(', ')}. Field of view ${Number(fieldDeg.toPrecision(3))} degrees.`);
  }
}
