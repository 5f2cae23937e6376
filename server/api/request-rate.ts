import type { Clock } from '../../shared/clock.js';
import { attemptKey } from '../transports/attempt-limit.js';

/** How many requests one address may make, and how many addresses are told apart. */
export interface RateLimits {
  readonly perSecond: number;
  /** Requests that may come at once, after a pause. */
  readonly burst: number;
  readonly maxAddresses: number;
}

/** A wall of pictures opens with hundreds of requests, and a page that polls makes a few a second. */
export const DEFAULT_RATE: RateLimits = { perSecond: 100, burst: 1000, maxAddresses: 10_000 };

interface Bucket {
  tokens: number;
  filledUs: number;
}

/**
 * Bounds the requests of one address with a token bucket: a burst, and then so many a second. What an answer goes on
 * with, frames of a stream above all, does not count.
 */
export class RequestRate {
  /** Ordered by the last request, oldest first. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: RateLimits = DEFAULT_RATE,
  ) {}

  /** Number of addresses remembered. */
  get size(): number {
    return this.buckets.size;
  }

  /** Counts a request; returns 0, or the microseconds after which the next one is taken when there were too many. */
  take(address: string): number {
    const { perSecond, burst, maxAddresses } = this.limits;
    const key = attemptKey(address);
    const nowUs = this.clock.nowUs();
    const bucket = this.buckets.get(key) ?? { tokens: burst, filledUs: nowUs };
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowUs - bucket.filledUs) * perSecond) / 1_000_000);
    bucket.filledUs = nowUs;
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > maxAddresses) this.forgetQuietest();
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 1_000_000) / perSecond);
    bucket.tokens -= 1;
    return 0;
  }

  private forgetQuietest(): void {
    const [quietest] = this.buckets.keys();
    if (quietest !== undefined) this.buckets.delete(quietest);
  }
}
