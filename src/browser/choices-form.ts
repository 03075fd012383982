/** The form in which a scan is chosen: fills it with what there is, reads it, says what cannot be used. */
import { ConfigError, SkymapError } from '../config/index.js';
import { ICE_MODELS } from '../light/index.js';
import type { RecoSettings } from '../reco/index.js';
import { parseProgression } from '../scan/index.js';
import { listChoices } from '../session/index.js';
import { byId, make, setText } from '../web/page/elements.js';
import type { ScanChoices } from './messages.js';

/** The quickest that finds a direction; the others take minutes. */
const FIRST_RECO = 'pandel_mpe';

export interface ChoicesForm {
  /** Throws ConfigError for what cannot be used. */
  read(): ScanChoices;
  /** Whether it may be changed and sent. */
  enable(isEnabled: boolean): void;
  onStart(start: () => void): void;
}

export function choicesForm(): ChoicesForm {
  const form = byId<HTMLFormElement>('choices');
  const reco = byId<HTMLSelectElement>('reco');
  const own = byId<HTMLInputElement>('own-nsides');
  const nsides = byId<HTMLInputElement>('nsides');
  const workers = byId<HTMLInputElement>('workers');
  const ice = byId<HTMLSelectElement>('ice');
  const recos = listChoices();
  fillSelect(
    reco,
    recos.map(({ name }) => name),
    FIRST_RECO,
  );
  fillSelect(ice, ICE_MODELS);
  workers.value = String(Math.min(Math.max(1, navigator.hardwareConcurrency || 1), 256));

  const tellReco = (): void => setText(byId('reco-about'), recos.find(({ name }) => name === reco.value)?.about ?? '');
  reco.addEventListener('change', tellReco);
  tellReco();
  nsides.addEventListener('input', () => {
    own.checked = true;
    nsides.setCustomValidity(mistakeIn(nsides.value));
  });
  form.addEventListener('change', () => nsides.setCustomValidity(own.checked ? mistakeIn(nsides.value) : ''));

  return {
    read() {
      const chosen = form.querySelector<HTMLInputElement>('input[name="nsides"]:checked')!;
      const text = chosen === own ? nsides.value : chosen.value;
      parseProgression(pairs(text));
      return {
        recoAlgo: reco.value,
        recoSettings: settingsOf(byId<HTMLTextAreaElement>('options').value),
        nsides: pairs(text),
        iceModel: ice.value,
        threshold: byId<HTMLInputElement>('threshold').valueAsNumber,
        workers: workers.valueAsNumber,
        angularErrorFloorDeg: byId<HTMLInputElement>('floor').valueAsNumber,
      };
    },
    enable(isEnabled) {
      for (const element of form.elements) (element as HTMLInputElement).disabled = !isEnabled;
    },
    onStart(start) {
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        start();
      });
    },
  };
}

function pairs(text: string): string[] {
  return text.trim().split(/[\s,]+/);
}

function mistakeIn(text: string): string {
  try {
    parseProgression(pairs(text));
    return '';
  } catch (error) {
    return error instanceof SkymapError ? `${error.message}. ${error.hint}` : String(error);
  }
}

/** Offers values in a select element. */
export function fillSelect(select: HTMLSelectElement, values: readonly string[], chosen?: string): void {
  select.replaceChildren(...values.map((value) => make('option', { value }, value)));
  if (chosen !== undefined) select.value = chosen;
}

/** `name=value` a line, as `--reco-option` has it. */
function settingsOf(text: string): RecoSettings {
  const settings: Record<string, string> = {};
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const at = line.indexOf('=');
    if (at < 1) {
      throw new ConfigError(
        'config/bad-value',
        `"${line}" is no option of a reconstruction.`,
        'Write name=value, one a line.',
      );
    }
    settings[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return settings;
}
