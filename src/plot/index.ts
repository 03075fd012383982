export { allSkySvg } from './all-sky.js';
export { FRAMES, type FrameName } from './frame.js';
export { RA_UNITS, type RaUnit } from './labels.js';
export { CONTOURS, type ContourKind, type PlotOptions, QUANTITIES, type Quantity, type SkySource } from './options.js';
export { type AllSkyProjection, PROJECTIONS } from './projection.js';
export { parseSources } from './sources.js';
export { THEMES, type ThemeName } from './theme.js';
export { zoomSvg } from './zoom.js';
