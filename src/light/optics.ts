/** Constants of light in the ice (specs/photon-tables.md sections 1 to 3): those of IceCube's own tables, at 400 nm. */

/** Speed of light in vacuum, m/ns. */
export const SPEED_OF_LIGHT: number = 0.299792458;
/** Index of the ice for phases (sets the Cherenkov angle) and for groups (time of flight). */
export const PHASE_INDEX: number = 1.3195;
export const GROUP_INDEX: number = 1.35634;
/** The Cherenkov angle. */
export const COS_CHERENKOV: number = 1 / PHASE_INDEX;
export const TAN_CHERENKOV: number = Math.sqrt(PHASE_INDEX * PHASE_INDEX - 1);
export const SIN_CHERENKOV: number = TAN_CHERENKOV / PHASE_INDEX;
/** When unscattered light of a track reaches a point: this many ns per metre of distance from the track after the muon
 * passes the point of closest approach. */
export const FRONT_NS_PER_M: number = (PHASE_INDEX * GROUP_INDEX - 1) / TAN_CHERENKOV / SPEED_OF_LIGHT;
/** Photons of the detected spectrum per metre of track with the speed of light. */
export const PHOTONS_PER_METRE: number = 2450.08;
/** The same per GeV of an electromagnetic cascade. */
export const PHOTONS_PER_GEV: number = (PHOTONS_PER_METRE * 5.321 * 0.91) / 0.9216;
/** Radius of a module, m. */
export const DOM_RADIUS: number = 0.1651;
