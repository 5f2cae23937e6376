import type { ApiClient } from '../../shared/api/client-schema.js';
import type { Stats } from '../../shared/protocol/messages.js';
import type { ClientStream } from '../clients.js';
import type { SubscriberCounters } from '../hub/subscriber.js';
import type { ReportedLatency } from './reported-latency.js';

/** What one client measured, as it reported it. */
export type ClientFigures = Pick<ApiClient, 'clockErrorUs' | 'latency' | 'lostFrames'>;

/** Different latencies kept of a report: a second of 64 streams of 60 frames a second, none like another. */
const MAX_KEPT = 4096;

/** Frames of the last second before an outage are reported over the next connection, which did not send them. */
const MAX_CARRIED = 256;

/** What a client claimed about the frames that it was sent of one stream. */
interface Claims {
  measured: number;
  lost: number;
}

/** What one client reported: its figures of the last report, and counts over all of them. */
export class ClientStatistics {
  private clockErrorUs: number | null = null;
  private lostFrames = 0;
  /** By the counters of a subscription, so that they go with it. */
  private readonly claims = new WeakMap<Readonly<SubscriberCounters>, Claims>();
  private latest: { stats: Stats; latencies: [valueUs: number, count: number][]; errorUs: number | null } | null = null;

  /** A STATS came, whether or not its latencies will be read. */
  onStats(stats: Stats): void {
    if (stats.clock) this.clockErrorUs = Math.ceil(stats.clock.errorUs);
  }

  /** Takes in frames that the client says it lost; returns how many it can have lost, since only what was sent can be. */
  onLost(lost: number, { counters }: ClientStream): number {
    const claims = this.claimsOf(counters);
    const added = Math.min(lost, Math.max(0, counters.sent - claims.lost));
    claims.lost += added;
    this.lostFrames += added;
    return added;
  }

  /** How many frames a report can have measured: those sent that no earlier report had, and a few of before. */
  unmeasured({ counters }: ClientStream): number {
    return Math.max(0, counters.sent + MAX_CARRIED - this.claimsOf(counters).measured);
  }

  /** Takes in the latencies of one stream in `stats`, with the bound of their error. */
  onLatency({ counters }: ClientStream, latency: ReportedLatency, errorUs: number | null, stats: Stats): void {
    this.claimsOf(counters).measured += latency.count;
    if (this.latest?.stats !== stats) this.latest = { stats, latencies: [], errorUs: null };
    const { latest } = this;
    const { valuesUs, counts } = latency;
    for (let i = 0; i < valuesUs.length && latest.latencies.length < MAX_KEPT; i += 1) {
      latest.latencies.push([valuesUs[i]!, counts[i]!]);
    }
    if (errorUs !== null) latest.errorUs = Math.max(latest.errorUs ?? 0, errorUs);
  }

  figures(): ClientFigures {
    return { clockErrorUs: this.clockErrorUs, latency: this.latency(), lostFrames: this.lostFrames };
  }

  private latency(): ClientFigures['latency'] {
    if (!this.latest) return null;
    const { latencies, errorUs } = this.latest;
    const sorted = latencies.sort(([a], [b]) => a - b);
    const count = sorted.reduce((total, [, frames]) => total + frames, 0);
    const last = sorted.at(-1);
    if (!last) return null;
    const quantile = (q: number): number => valueAtRank(sorted, Math.ceil(q * count));
    return { p50Us: quantile(0.5), p90Us: quantile(0.9), p99Us: quantile(0.99), maxUs: last[0], errorUs, count };
  }

  private claimsOf(counters: Readonly<SubscriberCounters>): Claims {
    let claims = this.claims.get(counters);
    if (!claims) this.claims.set(counters, (claims = { measured: 0, lost: 0 }));
    return claims;
  }
}

/** The value of the given rank, 1 being the least. */
function valueAtRank(sorted: readonly (readonly [valueUs: number, count: number])[], rank: number): number {
  let passed = 0;
  for (const [valueUs, count] of sorted) {
    passed += count;
    if (passed >= rank) return valueUs;
  }
  return sorted.at(-1)?.[0] ?? 0;
}
