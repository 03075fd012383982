/** Which reconstructions a person may choose, and what becomes of that choice once the event is known. */
import type { ReadResource } from '../config/index.js';
import type { Detector } from '../detector/index.js';
import type { DecodedEvent } from '../event/index.js';
import { loadIceModel } from '../light/index.js';
import { AUTO_RECO, findReco, listRecos, recoFor } from '../reco/index.js';
import type { ScannedWith } from './beside-map.js';

/** {@link AUTO_RECO}, then everything built in: names, one-line descriptions and options. */
export function listChoices(): ReturnType<typeof listRecos> {
  const about = 'the one that IceCube would choose: splinempe, or millipede_wilks above 40 TeV of muon energy';
  return [{ name: AUTO_RECO, about, options: {} }, ...listRecos()];
}

/** What a choice may depend on. */
export interface ChoiceInput {
  readonly event: DecodedEvent;
  readonly detector: Detector;
  readonly readResource: ReadResource;
  /** Name of the ice model; undefined for the default. */
  readonly iceModel?: string | undefined;
}

/**
 * The built-in reconstruction of a choice for an event. One that the scanner chose is told with its reasons.
 *
 * @throws RecoError reco/unknown
 */
export async function chooseReco(
  choice: string,
  { event, detector, readResource, iceModel }: ChoiceInput,
  tell: (text: string) => void,
): Promise<Required<ScannedWith>> {
  if (choice !== AUTO_RECO) return { recoAlgo: findReco(choice).name, recoChoice: null };
  const { name, why } = recoFor(event, detector, await loadIceModel(readResource, iceModel));
  tell(`Chosen: ${why}`);
  return { recoAlgo: name, recoChoice: why };
}
