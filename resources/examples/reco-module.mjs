/**
 * A reconstruction of your own as an ES module:
 *
 *     skymap-scanner scan --event-file event.json --reco-module reco-module.mjs --reco-option sigma_ns=200
 *
 * It takes the light for a plane wave that goes through the ice at the speed of light: for a direction, the best time
 * of the wave is the mean of (hit time - delay to the module), and the likelihood says how far the hits scatter around
 * it. Crude, but it finds the side of the sky a bright track comes from. reco_command.py does the same in Python.
 *
 * `prepare` runs once, in the main thread; what it returns as `data` must be plain (numbers, texts, lists, objects,
 * typed arrays) and is handed to every worker thread, where `createFit` builds the fit from it. The fit gets tasks:
 * a pixel with its direction (radians, where the particle comes from) and start vertices (metres, nanoseconds). Its
 * results must depend on nothing but data and task: that is what makes maps reproducible.
 */

const METRES_PER_NS = 0.299792458;
const HARD_LOCAL_COINCIDENCE = 1;

export default {
  name: 'plane_wave',
  about: 'example: a plane wave through the first coincident hits (option sigma_ns)',
  // One start at the seed vertex itself, and none of the scanner's refinements of seeds.
  variations: [[0, 0, 0]],
  rotatesVertex: false,
  refinesTime: false,
  addsFallbackSeed: false,
  taskUnit: 'variation',

  /** First coincident pulse of every module that has one. */
  prepare({ event, detector, settings }) {
    const sigmaNs = Number(settings.sigma_ns ?? 300);
    if (!(sigmaNs > 0)) throw new Error(`sigma_ns must be a positive number, not ${settings.sigma_ns}`);
    const keyOf = (map, i) => `${map.string[i]} ${map.om[i]} ${map.pmt[i]}`;
    const moduleOf = new Map(Array.from(detector.string, (_, i) => [keyOf(detector, i), i]));
    const { pulses } = event;
    const hits = [];
    for (let d = 0; d < pulses.string.length; d++) {
      for (let p = pulses.first[d]; p < pulses.first[d + 1]; p++) {
        if ((pulses.flags[p] & HARD_LOCAL_COINCIDENCE) === 0) continue;
        const m = moduleOf.get(keyOf(pulses, d));
        hits.push({ x: detector.x[m], y: detector.y[m], z: detector.z[m], t: pulses.timeNs[p] });
        break;
      }
    }
    if (hits.length < 5) throw new Error(`the event has only ${hits.length} modules with coincident hits`);
    return {
      seedVertex: { x: 0, y: 0, z: 0, timeNs: 0 },
      hlcTimes: null,
      data: { hits, sigmaNs },
      notes: [`plane_wave: first hits of ${hits.length} modules`],
    };
  },

  createFit({ data: { hits, sigmaNs } }) {
    return ({ nside, pixel, zenith, azimuth, variations }) => {
      // The wave goes the other way than where it comes from.
      const nx = -Math.sin(zenith) * Math.cos(azimuth);
      const ny = -Math.sin(zenith) * Math.sin(azimuth);
      const nz = -Math.cos(zenith);
      const times = hits.map(({ x, y, z, t }) => t - (nx * x + ny * y + nz * z) / METRES_PER_NS);
      const mean = times.reduce((sum, t) => sum + t, 0) / times.length;
      const llh = times.reduce((sum, t) => sum + ((t - mean) / sigmaNs) ** 2, 0) / 2;
      return variations.map(({ variation }) => ({
        nside,
        pixel,
        variation,
        llh,
        x: 0,
        y: 0,
        z: 0,
        timeNs: mean,
        eInGev: Number.NaN,
        eTotGev: Number.NaN,
        energyGev: Number.NaN,
      }));
    };
  },
};
