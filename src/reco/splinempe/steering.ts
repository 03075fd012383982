/** What the muon energy decides in splinempe's likelihood, specs/reco-splinempe.md 5.2. Energies in GeV. */

/** Exponent of the charge in the number of photons of a module. */
export function mpeExponent(energyGev: number): number {
  const x = Math.log10(energyGev);
  if (!(energyGev >= 1) || x > 5.5) return 1;
  if (x <= 3) return 0.4;
  if (x <= 3.5) return 0.2 * x - 0.2;
  if (x <= 4) return 0.4 * x - 0.9;
  return 0.2 * x - 0.1;
}

/** Width of the smearing that follows the likelihood of a hit, ns. */
export function postJitterNs(energyGev: number): number {
  const x = Math.log10(energyGev);
  if (!(energyGev >= 1)) return 2;
  if (x <= 2) return 9;
  if (x <= 3) return 17 - 4 * x;
  if (x <= 4) return 8 - x;
  if (x <= 4.5) return 12 - 2 * x;
  if (x <= 5.75) return 6.6 - 0.8 * x;
  if (x <= 7.25) return 2;
  return x <= 7.5 ? 31 - 4 * x : 1;
}
