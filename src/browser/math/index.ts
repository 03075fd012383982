/**
 * Mathematical functions whose results are the same in every browser, to the last bit: those of Node 20 to 24. The
 * language leaves last bits open, and engines use their freedom: of 20 000 exponentials each, those of Chromium 156 and
 * of Node 20 differ in 1938. Fits end a hair elsewhere then, and a map's bytes differ. In pages these functions stand
 * for the ones of `Math` (scripts/build-web.mjs puts them there); tests/browser/math.test.ts compares them with Node's.
 *
 * Plain arithmetic and square roots, which the language fixes. Methods and coefficients are those of fdlibm, which the
 * engine of these Nodes follows:
 *
 *   Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 *   Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
 *   software is freely granted, provided that this notice is preserved.
 */
export { acos, asin, atan, atan2 } from './arcs.js';
export { asinh, cosh, exp, expm1, sinh, tanh } from './exponentials.js';
export { hypot } from './hypot.js';
export { log, log1p, log2, log10 } from './logarithms.js';
export { cos, sin, tan } from './trigonometric.js';
