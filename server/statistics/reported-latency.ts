import { refuseHistogram } from '../../shared/histogram-envelope.js';
import { readHistogram } from '../../shared/histogram-reader.js';

/** A thousand latencies that all differ take half of each. */
const MAX_CHARS = 8192;
/** Clients of others may count as finely as the format does; the bytes bound how many buckets that are. */
const LIMITS = { maxDigits: 5, maxPlainBytes: 8192 };

/** Latencies in microseconds as a client reported them: `counts[i]` frames took `valuesUs[i]`, least first. */
export interface ReportedLatency {
  readonly valuesUs: readonly number[];
  readonly counts: readonly number[];
  /** Frames in all. */
  readonly count: number;
  /** Bytes that it was inflated to. */
  readonly plainBytes: number;
}

/**
 * Reads the histogram of a report. It comes from a peer, so no more is taken than the report of a second can need, nor
 * more frames than `maxFrames`, which is what it can have measured.
 *
 * @throws {StreamerError} BAD_MESSAGE
 */
export function readReportedLatency(base64: string, maxFrames: number): ReportedLatency {
  if (base64.length > MAX_CHARS) refuseHistogram('is too long for a report');
  const valuesUs: number[] = [];
  const counts: number[] = [];
  let count = 0;
  const visit = (valueUs: number, frames: number): void => {
    count += frames;
    if (count > maxFrames) refuseHistogram('holds more frames than were sent');
    valuesUs.push(valueUs);
    counts.push(frames);
  };
  const plainBytes = readHistogram(base64, visit, LIMITS);
  return { valuesUs, counts, count, plainBytes };
}
