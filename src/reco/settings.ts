/** Reading a reco's settings (`--reco-option name=value`): texts in, checked numbers out. */
import { ConfigError } from '../config/index.js';
import type { RecoSettings } from './types.js';

/** A finite number in [min, max], or the default where the setting is absent. Throws {@link ConfigError}. */
export function numberSetting(
  settings: RecoSettings,
  name: string,
  fallback: number,
  range: { readonly min: number; readonly max: number },
): number {
  const text = settings[name];
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < range.min || value > range.max) {
    throw new ConfigError(
      'config/bad-value',
      `The reco option ${name}=${text} is not a number in [${range.min}, ${range.max}]`,
      `The default is ${fallback}.`,
    );
  }
  return value;
}

/** Yes or no, or the default where the setting is absent. Throws {@link ConfigError}. */
export function yesOrNoSetting(settings: RecoSettings, name: string, fallback: boolean): boolean {
  const text = settings[name];
  if (text === undefined) return fallback;
  if (text === 'yes' || text === 'true') return true;
  if (text === 'no' || text === 'false') return false;
  throw new ConfigError('config/bad-value', `The reco option ${name}=${text} is neither yes nor no`, 'Give yes or no.');
}

/** Refuses settings that the reco does not know, naming the ones it does. Throws {@link ConfigError}. */
export function refuseUnknownSettings(recoName: string, settings: RecoSettings, known: readonly string[]): void {
  for (const name of Object.keys(settings)) {
    if (!known.includes(name)) {
      throw new ConfigError(
        'config/bad-value',
        `${recoName} has no option "${name}"`,
        known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has no options.',
      );
    }
  }
}
