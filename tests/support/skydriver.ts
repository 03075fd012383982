/**
 * A SkyDriver for tests: its routes about one scan and the schemas of its bodies (specs/sky-and-scan.md section 12). What
 * SkyDriver would refuse is refused, with its status codes. It can be told to fail.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export const TOKEN = 'a-token.of/a+system~role';

/** Body of a progress report, as far as tests look into it. */
export interface Patch {
  readonly progress?:
    | { readonly summary: string; readonly processing_stats: Record<string, unknown>; readonly end?: unknown }
    | undefined;
  readonly event_metadata?: { readonly run_id: number; readonly event_type: string } | undefined;
  readonly scan_metadata?: Record<string, unknown> | undefined;
}

/** Body of a result report. */
export interface Put {
  readonly skyscan_result: Record<string, unknown>;
  readonly is_final: boolean;
}

/** Body of a PATCH, as the real one has it: other keys are refused. */
const patchSchema: z.ZodType<Patch> = z.strictObject({
  progress: z
    .looseObject({
      summary: z.string(),
      epilogue: z.string(),
      tallies: z.record(z.string(), z.unknown()),
      processing_stats: z.looseObject({
        start: z.record(z.string(), z.string()),
        runtime: z.record(z.string(), z.string()),
      }),
      predictive_scanning_threshold: z.number().min(0).max(1),
      last_updated: z.string(),
    })
    .optional(),
  event_metadata: z
    .looseObject({
      run_id: z.int(),
      event_id: z.int(),
      event_type: z.string(),
      mjd: z.number(),
      is_real_event: z.boolean(),
    })
    .optional(),
  scan_metadata: z.record(z.string(), z.unknown()).optional(),
});
const putSchema: z.ZodType<Put> = z.strictObject({
  skyscan_result: z.record(z.string(), z.unknown()),
  is_final: z.boolean(),
});

/** One request: `PATCH /scan/ID/manifest`, and what it was answered with. */
export interface Heard {
  readonly what: string;
  readonly status: number;
  readonly body: unknown;
}

export interface Skydriver {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  readonly scanId: string;
  readonly heard: readonly Heard[];
  /** What it would answer; may be changed at any time. */
  readonly state: {
    /** The event of the scan; a text is shown as it is. */
    event: unknown;
    i3Event: unknown;
    running: number;
    isDeleted: boolean;
    ewmsDeactivated: string | null;
    scanState: string;
  };
  /**
   * Is asked before everything else. A number is answered as status, 'hang' is no answer at all, 'cut' ends the
   * connection, 'html' is a page with status 200.
   */
  fail: (what: string) => number | 'hang' | 'cut' | 'html' | null;
  /** Environment for a server of this scan. */
  readonly env: Readonly<Record<string, string>>;
  /** Bodies of accepted requests of that kind. */
  patches(): Patch[];
  puts(): Put[];
  dispose(): Promise<void>;
}

export async function startSkydriver(event: unknown = {}, scanId = '0123456789abcdef'): Promise<Skydriver> {
  const heard: Heard[] = [];
  const state: Skydriver['state'] = {
    event,
    i3Event: null,
    running: 1,
    isDeleted: false,
    ewmsDeactivated: null,
    scanState: 'IN_PROGRESS__WAITING_ON_FIRST_PIXEL_RECO',
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accepted = (what: string): unknown[] =>
    heard.filter((entry) => entry.what === what && entry.status === 200).map(({ body }) => body);
  const there: Skydriver = {
    address,
    scanId,
    heard,
    state,
    fail: () => null,
    env: {
      SKYSCAN_SKYDRIVER_ADDRESS: address,
      SKYSCAN_SKYDRIVER_AUTH: TOKEN,
      SKYSCAN_SKYDRIVER_SCAN_ID: scanId,
    },
    patches: () => accepted('PATCH manifest') as Patch[],
    puts: () => accepted('PUT result') as Put[],
    async dispose() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  return there;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const path = new URL(request.url ?? '/', address).pathname;
    const prefix = `/scan/${encodeURIComponent(scanId)}/`;
    const what = path.startsWith(prefix)
      ? `${request.method} ${path.slice(prefix.length)}`
      : `${request.method} ${path}`;
    const failure = there.fail(what);
    if (failure === 'cut') return void request.socket.destroy();
    if (failure === 'hang') return;
    const body = text === '' ? undefined : JSON.parse(text);
    const [status, answer] =
      failure === 'html'
        ? [200, '<html>the login page</html>']
        : typeof failure === 'number'
          ? [failure, { error: `told to, ${request.headers.authorization}` }]
          : respond(what, request, body);
    heard.push({ what, status, body });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  function respond(what: string, request: IncomingMessage, body: unknown): [number, unknown] {
    if (request.headers.authorization !== `bearer ${TOKEN}`) return [403, { error: 'no such role' }];
    const manifest = { scan_id: scanId, is_deleted: state.isDeleted, event_i3live_json_dict: state.event };
    switch (what) {
      case 'GET manifest':
        return [200, manifest];
      case 'GET i3-event':
        return state.i3Event === null ? [404, { error: 'no event' }] : [200, { i3_event: state.i3Event }];
      case 'GET ewms/workforce':
        return [200, { n_running: state.running }];
      case 'GET status':
        return [200, status()];
      case 'PATCH manifest': {
        const parsed = patchSchema.safeParse(body);
        return parsed.success ? [200, manifest] : [400, { error: z.prettifyError(parsed.error) }];
      }
      case 'PUT result': {
        const parsed = putSchema.safeParse(body);
        if (!parsed.success) return [400, { error: z.prettifyError(parsed.error) }];
        return Object.keys(parsed.data.skyscan_result).length === 0
          ? [200, {}]
          : [200, { ...parsed.data, scan_id: scanId }];
      }
      default:
        return [404, { error: 'no such route' }];
    }
  }

  function status(): unknown {
    return {
      scan_state: state.scanState,
      is_deleted: state.isDeleted,
      ewms_deactivated: state.ewmsDeactivated,
      scan_complete: false,
      scanner_server_logs: { url: '' },
      ewms_workforce: { workflow_id: 'w', statuses: {}, n_running: state.running, top_errors: {} },
    };
  }
}
