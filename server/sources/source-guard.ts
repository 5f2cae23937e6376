import { lookup as lookupByDns } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { canonicalHost } from './canonical-host.js';
import { forbiddenNameReason, forbiddenReason } from './forbidden-address.js';
import { HostPatterns } from './host-patterns.js';
import { hostOfUrl } from './guarded-url.js';
import type { SourceSpec } from './source-spec.js';

/** All addresses of a host name, the best one first; rejects when there are none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

const MAX_SHOWN_LENGTH = 100;
/** Who adds a source does not wait longer for a DNS server that is silent. */
const CHECK_LIMIT_MS = 5000;

/**
 * Decides where sources that were added over HTTP may be: only on the network, never at link-local addresses, at those of
 * cloud metadata, unspecified or broadcast ones, and where `--allow-source` is given only at those hosts. A name is
 * judged by all its addresses, and whoever asks connects to exactly these: a name that resolves otherwise a moment later
 * gains nothing.
 */
export class SourceGuard {
  private readonly allowed: HostPatterns | null;

  /** @param allowSources as `--allow-source` has it; null allows any host that is not always refused */
  constructor(
    allowSources: readonly string[] | null,
    private readonly resolve: Resolve = resolveByDns,
  ) {
    this.allowed = allowSources && new HostPatterns(allowSources);
  }

  /**
   * Refuses a source before it is opened. A name that cannot be resolved now, or not soon, is let pass: it is looked at
   * again at each connection.
   *
   * @throws {StreamerError} SOURCE_FORBIDDEN
   */
  async check(spec: SourceSpec): Promise<void> {
    if (spec.kind !== 'rtsp' && spec.kind !== 'http' && spec.kind !== 'network') {
      throw forbidden('A source that is added over HTTP must be on the network, such as rtsp://… or http://….');
    }
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (limit = setTimeout(resolve, CHECK_LIMIT_MS)));
    try {
      await Promise.race([this.addressesOf(hostOfUrl(spec.url)), late]);
    } catch (thrown) {
      const error = toStreamerError(thrown);
      if (error.code !== 'SOURCE_UNREACHABLE') throw error;
    } finally {
      clearTimeout(limit);
    }
  }

  /**
   * The addresses of `host` (as it stands in an address), all of them allowed; the first is the best one.
   *
   * @throws {StreamerError} SOURCE_FORBIDDEN, or SOURCE_UNREACHABLE for a name without an address.
   */
  async addressesOf(host: string): Promise<readonly [string, ...string[]]> {
    const shown = toPrintable(host.slice(0, MAX_SHOWN_LENGTH));
    const canonical = canonicalHost(host);
    if (canonical === null) throw forbidden(`${shown} is no host that a source added over HTTP can have.`);
    const refuse = (reason: string) =>
      forbidden(`A source added over HTTP may not be at ${shown}: ${reason} addresses are always refused.`);
    const nameReason = forbiddenNameReason(canonical);
    if (nameReason !== null) throw refuse(nameReason);
    const isAddress = isIP(canonical) !== 0;
    const isNamed = this.allowed === null || (!isAddress && this.allowed.matchesName(canonical));
    if (!isNamed && !this.allowed?.hasRanges) throw notAllowed(shown);

    const [first, ...others] = isAddress ? [canonical] : await this.resolved(canonical, shown);
    if (first === undefined) throw unknownHost(shown);
    const addresses = [first, ...others] as const;
    // Where ranges must do, nothing is told of what lies outside of them.
    if (!isNamed && !addresses.every((address) => this.allowed?.matchesAddress(address))) throw notAllowed(shown);
    const reason = addresses.map(forbiddenReason).find((each) => each !== null);
    if (reason !== undefined && reason !== null) throw refuse(reason);
    return addresses;
  }

  /** For `net.connect` and the like: resolves names to addresses that are allowed. It is not asked about addresses. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.addressesOf(hostname).then(
      (all) => {
        const family = options.family === 4 || options.family === 'IPv4' ? 4 : options.family ? 6 : 0;
        const found = all
          .map((address) => ({ address, family: isIP(address) }))
          .filter((each) => family === 0 || each.family === family);
        const [first] = found;
        if (!first) callback(unknownHost(hostname), '', 0);
        else if (options.all === true) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(toStreamerError(error), '', 0),
    );
  };

  private async resolved(name: string, shown: string): Promise<readonly string[]> {
    try {
      const addresses = await this.resolve(name);
      // An address with a zone is link-local, and nothing else here can read it.
      return addresses.map((address) => address.replace(/%.*$/, ''));
    } catch (cause) {
      throw unknownHost(shown, cause);
    }
  }
}

/** As all programs of this machine resolve names, its hosts file included. */
async function resolveByDns(name: string): Promise<readonly string[]> {
  const found = await lookupByDns(name, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

function forbidden(sentence: string): StreamerError {
  return new StreamerError('SOURCE_FORBIDDEN', sentence);
}

function notAllowed(shown: string): StreamerError {
  return forbidden(`A source added over HTTP may not be at ${shown}: --allow-source does not name that host.`);
}

function unknownHost(shown: string, cause?: unknown): StreamerError {
  return new StreamerError('SOURCE_UNREACHABLE', `${shown} is a host that nobody knows; check its name.`, { cause });
}
