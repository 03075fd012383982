/**
 * A scan by the library alone, in one thread:
 *
 *     node library.mjs event.json RESULT.npz pandel_mpe 8:0 64:12
 *
 * Everything from 'skymap-scanner' takes bytes and gives bytes, and runs in a browser too; what reads files here would
 * fetch them there. Fits may as well go to worker threads: a fitter is anything that answers a task with a promise.
 */
import { readFile, writeFile } from 'node:fs/promises';
import {
  decodeEvent,
  decodeTables,
  detectorForEvent,
  findReco,
  loadIc86,
  parseProgression,
  prepareWith,
  runHere,
  scanMetadata,
  scanSetup,
  summarize,
  summaryText,
  writeNpz,
} from 'skymap-scanner';

const [eventFile, resultFile, recoName = 'pandel_mpe', ...nsides] = process.argv.slice(2);

// The package's own data: detector, ice, photon tables.
const resources = new URL('../resources/', import.meta.resolve('skymap-scanner'));
const readResource = (path) => readFile(new URL(path, resources));
const photonTables = async (ice) => decodeTables(await readResource(`tables/${ice}.skylight`), ice);

const event = decodeEvent(await readFile(eventFile), eventFile);
const detector = detectorForEvent(event, await loadIc86(readResource), null);
const reco = findReco(recoName);
const { input, prepared } = await prepareWith({ readResource, photonTables }, reco, { event, detector, settings: {} });

const setup = scanSetup({
  metadata: scanMetadata(event),
  event,
  reco,
  input,
  prepared,
  progression: parseProgression(nsides.length > 0 ? nsides : ['8:0', '64:12', '512:24']),
  threshold: 1,
});
const fit = await reco.createFit(prepared);
const { result } = await runHere(setup, {
  startFitter: () => ({ ready: Promise.resolve(), fit: async (task) => fit(task), kill: async () => undefined }),
  workers: 1,
  journal: null,
  listen: (name, { round }) => name === 'round:chosen' && console.error(`round ${round}`),
  reporting: {},
});

await writeFile(resultFile, writeNpz(result));
console.log(summaryText(summarize(result, { recoAlgo: recoName, nRecos: null, wallS: null })));
