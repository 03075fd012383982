/**
 * Skymap Scanner as a library: everything below runs in Node and in a browser (files come in and go out as bytes; what
 * touches disks, threads and terminals is in `node/`). From an event file to a sky map:
 *
 *     const event = decodeEvent(bytes, 'event.json');
 *     const detector = detectorForEvent(event, await loadIc86(read), null);
 *     const reco = findReco('pandel_mpe');
 *     const prepared = await reco.prepare({ event, detector, ice: await loadIceModel(read), settings: {} });
 *     const fit = await reco.createFit(prepared);             // fits one pixel; a client does so for a whole scan
 *     const broker = embeddedBroker();                        // startClient({ end: broker.client(), runner })
 *     const { result } = await runScan(setup, { server: broker.server, journal: null });
 *     const summary = summarize(result, options);             // position, areas; writeNpz(result), toJson(result)
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
