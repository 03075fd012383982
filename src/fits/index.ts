export { type CardValue, type FitsUnit, fitsCount, fitsUnits } from './header.js';
