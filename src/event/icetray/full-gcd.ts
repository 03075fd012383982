/**
 * Whole geometry, calibration and detector status, as baseline GCD files carry them (specs/event-formats.md 11.6).
 * Only the map by module is read, which comes first in each object; what follows (IceTop, triggers) is left.
 */
import type { SpeChargeDistribution } from '../decoded-event.js';
import type { OMKey } from '../types.js';
import type { ArchiveReader } from './archive-reader.js';
import { OMKEY_BYTES, readOMKey, readTime } from './basic-objects.js';
import {
  type DomStatus,
  type OmGeo,
  readAtwdBaselines,
  readDomStatus,
  readLinearFit,
  readOmGeo,
  readQuadraticFits,
  readSpeChargeDistribution,
  readTauParam,
  skipAtwdBins,
} from './detector-objects.js';

/** What a scan uses of a module's calibration. Rates in IceTray's unit (1 Hz = 1e-9). */
export interface DomCalibration {
  readonly relativeDomEff: number;
  readonly domNoiseRate: number;
  readonly spe: SpeChargeDistribution;
  readonly meanAtwdCharge: number;
  readonly meanFadcCharge: number;
}

/** The modules of an I3Geometry, versions 1 to 3. */
export function readGeometry(archive: ArchiveReader, version: number): [OMKey, OmGeo][] {
  if (version < 1) throw archive.error('is an I3Geometry of version 0; 1 to 3 are known');
  archive.base();
  return archive.object('I3OMGeoMap', 0, () => {
    archive.base();
    return archive.map(
      'OMKey I3OMGeo',
      OMKEY_BYTES,
      () => readOMKey(archive),
      () => readOmGeo(archive),
    );
  });
}

/** The modules of an I3Calibration, version 4. */
export function readCalibration(archive: ArchiveReader, version: number): [OMKey, DomCalibration][] {
  if (version < 4) throw archive.error(`is an I3Calibration of version ${version}; 4 is known`);
  archive.base();
  return archive.map(
    'OMKey I3DOMCalibration',
    OMKEY_BYTES,
    () => readOMKey(archive),
    () => readDomCalibration(archive),
  );
}

/** The modules of an I3DetectorStatus, version 4. */
export function readDetectorStatus(archive: ArchiveReader, version: number): [OMKey, DomStatus][] {
  if (version < 4) throw archive.error(`is an I3DetectorStatus of version ${version}; 4 is known`);
  archive.base();
  return archive.map(
    'OMKey I3DOMStatus',
    OMKEY_BYTES,
    () => readOMKey(archive),
    () => readDomStatus(archive),
  );
}

/** I3DOMCalibration, versions 11 to 13. */
function readDomCalibration(archive: ArchiveReader): DomCalibration {
  return archive.object('I3DOMCalibration', 13, (version) => {
    if (version < 11) throw archive.error(`holds an I3DOMCalibration of version ${version}; 11 to 13 are known`);
    archive.f64s(2); // temperature, FADC gain
    readLinearFit(archive); // FADC baseline
    archive.f64(); // FADC delta t
    archive.f64Array(3); // amplifier gains
    readQuadraticFits(archive); // ATWD frequency
    skipAtwdBins(archive);
    readLinearFit(archive); // transit time
    readLinearFit(archive); // gain against voltage
    archive.f64(); // front-end impedance
    archive.text(); // DOMCal version
    readTauParam(archive);
    archive.f64Array(2); // ATWD delta t
    for (let i = 0; i < 3; i++) readLinearFit(archive); // SPE, MPE and PMT discriminators
    const relativeDomEff = archive.f64();
    const domNoiseRate = archive.f64();
    readAtwdBaselines(archive);
    archive.f64(); // FADC beacon baseline
    archive.f64s(5); // noise parameters
    const spe = readSpeChargeDistribution(archive);
    const meanAtwdCharge = archive.f64();
    const meanFadcCharge = archive.f64();
    if (version === 11) archive.take(2);
    if (version === 13) readTime(archive);
    return { relativeDomEff, domNoiseRate, spe, meanAtwdCharge, meanFadcCharge };
  });
}
