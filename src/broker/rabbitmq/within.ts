import type { Channel } from 'rabbitmq-client';

/** The value of a promise, or null where it takes longer. What comes later is ignored, failures included. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  promise.catch(() => undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const CLOSING_LIMIT_MS = 2000;

/** Closes a channel; does not wait for one whose connection is gone, which may never say so. */
export async function closeChannel(channel: Channel): Promise<void> {
  await within(channel.close(), CLOSING_LIMIT_MS).catch(() => undefined);
}
