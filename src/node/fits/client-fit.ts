/** From a start-up file to something that fits its tasks: what `client` and `reco` have in common. */
import { RecoError, ScanError } from '../../config/index.js';
import type { PreparedEvent } from '../../reco/index.js';
import type { SplineDirectory } from '../files/photon-tables.js';
import { preparationOf, type Startup } from '../files/startup-file.js';
import { prepareEvent } from '../prepare-event.js';
import { openReco, type RecoChoice, type RecoSource } from './reco-source.js';

/** The prepared event of a start-up file and the reco that fits it. */
export interface ClientFit {
  readonly source: RecoSource;
  readonly prepared: PreparedEvent;
}

/**
 * Prepares the event of a start-up file as its server did.
 *
 * @param recoName built-in reco that the tasks ask for, where the file does not say one (upstream's); null where nobody
 *   has said it
 * @param photonTables spline tables of this machine
 * @throws ScanError scan/other-preparation where something else comes out; what `openReco` and `prepareEvent` throw
 */
export async function clientFit(
  startup: Startup,
  recoName: string | null,
  photonTables?: SplineDirectory,
): Promise<ClientFit> {
  const { fit, event, detector } = startup;
  const reco: RecoChoice | null = fit?.reco ?? (recoName === null ? null : { kind: 'builtin', name: recoName });
  if (reco === null) {
    throw new RecoError(
      'reco/unknown',
      "The start-up file is one of upstream's server and does not say which reconstruction its tasks ask for.",
      'Say --reco-algo NAME.',
    );
  }
  const source = await openReco(reco);
  const settings = fit?.settings ?? {};
  const { prepared } = await prepareEvent(source.reco, {
    event,
    detector,
    settings,
    iceModel: fit?.iceModel,
    photonTables,
  });
  if (fit !== null && preparationOf(source, prepared) !== fit.preparation) {
    throw new ScanError(
      'scan/other-preparation',
      `This client prepares the event for ${source.reco.name} differently than its server did.`,
      'Run server and clients of the same version, with the same light tables (--photon-tables) and the same reco module or program.',
    );
  }
  return { source, prepared };
}
