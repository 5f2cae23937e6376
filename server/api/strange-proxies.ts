import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';

/** What is looked at of a request: with a trusted proxy, `ips` has more than the address of the connection. */
export type ProxiedRequest = Pick<FastifyRequest, 'headers' | 'ips' | 'socket'>;

const INTERVAL_US = 3_600_000_000;

/**
 * Tells the log of proxies that nobody named: all who come through one share an address, and so its limits. Anybody can
 * send the header, so there is one line an hour, whoever does.
 */
export class StrangeProxies {
  private readonly limiter: RepeatLimiter;

  constructor(
    clock: Clock,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {
    this.limiter = new RepeatLimiter(clock, { intervalUs: INTERVAL_US });
  }

  /** Looks whether a request came through one. */
  notice({ headers, ips, socket }: ProxiedRequest): void {
    if (headers['x-forwarded-for'] === undefined || (ips !== undefined && ips.length > 1)) return;
    this.limiter.run('proxy', (suppressed) => {
      const proxy = socket.remoteAddress ?? 'unknown';
      const sentence =
        'X-Forwarded-For comes from an address that is no trusted proxy, so all who come from there count as one; ' +
        'where it is your reverse proxy, name it with --trusted-proxy';
      this.logger.warn({ proxy, suppressed }, sentence);
    });
  }
}
