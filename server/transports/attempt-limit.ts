import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../shared/clock.js';

/** How many wrong tokens one address may try in how long, and how many addresses are told apart. */
export interface AttemptLimits {
  readonly maxAttempts: number;
  /** The same for a site, the 48 bits of IPv6 that one customer may have 65,536 networks in. */
  readonly maxSiteAttempts: number;
  readonly windowUs: number;
  readonly maxAddresses: number;
}

const DEFAULT_LIMITS: AttemptLimits = {
  maxAttempts: 10,
  maxSiteAttempts: 100,
  windowUs: 60_000_000,
  maxAddresses: 10_000,
};

interface Attempts {
  /** When each counted attempt was made, oldest first. */
  readonly timesUs: number[];
  /** Digest of the last wrong token. */
  lastTried: string;
}

/**
 * Slows down who guesses tokens: after a number of wrong ones an address, or a whole IPv6 site, has to wait, and no token
 * of it is looked at
 * until then, so that the wait tells nothing. All transports of a server share one. The same wrong token again is no new
 * guess: a player that keeps trying with an old one locks nobody out.
 */
export class AttemptLimit {
  /** Ordered by the last attempt, oldest first. */
  private readonly byAddress = new Map<string, Attempts>();
  private readonly limits: AttemptLimits;

  constructor(
    private readonly clock: Clock,
    limits: Partial<AttemptLimits> = {},
  ) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Number of addresses remembered. */
  get size(): number {
    return this.byAddress.size;
  }

  /** How long, in microseconds, no token of `address` is looked at; 0 when one may be tried now. */
  waitUs(address: string): number {
    const { maxAttempts, maxSiteAttempts } = this.limits;
    const site = siteKey(address);
    const siteWaitUs = site === null ? 0 : this.waitOfUs(site, maxSiteAttempts);
    return Math.max(this.waitOfUs(attemptKey(address), maxAttempts), siteWaitUs);
  }

  /** Counts a wrong token of `address`. */
  fail(address: string, token: string): void {
    const tried = digest(token);
    const site = siteKey(address);
    if (this.count(attemptKey(address), tried) && site !== null) this.count(site, tried);
  }

  private waitOfUs(key: string, maxAttempts: number): number {
    const attempts = this.byAddress.get(key);
    if (!attempts) return 0;
    this.forgetOld(attempts);
    const [oldestUs] = attempts.timesUs;
    if (oldestUs === undefined || attempts.timesUs.length < maxAttempts) return 0;
    return oldestUs + this.limits.windowUs - this.clock.nowUs();
  }

  /** Returns whether it was a new guess. */
  private count(key: string, tried: string): boolean {
    const attempts = this.byAddress.get(key) ?? { timesUs: [], lastTried: '' };
    this.forgetOld(attempts);
    if (attempts.lastTried === tried && attempts.timesUs.length > 0) return false;
    attempts.lastTried = tried;
    attempts.timesUs.push(this.clock.nowUs());
    this.byAddress.delete(key);
    this.byAddress.set(key, attempts);
    if (this.byAddress.size > this.limits.maxAddresses) this.forgetQuietest();
    return true;
  }

  private forgetOld({ timesUs }: Attempts): void {
    const sinceUs = this.clock.nowUs() - this.limits.windowUs;
    while (timesUs[0] !== undefined && timesUs[0] <= sinceUs) timesUs.shift();
  }

  private forgetQuietest(): void {
    const [quietest] = this.byAddress.keys();
    if (quietest !== undefined) this.byAddress.delete(quietest);
  }
}

/**
 * What counts as one address: of IPv6 the network of 64 bits, since whoever has one address has all of it. The port that
 * some proxies add to an address does not count; text that is no address stands for itself.
 */
export function attemptKey(address: string): string {
  const bare = bareAddress(address);
  return isIPv6(bare) ? `${networkOf(bare).join(':')}::/64` : bare;
}

/** The network of 48 bits that an IPv6 address is in; null for what is no such address. */
function siteKey(address: string): string | null {
  const bare = bareAddress(address);
  return isIPv6(bare) ? `${networkOf(bare).slice(0, 3).join(':')}::/48` : null;
}

/** Without port, brackets and zone; an IPv4 address within IPv6 as itself. */
function bareAddress(address: string): string {
  const [, ipv4, ipv6] = /^(?:(\d+\.\d+\.\d+\.\d+):\d+|\[(.*)\](?::\d+)?)$/.exec(address) ?? [];
  const bare = (ipv4 ?? ipv6 ?? address).split('%')[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}

/** The address part of a peer's `address:port`. */
export function addressOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':'));
}

/** The first four groups of an IPv6 address. The URL parser writes it in its one short form (RFC 5952). */
function networkOf(address: string): string[] {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = short.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...new Array<string>(gap).fill('0'), ...after].slice(0, 4);
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
