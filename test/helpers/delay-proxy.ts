import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How long a proxy holds the bytes of each direction, in microseconds. */
export interface PathDelays {
  readonly toServerUs: number;
  readonly toClientUs: number;
}

/**
 * A TCP proxy that holds every chunk of each direction for a known time and keeps their order: a long, possibly
 * asymmetric path made on loopback.
 */
export class DelayProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(targetPort: number, delays: PathDelays) {
    this.server = createServer({ noDelay: true }, (client) => {
      const upstream = createConnection({ host: '127.0.0.1', port: targetPort, noDelay: true });
      this.pass(client, upstream, delays.toServerUs);
      this.pass(upstream, client, delays.toClientUs);
    });
  }

  /** Starts a proxy in front of `targetPort` on a free port of `host`, the loopback address by default. */
  static async start(targetPort: number, delays: PathDelays, host = '127.0.0.1'): Promise<DelayProxy> {
    const proxy = new DelayProxy(targetPort, delays);
    await new Promise<void>((resolve) => proxy.server.listen(0, host, resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private pass(from: Socket, to: Socket, delayUs: number): void {
    this.sockets.add(from);
    from.on('data', (chunk) => holdFor(delayUs, () => to.writable && to.write(chunk)));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      holdFor(delayUs, () => to.end());
    });
  }
}

/** Timers fire in the order they were set for equal delays, so chunks stay in order. */
function holdFor(delayUs: number, action: () => void): void {
  setTimeout(action, Math.round(delayUs / 1000));
}
