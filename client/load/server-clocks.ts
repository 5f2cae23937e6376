import type { Clock } from '../../shared/clock.js';
import { ServerClock } from './server-clock.js';

/** What is known of a server's clock when somebody asks. */
export interface ClockOfServer {
  readonly clock: ServerClock;
  /** Gives it back; with the last connection it is forgotten, since the next one may meet another process. */
  release(): void;
}

/**
 * The clocks of the servers that one thread is connected to. Two connections share one only when they reached the same
 * process: the address alone does not say that, behind a load balancer or after a restart, but when the stream began, in
 * microseconds of the server's own clock, does.
 */
export class ServerClocks {
  private readonly shared = new Map<string, ServerClock>();

  constructor(private readonly clock: Clock) {}

  /** The clock of the server at `address`, whose stream began at `startTimeUs` of it. */
  take(address: string, stream: string, startTimeUs: number): ClockOfServer {
    const key = JSON.stringify([address, stream, startTimeUs]);
    const clock = this.shared.get(key) ?? new ServerClock(this.clock);
    this.shared.set(key, clock);
    const release = () => {
      if (clock.size === 0 && this.shared.get(key) === clock) this.shared.delete(key);
    };
    return { clock, release };
  }

  /** The clocks there are, with the addresses of their servers. */
  entries(): { readonly address: string; readonly clock: ServerClock }[] {
    return [...this.shared].map(([key, clock]) => ({ address: (JSON.parse(key) as [string])[0], clock }));
  }
}
