import type { ApiLatency } from '../../shared/api/stats-schema.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import type { ReportedLatency } from './reported-latency.js';

const SLOT_US = 2_000_000;
/** Ten seconds, and the slot that has begun. */
const SLOTS = 6;

/** The last report of one client. */
interface Reporter {
  readonly slot: number;
  readonly errorUs: number | null;
}

/** Latencies of one stream that clients reported in the last ten seconds (up to twelve: slots of two are rotated). */
export class LatencyWindow {
  private readonly slots = Array.from({ length: SLOTS }, () => new LatencyHistogram());
  private readonly merged = new LatencyHistogram();
  private readonly reporters = new Map<string, Reporter>();
  private slot = -Infinity;
  /** The figures as they are until something changes; merging is the dear part, and many ask. */
  private known: ApiLatency | null | undefined;

  /** @param errorUs bound of the error of what the client reported; null where it did not tell */
  add(clientId: string, { valuesUs, counts }: ReportedLatency, errorUs: number | null, nowUs: number): void {
    this.moveTo(nowUs);
    const histogram = this.slots[this.slot % SLOTS]!;
    for (const [i, valueUs] of valuesUs.entries()) histogram.record(valueUs, counts[i]);
    this.reporters.set(clientId, { slot: this.slot, errorUs });
    this.known = undefined;
  }

  /** What was reported lately; null where nothing was. */
  figures(nowUs: number): ApiLatency | null {
    this.moveTo(nowUs);
    if (this.known === undefined) this.known = this.merge();
    return this.known;
  }

  private merge(): ApiLatency | null {
    const { merged } = this;
    merged.reset();
    for (const histogram of this.slots) merged.merge(histogram);
    if (merged.count === 0) return null;
    return {
      p50Us: merged.quantile(0.5)!,
      p90Us: merged.quantile(0.9)!,
      p99Us: merged.quantile(0.99)!,
      maxUs: merged.max!,
      errorUs: this.largestErrorUs(),
      count: merged.count,
      clients: this.reporters.size,
    };
  }

  private largestErrorUs(): number | null {
    let largest: number | null = null;
    for (const { errorUs } of this.reporters.values()) {
      if (errorUs !== null) largest = Math.max(largest ?? 0, errorUs);
    }
    return largest;
  }

  private moveTo(nowUs: number): void {
    const slot = Math.floor(nowUs / SLOT_US);
    if (slot === this.slot) return;
    // However long nothing happened, each slot is emptied once at most.
    for (let next = Math.max(this.slot + 1, slot - SLOTS + 1); next <= slot; next += 1) {
      this.slots[next % SLOTS]!.reset();
    }
    this.slot = slot;
    this.known = undefined;
    for (const [id, reporter] of this.reporters) if (reporter.slot <= slot - SLOTS) this.reporters.delete(id);
  }
}
