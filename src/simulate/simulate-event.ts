/**
 * Events of known truth: a muon track or a cascade in a detector, its light from photon tables or the closed form, noise,
 * and what the modules make of it. The result is an event like any other, with the truth in it.
 */
import { ConfigError } from '../config/index.js';
import type { Detector } from '../detector/index.js';
import {
  type DecodedEvent,
  type OpenDetector,
  openModules,
  type Particle,
  parseUtc,
  summarizePulses,
} from '../event/index.js';
import {
  ClosedFormCascadeLight,
  type IceModel,
  type IceTilt,
  type PhotonTables,
  TableCascadeLight,
  tiltShifts,
} from '../light/index.js';
import type { Site } from '../sky/index.js';
import { type ElectronicsOptions, readOut } from './electronics.js';
import { cascadeEmission, type MuonEmission, muonEmission } from './emission.js';
import { drawPhotoElectrons, type Line, LineLight, type PhotoElectrons, type SeenLight } from './light.js';
import { MuonInTables } from './muon-light.js';
import { Random } from './random.js';

/** What is simulated in: the same for many events. */
export interface SimulationSetup {
  readonly detector: Detector;
  /** Whether `detector` is the built-in IC86, which an event need not bring along. */
  readonly isBuiltin: boolean;
  /** Where a detector that is not built in stands, for the event to bring along; unknown where absent. */
  readonly site?: Site;
  /** With its emission profile, as `loadIceModel` gives it. */
  readonly ice: IceModel;
  /** Photon tables of that ice; null or left out: the closed form, which was fitted to SPICE-Mie. */
  readonly tables?: PhotonTables | null;
  /** Tilt of the ice's layers; null or left out: none. */
  readonly tilt?: IceTilt | null;
}

/** What is simulated. Metres, GeV, radians, in the frame of the detector. */
export interface SimulationOptions {
  /** 'track': a muon that flies through; 'cascade': an electromagnetic cascade. */
  readonly kind: 'track' | 'cascade';
  /** Where the particle comes from. */
  readonly zenith: number;
  readonly azimuth: number;
  /** A point on the track, or the vertex of the cascade. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /**
   * Energy of the cascade, or of the muon where it comes within 100 m of the sphere about the detector; 10 to 1e8.
   */
  readonly energyGev: number;
  /** Start of the event, ISO 8601 in UTC. */
  readonly startTimeUtc: string;
  /** Whole numbers from 0 to 2^53 - 1. Events of one seed and other streams are independent. */
  readonly seed: number;
  readonly stream?: number;
  /** Default 1. */
  readonly runId?: number;
  readonly eventId?: number;
  readonly electronics?: ElectronicsOptions;
}

/** An event and what went into it. */
export interface SimulatedEvent {
  readonly event: DecodedEvent;
  /** Number of photo-electrons of light, without noise. */
  readonly photoElectrons: number;
  /** Of a muon: energy where it leaves again, 0 if it stopped; null for a cascade. */
  readonly finalEnergyGev: number | null;
  readonly largestLossGev: number | null;
}

export const MIN_ENERGY_GEV = 10;
export const MAX_ENERGY_GEV = 1e8;

/** A muon is followed from here before the sphere about all modules to here behind it, m. */
const MARGIN_M = 100;
/** The readout window, and how long before the first light it opens, ns (specs/photon-tables.md section 12). */
const WINDOW = { startNs: 6000, stopNs: 26_000 } as const;
const BEFORE_LIGHT_NS = 4000;
const PDG_MUON = 13;
const PDG_ELECTRON = 11;

/**
 * Simulates one event. The same setup and options give the same event everywhere.
 *
 * @throws ConfigError 'config/bad-value' for options that make no sense
 */
export function simulateEvent(setup: SimulationSetup, options: SimulationOptions): SimulatedEvent {
  check(options);
  const { detector } = setup;
  const random = new Random(options.seed, options.stream ?? 0);
  const line = lineOf(options);
  const muon = options.kind === 'track' ? muonPath(detector, line, options.energyGev, random) : null;
  const seen = seenLight(setup, line, muon, options.energyGev);
  const { x, y, z } = detector;
  const shiftM = setup.tilt == null ? null : tiltShifts(setup.tilt, x, y, z);
  const light = drawPhotoElectrons(detector, seen, shiftM, random);
  // The readout is triggered by light: the event is moved so that its first light comes at the right time.
  let firstLight = Number.POSITIVE_INFINITY;
  for (const time of light.timeNs) if (time < firstLight) firstLight = time;
  const hasLight = light.timeNs.length > 0;
  const shift = WINDOW.startNs + BEFORE_LIGHT_NS + 25 * random.uniform() - (hasLight ? firstLight : 0);
  const moved: PhotoElectrons = { first: light.first, timeNs: light.timeNs.map((time) => time + shift) };
  const pulses = readOut(detector, moved, WINDOW, options.electronics ?? {}, random);
  const warnings: string[] = [];
  if (!hasLight) warnings.push('No light of the simulated particle reached a module.');
  else if (summarizePulses(pulses).n_hlc === 0) warnings.push('The simulated light made no local coincidence.');
  const utc = parseUtc(options.startTimeUtc)!;
  return {
    event: {
      header: {
        runId: options.runId ?? 1,
        eventId: options.eventId ?? 1,
        subEventId: 0,
        eventType: options.kind,
        startTimeUtc: utc.text,
        mjd: utc.mjd,
        formatVersion: '',
        isReal: false,
      },
      pulses,
      pulsesName: 'pulses',
      readoutWindow: WINDOW,
      calibrationErrata: [],
      saturationWindows: [],
      particles: {},
      vetoVertex: null,
      alert: null,
      gcdDifferences: null,
      fullGcd: null,
      openDetector: setup.isBuiltin ? 'IC86' : openDetectorOf(detector, setup.site),
      truth: truthOf(options, shift, muon?.stopM ?? null),
      warnings,
    },
    photoElectrons: light.timeNs.length,
    finalEnergyGev: muon?.finalEnergyGev ?? null,
    largestLossGev: muon?.largestLossGev ?? null,
  };
}

function check(options: SimulationOptions): void {
  const bad = (message: string): ConfigError => new ConfigError('config/bad-value', message);
  const { energyGev, zenith, azimuth, x, y, z, seed, stream = 0 } = options;
  if (![zenith, azimuth, x, y, z].every(Number.isFinite)) throw bad('The direction and position must be numbers.');
  if (!(zenith >= 0 && zenith <= Math.PI)) throw bad('The zenith must be from 0 to 180 degrees.');
  if (!(energyGev >= MIN_ENERGY_GEV && energyGev <= MAX_ENERGY_GEV)) {
    throw bad(`The energy must be from ${MIN_ENERGY_GEV} GeV to ${MAX_ENERGY_GEV} GeV, not ${energyGev}.`);
  }
  for (const number of [seed, stream, options.runId ?? 0, options.eventId ?? 0]) {
    if (!Number.isSafeInteger(number) || number < 0) {
      throw bad(`Seeds and the numbers of runs and events must be whole numbers of 0 or more, not ${number}.`);
    }
  }
  if (parseUtc(options.startTimeUtc) === null) {
    throw bad(`"${options.startTimeUtc}" is no UTC time like 2024-05-01T12:00:00Z.`);
  }
}

/** How modules see the particle. A muon that stops has no infinite track: all of its light comes from points then. */
function seenLight(
  { ice, tables }: SimulationSetup,
  line: Line,
  muon: MuonEmission | null,
  energyGev: number,
): SeenLight {
  if (tables != null && muon !== null && muon.stopM === null) return new MuonInTables(tables, line, muon);
  const light = tables == null ? new ClosedFormCascadeLight(ice) : new TableCascadeLight(tables.cascade);
  return new LineLight(light, line, muon ?? cascadeEmission(energyGev));
}

function lineOf({ x, y, z, zenith, azimuth }: SimulationOptions): Line {
  return {
    x,
    y,
    z,
    timeNs: 0,
    zenith,
    azimuth,
    directionX: -Math.sin(zenith) * Math.cos(azimuth),
    directionY: -Math.sin(zenith) * Math.sin(azimuth),
    directionZ: -Math.cos(zenith),
  };
}

/** A muon on its way through the sphere about the detector; without light where it misses the sphere. */
function muonPath(detector: Detector, line: Line, energyGev: number, random: Random): MuonEmission {
  const centre = [middle(detector.x), middle(detector.y), middle(detector.z)] as const;
  let radius2 = 0;
  for (let i = 0; i < detector.x.length; i++) {
    const dx = detector.x[i]! - centre[0];
    const dy = detector.y[i]! - centre[1];
    const dz = detector.z[i]! - centre[2];
    radius2 = Math.max(radius2, dx * dx + dy * dy + dz * dz);
  }
  const radius = Math.sqrt(radius2) + MARGIN_M;
  const dx = centre[0] - line.x;
  const dy = centre[1] - line.y;
  const dz = centre[2] - line.z;
  const closest = dx * line.directionX + dy * line.directionY + dz * line.directionZ;
  const chord2 = radius * radius - (dx * dx + dy * dy + dz * dz - closest * closest);
  const half = Math.sqrt(Math.max(0, chord2));
  return muonEmission(energyGev, closest - half, closest + half, random);
}

function middle(values: Float64Array): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return 0.5 * (low + high);
}

function truthOf(options: SimulationOptions, timeNs: number, stopM: number | null): Particle {
  const { kind, x, y, z, zenith, azimuth, energyGev } = options;
  const turn = 2 * Math.PI;
  return {
    x,
    y,
    z,
    timeNs,
    zenith,
    azimuth: azimuth - turn * Math.floor(azimuth / turn),
    energyGev,
    lengthM: null,
    shape: kind === 'cascade' ? 'cascade' : stopM === null ? 'infinite track' : 'stopping track',
    status: 'OK',
    pdg: kind === 'cascade' ? PDG_ELECTRON : PDG_MUON,
  };
}

function openDetectorOf(detector: Detector, site: Site | undefined): OpenDetector {
  return {
    name: detector.name,
    ...(site === undefined ? {} : { site }),
    modules: openModules(detector),
  };
}
