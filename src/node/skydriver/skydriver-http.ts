/**
 * Requests to SkyDriver (specs/sky-and-scan.md section 12), in two manners: `urgent` ones are repeated for up to an hour,
 * `casual` ones once. The token travels in the header of requests and nowhere else: neither in errors nor in notes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, type Environment, ScanError } from '../../config/index.js';

/** How patient a request is. */
export interface Manner {
  /** Seconds for one try. */
  readonly timeoutS: number;
  /** Tries after the first one, at most. */
  readonly retries: number;
  /** Seconds from the first try after which there is no other. */
  readonly keepTryingS: number;
}

export const URGENT: Manner = { timeoutS: 60, retries: Number.POSITIVE_INFINITY, keepTryingS: 3600 };
export const CASUAL: Manner = { timeoutS: 10, retries: 1, keepTryingS: 3600 };

/** Pause before the second try, and the longest one: what comes back is noticed within a minute. */
const FIRST_PAUSE_S = 0.3;
const LONGEST_PAUSE_S = 60;

/** Answers are some MB at most; more is none of SkyDriver's. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

/** A scan at SkyDriver, before anybody has asked for it. */
export interface SkydriverPlace {
  /** `https://host`, without a slash at its end. */
  readonly address: string;
  readonly token: string;
  readonly scanId: string;
}

/** One request of a scan. */
export interface SkydriverRequest {
  readonly method: 'GET' | 'PATCH' | 'PUT';
  /** Behind `/scan/ID/`. */
  readonly what: 'manifest' | 'i3-event' | 'ewms/workforce' | 'result' | 'status';
  /** JSON. */
  readonly body?: string;
  readonly manner: Manner;
  readonly signal?: AbortSignal | undefined;
  /** Is told why, after the first try that failed and before another one. */
  readonly onRetry?: (reason: string) => void;
}

/** Sends a request; gives the parsed answer. */
export type AskSkydriver = (request: SkydriverRequest) => Promise<unknown>;

/**
 * The scan that the environment names; null where it names no SkyDriver.
 *
 * @throws ConfigError config/bad-value
 */
export function skydriverPlace(
  environment: Pick<Environment, 'skydriverAddress' | 'skydriverAuth' | 'scanId'>,
): SkydriverPlace | null {
  const { skydriverAddress, skydriverAuth: token, scanId } = environment;
  const address = skydriverAddress.trim().replace(/\/+$/, '');
  if (address === '') return null;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw new ConfigError(
      'config/bad-value',
      'SKYSCAN_SKYDRIVER_ADDRESS is no address like https://host, without user and password.',
      'Give the address of SkyDriver, and the token in SKYSCAN_SKYDRIVER_AUTH.',
    );
  }
  if (scanId === '') {
    throw new ConfigError(
      'config/bad-value',
      'SKYSCAN_SKYDRIVER_ADDRESS is set, but not which scan of SkyDriver this is.',
      'Set SKYSCAN_SKYDRIVER_SCAN_ID, or unset the address.',
    );
  }
  if (!/^[\x21-\x7e]*$/.test(token.trim())) {
    throw new ConfigError(
      'config/bad-value',
      'SKYSCAN_SKYDRIVER_AUTH has characters that a token cannot have.',
      'Give the token alone, without line breaks and without the word "bearer".',
    );
  }
  return { address, token: token.trim(), scanId };
}

/**
 * Who asks SkyDriver about one scan. What is thrown for a request that has failed for good: ScanError
 * skydriver/unreachable, skydriver/refused or skydriver/bad-answer; the signal's reason where the signal has ended it.
 */
export function skydriver({ address, token, scanId }: SkydriverPlace): AskSkydriver {
  const base = `${address}/scan/${encodeURIComponent(scanId)}/`;
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(token === '' ? {} : { authorization: `bearer ${token}` }),
  };
  const withoutToken = (text: string): string => (token === '' ? text : text.replaceAll(token, '(token)'));

  return async ({ method, what, body, manner, signal, onRetry }) => {
    const startedMs = performance.now();
    for (let tries = 1; ; tries++) {
      const outcome = await once();
      if ('answer' in outcome) return outcome.answer;
      const pauseS = Math.min(FIRST_PAUSE_S * 2 ** (tries - 1), LONGEST_PAUSE_S);
      const spentS = (performance.now() - startedMs) / 1000;
      if (!outcome.isTemporary || tries > manner.retries || spentS + pauseS > manner.keepTryingS) throw outcome.error;
      if (tries === 1) onRetry?.(outcome.error.message);
      await sleep(pauseS * 1000, undefined, { signal });
    }

    async function once(): Promise<{ readonly answer: unknown } | Failure> {
      const limit = AbortSignal.timeout(manner.timeoutS * 1000);
      try {
        const response = await fetch(base + what, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
          signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        });
        const text = await textOf(response);
        if (!response.ok) return refusal(response.status, text);
        return { answer: JSON.parse(text) };
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof SyntaxError) return failure('skydriver/bad-answer', 'with something that is not JSON');
        if (limit.aborted) return away(`no answer within ${manner.timeoutS} s`);
        return away(reasonOf(error));
      }
    }

    function refusal(status: number, text: string): Failure {
      const said = withoutToken(text).replace(/\s+/g, ' ').trim().slice(0, 300);
      const words = said === '' ? `${status}` : `${status}: ${said}`;
      const isTemporary = status === 408 || status === 429 || status >= 500;
      const error = new ScanError(
        isTemporary ? 'skydriver/unreachable' : 'skydriver/refused',
        `SkyDriver at ${address} answers ${method} ${what} of scan ${scanId} with ${words}`,
        HINTS[status] ?? 'See its log for this scan.',
      );
      return { error, isTemporary };
    }

    function away(reason: string): Failure {
      const error = new ScanError(
        'skydriver/unreachable',
        `SkyDriver at ${address} cannot be asked for ${what} of scan ${scanId}: ${withoutToken(reason)}`,
        'See whether SKYSCAN_SKYDRIVER_ADDRESS is right and reachable from this machine.',
      );
      return { error, isTemporary: true };
    }

    function failure(code: 'skydriver/bad-answer', how: string): Failure {
      const text = `SkyDriver at ${address} answers ${method} ${what} of scan ${scanId} ${how}`;
      return {
        error: new ScanError(code, text, 'See whether SKYSCAN_SKYDRIVER_ADDRESS is right.'),
        isTemporary: false,
      };
    }
  };
}

interface Failure {
  readonly error: ScanError;
  /** Whether another try may go better. */
  readonly isTemporary: boolean;
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'The token in SKYSCAN_SKYDRIVER_AUTH is missing, or it has expired.',
  403: 'The token in SKYSCAN_SKYDRIVER_AUTH is not that of a scanner (role "system").',
  404: 'See whether SKYSCAN_SKYDRIVER_SCAN_ID is right and the scan was not deleted.',
};

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST_ANSWER) throw new Error('the answer is too large');
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & {
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  return [cause?.code, cause?.message].filter((text) => text !== undefined && text !== '').join(' ') || message;
}
