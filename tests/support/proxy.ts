/**
 * A TCP proxy between an end and its broker that can do what networks do: cut connections, swallow everything without a
 * word, let through slowly, refuse. Needs no rights, unlike network namespaces.
 */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** What becomes of the bytes: passed on, swallowed with the connection kept open, passed on late, no connection at all. */
export type ProxyMode = 'pass' | 'swallow' | 'slow' | 'refuse';

export interface NetProxy {
  readonly port: number;
  /** Connections that were opened through it so far. */
  readonly opened: number;
  set(mode: ProxyMode): void;
  /** Resets every connection; new ones are as the mode says. */
  cut(): void;
  close(): Promise<void>;
}

/** Late by so much in mode 'slow', ms for every piece. */
const LATE_MS = 150;

/** Opens a proxy to a port of this machine. */
export async function openProxy(target: number): Promise<NetProxy> {
  let mode: ProxyMode = 'pass';
  let opened = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const pipe = (from: Socket, to: Socket): void => {
    let order: Promise<unknown> = Promise.resolve();
    // Late or not, bytes never overtake each other.
    from.on('data', (bytes) => {
      if (mode === 'swallow') return;
      const lateMs = mode === 'slow' ? LATE_MS : 0;
      order = order.then(() => (lateMs > 0 ? after(lateMs) : undefined)).then(() => to.write(bytes));
    });
    from.once('close', () => void order.then(() => (mode === 'swallow' ? undefined : to.destroy())));
  };
  const server = createServer((near) => {
    keep(near);
    if (mode === 'refuse') {
      near.resetAndDestroy();
      return;
    }
    opened++;
    const far = keep(connect(target, '127.0.0.1'));
    pipe(near, far);
    pipe(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as { readonly port: number }).port,
    get opened() {
      return opened;
    },
    set(next) {
      mode = next;
    },
    cut,
    close() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
