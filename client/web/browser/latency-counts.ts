import { HIGHEST_US, bucketOf, encodeStored } from './histogram-bytes.js';

/** Longest text that a STATS takes for the latencies of a stream. */
const MAX_TEXT_CHARS = 32 * 1024;

/**
 * Counts latencies for the server, in buckets of HdrHistogram with three significant digits. Negative ones, which that
 * format does not have, are left out, and those beyond an hour count as one. Only buckets in use take memory.
 */
export class LatencyCounts {
  private readonly counts = new Map<number, number>();

  /** Counts `latencyUs`, in microseconds. */
  record(latencyUs: number): void {
    if (!(latencyUs >= 0)) return;
    const bucket = bucketOf(Math.min(HIGHEST_US, Math.round(latencyUs)));
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
  }

  /**
   * What was counted since the last call, as an HdrHistogram (V2, compressed, base64); undefined when that is nothing, or
   * so much that a STATS would not take it. A second's latencies are some hundred bytes, which are not worth a deflate, and
   * the browser's own is asynchronous.
   */
  take(): string | undefined {
    const buckets = [...this.counts].sort(([a], [b]) => a - b);
    this.counts.clear();
    if (buckets.length === 0) return undefined;
    const text = encodeStored(buckets);
    return text.length <= MAX_TEXT_CHARS ? text : undefined;
  }
}
