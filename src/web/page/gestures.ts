/** Mouse, touch, pen, wheel and keys, as moves of a view. */

/** What a gesture does. Positions are in units of the element. */
export interface Moves {
  /** The point of the sky at `from` moves to `to`. */
  drag(from: readonly [number, number], to: readonly [number, number]): void;
  /** Zoom by a factor, keeping the sky at a point where it is. */
  zoom(factor: number, at: readonly [number, number]): void;
  /** Pan by a part of the screen. */
  pan(right: number, up: number): void;
  /** Zoom around the middle, in one smooth step. */
  step(factor: number): void;
  home(): void;
  best(): void;
  hover(at: readonly [number, number] | null): void;
  /** A click or tap that moved nothing. */
  pick(at: readonly [number, number]): void;
  /** Tell what is in the middle. */
  read(): void;
}

/** Keys, for help texts. */
export const KEYS: readonly (readonly [string, string])[] = [
  ['Arrow keys', 'move'],
  ['+ and \u2212', 'zoom'],
  ['0', 'whole sky'],
  ['B', 'best position'],
  ['Enter', 'read the pixel in the middle'],
];

/** Connects an element. Returns how to disconnect it. */
export function listenForGestures(element: HTMLElement, moves: Moves): () => void {
  const pointers = new Map<number, [number, number]>();
  let start: [number, number] | null = null;
  let isMoved = false;
  const stop = new AbortController();
  const at = (event: MouseEvent): [number, number] => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left - element.clientLeft, event.clientY - box.top - element.clientTop];
  };
  const listen = <K extends keyof HTMLElementEventMap>(
    name: K,
    hear: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {},
  ): void => element.addEventListener(name, hear as EventListener, { signal: stop.signal, ...options });

  listen('pointerdown', (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    start = pointers.size === 1 ? at(event) : null;
    isMoved = false;
  });
  listen('pointermove', (event) => {
    const now = at(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType !== 'touch') moves.hover(now);
      return;
    }
    if (start !== null && Math.hypot(now[0] - start[0], now[1] - start[1]) < 4) return;
    isMoved = true;
    start = null;
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    pointers.set(event.pointerId, now);
    const [other] = others;
    if (other === undefined) moves.drag(before, now);
    else {
      const middle = (p: readonly [number, number]): [number, number] => [(p[0] + other[0]) / 2, (p[1] + other[1]) / 2];
      const apart = (p: readonly [number, number]): number => Math.max(8, Math.hypot(p[0] - other[0], p[1] - other[1]));
      moves.drag(middle(before), middle(now));
      moves.zoom(apart(now) / apart(before), middle(now));
    }
  });
  for (const name of ['pointerup', 'pointercancel'] as const) {
    listen(name, (event) => {
      if (!pointers.delete(event.pointerId)) return;
      if (name === 'pointerup' && !isMoved && start !== null) moves.pick(at(event));
      start = null;
    });
  }
  listen('pointerleave', () => moves.hover(null));
  listen('dblclick', (event) => {
    moves.zoom(event.shiftKey ? 0.4 : 2.5, at(event));
  });
  listen(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 16 : 400;
      // Pinching on a touch pad comes as a wheel with Ctrl and small steps.
      const speed = event.ctrlKey ? 0.01 : 0.0022;
      moves.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * speed), at(event));
    },
    { passive: false },
  );
  listen('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 0.3 : 0.08;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => moves.pan(-far, 0),
      ArrowRight: () => moves.pan(far, 0),
      ArrowUp: () => moves.pan(0, far),
      ArrowDown: () => moves.pan(0, -far),
      '+': () => moves.step(1.6),
      '=': () => moves.step(1.6),
      '-': () => moves.step(1 / 1.6),
      '\u2212': () => moves.step(1 / 1.6),
      '0': () => moves.home(),
      Home: () => moves.home(),
      b: () => moves.best(),
      B: () => moves.best(),
      Enter: () => moves.read(),
      ' ': () => moves.read(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  return () => stop.abort();
}
