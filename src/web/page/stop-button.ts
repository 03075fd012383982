/** The button that stops a scan: asks whether that is meant, and for the token where the page has one. */
import type { LiveAbout } from '../live-messages.js';
import { make, setText } from './elements.js';

export interface StopButton {
  offer(about: LiveAbout): void;
  setRunning(isRunning: boolean): void;
}

export function stopButton(place: HTMLElement): StopButton {
  let about: LiveAbout | null = null;
  let isRunning = false;
  const button = make('button', { type: 'button', class: 'danger', hidden: true }, 'Stop the scan');
  const token = make('input', { type: 'password', autocomplete: 'off' });
  const tokenLine = make('form', { method: 'dialog' }, make('label', {}, 'Token ', token));
  const answer = make('p', { class: 'bad', role: 'alert' });
  const yes = make('button', { type: 'button', class: 'danger' }, 'Stop it');
  const no = make('button', { type: 'button', class: 'main', autofocus: true }, 'Go on scanning');
  const dialog = make(
    'dialog',
    { 'aria-labelledby': 'stop-title' },
    make('h2', { id: 'stop-title' }, 'Stop the scan?'),
    make('p', {}, 'Finished fits are kept: the same command goes on where it stopped.'),
    tokenLine,
    answer,
    make('p', {}, no, ' ', yes),
  );
  place.append(button, dialog);
  button.addEventListener('click', () => {
    setText(answer, '');
    token.value = '';
    dialog.showModal();
  });
  no.addEventListener('click', () => dialog.close());
  yes.addEventListener('click', () => void stop());
  tokenLine.addEventListener('submit', (event) => {
    event.preventDefault();
    void stop();
  });

  return {
    offer(given) {
      about = given;
      tokenLine.hidden = given.stop !== 'token';
      show();
    },
    setRunning(given) {
      isRunning = given;
      show();
      if (!isRunning && dialog.open) dialog.close();
    },
  };

  function show(): void {
    button.hidden = !isRunning || about === null || about.stop === 'no';
  }

  async function stop(): Promise<void> {
    yes.disabled = true;
    try {
      const response = await fetch('stop', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Skymap-Proof': about?.proof ?? '' },
        body: JSON.stringify({ token: token.value }),
      });
      if (response.ok) {
        dialog.close();
        button.disabled = true;
        setText(button, 'Stopping');
      } else setText(answer, response.status === 403 ? 'That was not the token.' : 'The scan did not accept that.');
    } catch {
      setText(answer, 'The scan does not answer.');
    } finally {
      yes.disabled = false;
    }
  }
}
