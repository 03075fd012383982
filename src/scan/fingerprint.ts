/** Which scan a journal belongs to. Results of one scan are never mixed into another's map. */
import { ScanError } from '../config/index.js';
import type { RecoSettings, RestartAll } from '../reco/index.js';
import { ICECUBE_SITE } from '../sky/index.js';
import { formatProgression } from './progression.js';
import type { ScanSetup } from './setup.js';

/** What identifies a scan: outcomes may be taken over only where all of it is equal. Values are plain texts. */
export type ScanFingerprint = Readonly<Record<string, string>>;

/** Of what a fingerprint is made besides the setup. */
export interface ScanIdentity {
  /** A digest of the event file (and of whatever else decides the event, such as a GCD file). */
  readonly eventDigest: string;
  readonly settings: RecoSettings;
  /** Whether variations are fitted apart that the reco would fit together; its minima are others then. Default false. */
  readonly areVariationsApart?: boolean;
  /** Version of the product: another one may fit differently. */
  readonly productVersion: string;
}

/** Raised when the layout of journal entries changes. */
const FORMAT = '1';

/** The fingerprint of a scan. */
export function scanFingerprint(setup: ScanSetup, identity: ScanIdentity): ScanFingerprint {
  const { metadata, reco, pointing, seedVertex } = setup;
  const { latitudeDeg, longitudeDeg, xAxisAzimuthDeg } = setup.site ?? ICECUBE_SITE;
  const settings = Object.entries(identity.settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    'journal format': FORMAT,
    'product version': identity.productVersion,
    run: String(metadata.runId),
    event: String(metadata.eventId),
    'event file': identity.eventDigest,
    site: `${latitudeDeg} ${longitudeDeg} ${xAxisAzimuthDeg}`,
    reconstruction: reco.name,
    'reconstruction options': settings.map(([name, value]) => `${name}=${value}`).join(' '),
    'vertex variations': reco.variations.map((vector) => vector.join(' ')).join(', '),
    'restarts within': String(reco.restartWithinLlh ?? 'none'),
    ...(reco.restartAll === undefined ? {} : { 'restarts of all': restartsOf(reco.restartAll) }),
    'seed vertex': `${seedVertex.x} ${seedVertex.y} ${seedVertex.z} ${seedVertex.timeNs}`,
    progression: formatProgression(setup.progression).join(' '),
    threshold: String(setup.threshold),
    'order of pixels': setup.order ?? 'default',
    ...(identity.areVariationsApart === true ? { 'fits of variations': 'apart' } : {}),
    pointing: pointing === null ? 'none' : `${pointing.zenith} ${pointing.azimuth} ${pointing.radiusRad}`,
  };
}

function restartsOf(all: readonly RestartAll[]): string {
  return all.map(({ nside, withinLlh, neighbours }) => `${nside}:${withinLlh}:${neighbours}`).join(' ');
}

/** What to do about a journal that is not this scan's. */
export const OTHER_SCAN_HINT: string =
  'Use another cache directory, or remove this one to start the scan from the beginning.';

/** Refuses the journal of another scan, naming what differs. Throws {@link ScanError} `scan/other-scan`. */
export function checkFingerprint(found: ScanFingerprint, wanted: ScanFingerprint): void {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const name = names.find((key) => found[key] !== wanted[key]);
  if (name === undefined) return;
  const said = (fingerprint: ScanFingerprint): string =>
    fingerprint[name] === undefined ? 'not given' : `"${fingerprint[name]}"`;
  throw new ScanError(
    'scan/other-scan',
    `The cache directory holds the journal of another scan: its ${name} is ${said(found)}, not ${said(wanted)}`,
    OTHER_SCAN_HINT,
  );
}
