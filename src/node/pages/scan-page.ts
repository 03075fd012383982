/** The live page beside a running scan: hears it, shows it, and stops it where a reader asks for that. */
import { randomBytes } from 'node:crypto';
import type { BrokerListener } from '../../broker/remote-types.js';
import type { ClientListener } from '../../client/index.js';
import { listenTo, type ScanListener, tellAll } from '../../scan/index.js';
import { type EventPicture, eventPicture, type LiveAbout, type LiveFeed, liveFeed, livePage } from '../../web/index.js';
import type { LoadedEvent } from '../files/load-event.js';
import type { PagePlace } from './page-place.js';
import { type PageAnswer, type PageRequest, servePages } from './page-server.js';

export interface ScanPageOptions {
  readonly place: PagePlace;
  /** What it is called before its event has been read. */
  readonly title: string;
  /** Name of the reconstruction. */
  readonly recoAlgo: string;
  readonly angularErrorFloorDeg: number;
  /** Fits at the same time in this process. Default: not known. */
  readonly workers?: number;
}

export interface ScanPage {
  /** Where it is to be seen; without the token. */
  readonly url: string;
  /** Is aborted when a reader stops the scan. */
  readonly signal: AbortSignal;
  /** To be shown the event that is scanned. */
  readonly showEvent: (event: LoadedEvent) => void;
  readonly listen: ScanListener;
  readonly listenToClient: ClientListener;
  readonly listenToBroker: BrokerListener;
  /** Tells how it ended and closes. `error`: why it failed, null where it did not. */
  close(error: string | null): Promise<void>;
}

/** Opens the page of a scan. */
export async function openScanPage(options: ScanPageOptions): Promise<ScanPage> {
  const { place, title, recoAlgo } = options;
  const stop = new AbortController();
  let picture: EventPicture | null = null;
  let feed: LiveFeed | null = null;
  const answer = (request: PageRequest): Promise<PageAnswer | null> =>
    answerLive(request, {
      feed: feed!,
      base: '',
      event: async () => picture,
      stop(body) {
        if (!server.isLoopback && !server.isToken((body as { token?: unknown } | null)?.token)) {
          return { kind: 'refused', why: 'That was not the token.' };
        }
        stop.abort();
        return { kind: 'done' };
      },
    });
  const server = await servePages(place, answer);
  let about: LiveAbout = {
    title,
    detail: recoAlgo,
    nsides: [],
    angularErrorFloorDeg: options.angularErrorFloorDeg,
    hasEvent: false,
    stop: server.isLoopback ? 'yes' : 'token',
    proof: server.proof,
    files: [],
  };
  feed = liveFeed({
    name: randomBytes(6).toString('hex'),
    about,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  });
  const naming = listenTo({
    'scan:started': ({ view, nsides }) => {
      const { run_id, event_id, event_type } = view.manifest().event_metadata;
      const kind = event_type === null ? '' : `, ${event_type}`;
      tell({ title: `Run ${run_id}, event ${event_id}${kind}`, nsides });
    },
  });
  const tell = (changed: Partial<LiveAbout>): void => {
    about = { ...about, ...changed };
    feed.setAbout(about);
  };
  return {
    url: server.url,
    signal: stop.signal,
    showEvent({ event, detector }) {
      picture = eventPicture(event, detector);
      tell({ hasEvent: true });
    },
    listen: tellAll(feed.listen, naming),
    listenToClient: feed.listenToClient,
    listenToBroker: feed.listenToBroker,
    async close(error) {
      if (error !== null) feed.end('failed', error);
      feed.flush();
      await server.close();
      feed.close();
    },
  };
}

/** What a live page asks for. */
export interface LiveRoutes {
  readonly feed: LiveFeed;
  /** How to get from the page to the server's root. */
  readonly base: string;
  /** The event to be drawn; null where there is none. */
  readonly event: () => Promise<EventPicture | null>;
  /** Null where nothing can be stopped. */
  readonly stop: ((body: unknown) => PageAnswer) | null;
}

/** Answers for the page itself (empty path), `events`, `event.json` and `stop`. */
export async function answerLive(
  request: PageRequest,
  { feed, base, event, stop }: LiveRoutes,
): Promise<PageAnswer | null> {
  const { method, path } = request;
  if (path.length > 1) return null;
  const [name] = path;
  if (method === 'POST') return name === 'stop' && stop !== null ? stop(request.body) : null;
  if (name === undefined) return { kind: 'html', text: livePage(base) };
  if (name === 'events') return { kind: 'events', feed };
  if (name !== 'event.json') return null;
  const picture = await event();
  return picture && { kind: 'json', value: picture };
}
