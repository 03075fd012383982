/**
 * How a muon loses energy in ice: large losses one by one, everything below `LOSS_THRESHOLD` continuously.
 *
 * Cross sections, differential in the share v of the energy lost:
 * - bremsstrahlung: Petrukhin and Shestakov (1968);
 * - pair production: Kokoulin and Petrukhin (1969, 1971), integrated over the asymmetry of the pair;
 * - photonuclear: Borog and Petrukhin (1975), photon-nucleon cross section of Caldwell et al. (1979);
 * - knock-on electrons and ionisation: PDG review, "Passage of particles through matter".
 * Chirkin and Rhode, hep-ph/0407075, compare them; their sum there loses 0.26 GeV + 3.6e-4 E per metre water equivalent.
 */
import type { Random } from './random.js';

/** Losses from here on are simulated one by one, GeV; the light per metre of a bare muon holds all smaller ones. */
export const LOSS_THRESHOLD = 0.5;

const MUON_MASS = 0.1056583755;
const ELECTRON_MASS = 0.51099895e-3;
const FINE_STRUCTURE = 1 / 137.035999;
/** Classical electron radius, cm. */
const ELECTRON_RADIUS = 2.8179403e-13;
const AVOGADRO = 6.02214076e23;
/** Density of the ice in g/cm^3, molecules H2O per g, and grams per square centimetre on a metre. */
const ICE_DENSITY = 0.9216;
const MOLECULES_PER_GRAM = AVOGADRO / 18.0153;
const GRAMS_PER_METRE = ICE_DENSITY * 100;
const SQRT_E = Math.exp(0.5);

/** Atoms of a molecule; `nucleons` is the number that counts in photonuclear reactions, 0.22 A + 0.78 A^0.89. */
interface Atom {
  readonly count: number;
  readonly Z: number;
  readonly thirdRoot: number;
  readonly nucleons: number;
}
const ATOMS: readonly Atom[] = [
  { count: 2, Z: 1, thirdRoot: 1, nucleons: 1 },
  { count: 1, Z: 8, thirdRoot: 2, nucleons: 0.22 * 16 + 0.78 * Math.exp(0.89 * Math.log(16)) },
];

/** d sigma / dv per atom, cm^2. */
export function bremsstrahlung(E: number, v: number, { Z, thirdRoot }: Atom): number {
  const delta = (MUON_MASS * MUON_MASS * v) / (2 * E * (1 - v));
  const screening = 189 / thirdRoot / ELECTRON_MASS;
  const phi = Math.log((screening * MUON_MASS) / (1 + SQRT_E * screening * delta));
  if (phi <= 0) return 0;
  const radius = (2 * ELECTRON_RADIUS * ELECTRON_MASS) / MUON_MASS;
  return ((FINE_STRUCTURE * Z * (Z + 1) * radius * radius) / v) * (4 / 3 - (4 / 3) * v + v * v) * phi;
}

/** d sigma / dv per atom, cm^2. */
export function pairProduction(E: number, v: number, { Z, thirdRoot }: Atom): number {
  const least = (4 * ELECTRON_MASS) / E;
  const most = 1 - (0.75 * SQRT_E * MUON_MASS * thirdRoot) / E;
  if (v <= least || v >= most) return 0;
  const reach = (1 - (6 * MUON_MASS * MUON_MASS) / (E * E * (1 - v))) * Math.sqrt(1 - least / v);
  if (reach <= 0) return 0;
  // The integrand rises steeply towards |rho| = 1: substitute 1 - rho = exp(-u).
  const last = -Math.log(1 - reach);
  let sum = 0;
  for (let i = 0; i < NODES.length; i++) {
    const u = 0.5 * last * (1 + NODES[i]!);
    const rest = Math.exp(-u);
    sum += WEIGHTS[i]! * rest * pairAsymmetry(E, v, 1 - rest, thirdRoot);
  }
  const scale = FINE_STRUCTURE * ELECTRON_RADIUS;
  return (4 / (3 * Math.PI)) * Z * (Z + 1) * scale * scale * ((1 - v) / v) * 0.5 * last * sum;
}

/** Phi_e + (m_e / m_mu)^2 Phi_mu at the asymmetry rho of the pair. */
function pairAsymmetry(E: number, v: number, rho: number, thirdRoot: number): number {
  const massRatio = ELECTRON_MASS / MUON_MASS;
  const r2 = rho * rho;
  const beta = (v * v) / (2 * (1 - v));
  const half = v / (2 * massRatio);
  const xi = (half * half * (1 - r2)) / (1 - v);
  const yE = (5 - r2 + 4 * beta * (1 + r2)) / (2 * (1 + 3 * beta) * Math.log(3 + 1 / xi) - r2 - 2 * beta * (2 - r2));
  const yMu = (4 + r2 + 3 * beta * (1 + r2)) / ((1 + r2) * (1.5 + 2 * beta) * Math.log(3 + xi) + 1 - 1.5 * r2);
  const screening = 183 / thirdRoot;
  const recoil = (2 * ELECTRON_MASS * SQRT_E * screening) / (E * v * (1 - r2));
  const nearE = (1 + xi) * (1 + yE);
  const nuclear = 1.5 * massRatio * thirdRoot;
  const lnE =
    Math.log((screening * Math.sqrt(nearE)) / (1 + recoil * nearE)) - 0.5 * Math.log(1 + nuclear * nuclear * nearE);
  const nearMu = Math.sqrt((1 + 1 / xi) * (1 + yMu));
  const lnMu =
    Math.log(((screening / massRatio) * nearMu) / (1 + recoil * (1 + xi) * (1 + yMu))) -
    Math.log(1.5 * thirdRoot * nearMu);
  const bE = ((2 + r2) * (1 + beta) + xi * (3 + r2)) * Math.log(1 + 1 / xi) + (1 - r2 - beta) / (1 + xi) - (3 + r2);
  const bMu =
    ((1 + r2) * (1 + 1.5 * beta) - ((1 + 2 * beta) * (1 - r2)) / xi) * Math.log(1 + xi) +
    (xi * (1 - r2 - beta)) / (1 + xi) +
    (1 + 2 * beta) * (1 - r2);
  return Math.max(0, bE * lnE) + massRatio * massRatio * Math.max(0, bMu * lnMu);
}

/** d sigma / dv per atom, cm^2; losses below the mass of a pion do not occur. */
export function photonuclear(E: number, v: number, { nucleons }: Atom): number {
  const loss = E * v;
  if (loss < 0.14 || v >= 1 - MUON_MASS / E) return 0;
  const lambda2 = 0.4;
  const lambda = Math.sqrt(lambda2);
  const m2 = MUON_MASS * MUON_MASS;
  const nucleon = 0.938272;
  const microbarn = 49.2 + 11.1 * Math.log(loss) + 151.8 / Math.sqrt(loss);
  const inside =
    (((E * E * (1 - v)) / m2) * (1 + (m2 * v * v) / (lambda2 * (1 - v)))) /
    (1 + (loss / lambda) * (1 + lambda / (2 * nucleon) + loss / lambda));
  const shape = v - 1 + (1 - v + 0.5 * v * v * (1 + (2 * m2) / lambda2)) * Math.log(inside);
  return (FINE_STRUCTURE / Math.PI) * nucleons * microbarn * 1e-30 * (Math.max(0, shape) / v);
}

/** Largest energy of a knock-on electron, GeV. */
function largestKnockOn(E: number): number {
  const gamma2 = (E * E) / (MUON_MASS * MUON_MASS);
  const ratio = ELECTRON_MASS / MUON_MASS;
  return (2 * ELECTRON_MASS * (gamma2 - 1)) / (1 + 2 * Math.sqrt(gamma2) * ratio + ratio * ratio);
}

/** d sigma / dv per electron, cm^2. */
export function knockOn(E: number, v: number): number {
  const T = E * v;
  const most = largestKnockOn(E);
  if (T >= most) return 0;
  const beta2 = 1 - (MUON_MASS * MUON_MASS) / (E * E);
  const spin = 1 - (beta2 * T) / most + 0.5 * v * v;
  return ((2 * Math.PI * ELECTRON_RADIUS * ELECTRON_RADIUS * ELECTRON_MASS) / (beta2 * T * T)) * spin * E;
}

/** Mean ionisation loss in knock-on electrons below the threshold, GeV per metre (restricted Bethe formula, water). */
function restrictedIonisation(E: number): number {
  const K = 0.307075e-3 * (10 / 18.0153);
  const gamma2 = (E * E) / (MUON_MASS * MUON_MASS);
  const beta2 = 1 - 1 / gamma2;
  const most = largestKnockOn(E);
  const cut = Math.min(LOSS_THRESHOLD, most);
  const excitation = 79.7e-9;
  // Density effect in its high-energy form for water, ln(plasma energy / I) + ln(beta gamma) - 1/2.
  const density = Math.max(0, Math.log(21.47e-9 / excitation) + 0.5 * Math.log(beta2 * gamma2) - 0.5);
  const argument = (2 * ELECTRON_MASS * beta2 * gamma2 * cut) / (excitation * excitation);
  const bethe = 0.5 * Math.log(argument) - 0.5 * beta2 * (1 + cut / most) - density;
  return (K / beta2) * bethe * GRAMS_PER_METRE;
}

/** Sums over the atoms of a molecule, per metre of ice and unit of v. */
function electromagneticRate(E: number, v: number): number {
  let sum = 10 * knockOn(E, v);
  for (const atom of ATOMS) sum += atom.count * (bremsstrahlung(E, v, atom) + pairProduction(E, v, atom));
  return sum * MOLECULES_PER_GRAM * GRAMS_PER_METRE;
}

function hadronicRate(E: number, v: number): number {
  let sum = 0;
  for (const atom of ATOMS) sum += atom.count * photonuclear(E, v, atom);
  return sum * MOLECULES_PER_GRAM * GRAMS_PER_METRE;
}

/** One large loss. */
export interface Loss {
  readonly energyGev: number;
  readonly isHadronic: boolean;
}

/** Steps of the tables per decade of energy, and nodes of a distribution of losses. */
const PER_DECADE = 6;
const LOSS_NODES = 80;
const LOG_STEP = Math.LN10 / PER_DECADE;

/** Everything about a muon of one energy. */
interface Row {
  /** Large losses per metre. */
  readonly rate: number;
  readonly hadronicShare: number;
  /** Small losses, GeV per metre. */
  readonly continuous: number;
  /** Cumulative distributions of ln(loss / threshold) / ln(E / threshold), at equal steps from 0 to 1. */
  readonly electromagnetic: Float64Array;
  readonly hadronic: Float64Array;
}

const rows = new Map<number, Row>();

/** The tables at energy exp(index LOG_STEP) GeV; made when first needed, always the same. */
function rowAt(index: number): Row {
  let row = rows.get(index);
  if (row === undefined) {
    row = makeRow(Math.exp(index * LOG_STEP));
    rows.set(index, row);
  }
  return row;
}

function makeRow(E: number): Row {
  let continuous = restrictedIonisation(E);
  // Losses below the threshold, in ln v from where they stop to matter.
  const smallest = Math.log(1e-3 / E);
  const threshold = Math.log(Math.min(LOSS_THRESHOLD, 0.99 * E) / E);
  const n = 120;
  const step = (threshold - smallest) / n;
  for (let i = 0; i < n; i++) {
    const v = Math.exp(smallest + (i + 0.5) * step);
    const radiative = electromagneticRate(E, v) - 10 * knockOn(E, v) * MOLECULES_PER_GRAM * GRAMS_PER_METRE;
    continuous += (radiative + hadronicRate(E, v)) * v * v * E * step;
  }
  const electromagnetic = cumulative(E, electromagneticRate);
  const hadronic = cumulative(E, hadronicRate);
  const rate = electromagnetic.total + hadronic.total;
  return {
    rate,
    hadronicShare: rate > 0 ? hadronic.total / rate : 0,
    continuous,
    electromagnetic: electromagnetic.nodes,
    hadronic: hadronic.nodes,
  };
}

function cumulative(E: number, rateOf: (E: number, v: number) => number): { total: number; nodes: Float64Array } {
  const nodes = new Float64Array(LOSS_NODES + 1);
  const range = Math.log(E / LOSS_THRESHOLD);
  if (!(range > 0)) return { total: 0, nodes };
  const substeps = 4;
  const step = range / (LOSS_NODES * substeps);
  for (let i = 0; i < LOSS_NODES * substeps; i++) {
    const v = Math.exp((i + 0.5) * step - range);
    nodes[Math.floor(i / substeps) + 1]! += rateOf(E, v) * v * step;
  }
  for (let i = 1; i <= LOSS_NODES; i++) nodes[i]! += nodes[i - 1]!;
  const total = nodes[LOSS_NODES]!;
  if (total > 0) for (let i = 1; i <= LOSS_NODES; i++) nodes[i]! /= total;
  return { total, nodes };
}

/** Number of large losses per metre of a muon of energy E (GeV). */
export function lossRate(E: number): number {
  return E <= LOSS_THRESHOLD ? 0 : between(E, (row) => row.rate);
}

/** Energy that small losses cost, GeV per metre. */
export function continuousLoss(E: number): number {
  return between(E, (row) => row.continuous);
}

function between(E: number, pick: (row: Row) => number): number {
  const at = Math.log(E) / LOG_STEP;
  const below = Math.floor(at);
  const low = pick(rowAt(below));
  return low + (pick(rowAt(below + 1)) - low) * (at - below);
}

/** Draws one large loss of a muon of energy E (GeV). */
export function drawLoss(E: number, random: Random): Loss {
  const at = Math.log(E) / LOG_STEP;
  const below = Math.floor(at);
  const row = rowAt(random.uniform() < at - below ? below + 1 : below);
  const isHadronic = random.uniform() < row.hadronicShare;
  const share = invert(isHadronic ? row.hadronic : row.electromagnetic, random.uniform());
  return { energyGev: LOSS_THRESHOLD * Math.exp(share * Math.log(E / LOSS_THRESHOLD)), isHadronic };
}

/** Where a cumulative distribution at equal steps from 0 to 1 takes a value. */
function invert(nodes: Float64Array, value: number): number {
  let low = 0;
  let high = nodes.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (nodes[middle]! <= value) low = middle;
    else high = middle;
  }
  const rise = nodes[high]! - nodes[low]!;
  return (low + (rise > 0 ? (value - nodes[low]!) / rise : 0.5)) / (nodes.length - 1);
}

/** Gauss-Legendre quadrature of order 12 on [-1, 1]. */
const NODES: readonly number[] = [
  -0.981560634246719, -0.904117256370475, -0.769902674194305, -0.587317954286617, -0.36783149899818, -0.125233408511469,
  0.125233408511469, 0.36783149899818, 0.587317954286617, 0.769902674194305, 0.904117256370475, 0.981560634246719,
];
const WEIGHTS: readonly number[] = [
  0.047175336386512, 0.106939325995318, 0.160078328543346, 0.203167426723066, 0.233492536538355, 0.249147045813403,
  0.249147045813403, 0.233492536538355, 0.203167426723066, 0.160078328543346, 0.106939325995318, 0.047175336386512,
];
