/**
 * Skymap Scanner as a library: everything below runs in Node and in a browser (files come in and go out as bytes; what
 * touches disks, threads and terminals is in `node/`). From an event file to a sky map:
 *
 *     const event = decodeEvent(bytes, 'event.json');
 *     const detector = detectorForEvent(event, await loadIc86(read), null);
 *     const reco = findReco('pandel_mpe');
 *     const { input, prepared } = await prepareWith(light, reco, { event, detector, settings: {} });
 *     const setup = scanSetup({ event, reco, input, prepared, ... });
 *     const { result } = await runHere(setup, { startFitter, ... }); // reco.createFit(prepared) fits a pixel for a fitter
 *     const summary = summarize(result, options);                    // position, areas; writeNpz(result), toJson(result)
 *
 * resources/examples/library.mjs is that as a whole program; `runHere` is `runScan` and `startClient` at either end of
 * `embeddedBroker`.
 *
 * Units: metre, nanosecond, GeV, radian; degrees only in names that end in Deg or _deg. HEALPix pixels in RING order.
 */
export * from './broker/index.js';
export * from './client/index.js';
export * from './config/index.js';
export * from './detector/index.js';
export * from './event/index.js';
export * from './light/index.js';
export * from './plot/index.js';
export * from './prepare/index.js';
export * from './reco/index.js';
export * from './report/index.js';
export * from './result/index.js';
export * from './scan/index.js';
export * from './session/index.js';
export * from './simulate/index.js';
export * from './sky/index.js';
export * from './web/index.js';
