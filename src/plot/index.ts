export { allSkySvg } from './all-sky.js';
export { cellOutline } from './cells.js';
export { LEVELS as COLOUR_STEPS, rampColour, roundUp } from './colours.js';
export { FRAMES, type FrameName, fromGalactic } from './frame.js';
export {
  areaText,
  fixed,
  latitudeLabel,
  longitudeLabel,
  RA_UNITS,
  type RaUnit,
  signed,
  tickText,
  utcText,
} from './labels.js';
export { CONTOURS, type ContourKind, type PlotOptions, QUANTITIES, type Quantity, type SkySource } from './options.js';
export { type AllSkyProjection, PROJECTIONS } from './projection.js';
export { parseSources } from './sources.js';
export { THEMES, type Theme, type ThemeName, themeOf } from './theme.js';
export { zoomSvg } from './zoom.js';
