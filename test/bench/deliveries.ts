import type { SessionFrame } from '../../client/session.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { ArrivalLog } from './arrivals.js';
import type { Arrivals } from './arrivals.js';
import { sentTimeUs } from './sent-stamp.js';

/**
 * Spans of a frame's way that are measured: `total` from its capture time, `added` from the end of its encoding, and
 * `sinceSent` from a camera's own stamp in the JPEG (sent-stamp.ts), where there is one.
 */
export const SPANS = ['total', 'queue', 'encode', 'publish', 'network', 'added', 'processing', 'sinceSent'] as const;
export type Span = (typeof SPANS)[number];

/** What the sessions of one worker received. */
export interface Deliveries {
  readonly frames: number;
  readonly bytes: number;
  /** Histograms, encoded. */
  readonly spans: Readonly<Record<Span, { readonly positive: string; readonly negative: string | null }>>;
  /** Largest bound that the clock sync gave for the error of a latency. */
  readonly clockErrorUs: number;
  /** How far its estimate was from the true offset, and how often outside its own bound; null where nobody knows. */
  readonly clockTruth: { readonly maxMissUs: number; readonly outside: number } | null;
  /** Frames that came while the server's clock was not known yet. */
  readonly withoutClock: number;
  readonly arrivals: Arrivals;
}

/** p50, p99 and maximum in microseconds; null where nothing was measured. */
export interface SpanFigures {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Records what the sessions of one process receive, all together. */
export class DeliveryRecorder {
  private readonly spans: Record<Span, LatencyHistogram>;
  private readonly arrivals = new ArrivalLog();
  private frames = 0;
  private bytes = 0;
  private withoutClock = 0;
  private clockErrorUs = 0;
  private maxMissUs = 0;
  private outside = 0;

  /**
   * @param monotonicOffsetUs what turns our clock into the one that all processes share
   * @param trueOffsetUs server clock minus ours; null where nobody knows
   */
  constructor(
    newHistogram: () => LatencyHistogram,
    private readonly monotonicOffsetUs: number,
    private readonly trueOffsetUs: number | null,
  ) {
    this.spans = mapSpans(newHistogram);
  }

  onFrame({ header, jpeg, receivedTimeUs, clock }: SessionFrame): void {
    this.frames += 1;
    this.bytes += jpeg.length;
    const arrivedUs = receivedTimeUs + this.monotonicOffsetUs;
    this.arrivals.note(header.sequence, arrivedUs);
    const { spans } = this;
    const sentUs = sentTimeUs(jpeg);
    if (sentUs !== null) spans.sinceSent.record(arrivedUs - sentUs);
    const processingUs = header.processedOffsetUs - header.decodedOffsetUs;
    if (processingUs > 0) spans.processing.record(processingUs);
    spans.queue.record(header.encodeStartOffsetUs);
    spans.encode.record(header.encodedOffsetUs - header.encodeStartOffsetUs);
    spans.publish.record(header.publishedOffsetUs - header.encodedOffsetUs);
    if (!clock) {
      this.withoutClock += 1;
      return;
    }
    this.checkClock(clock.offsetUs, clock.errorUs);
    const totalUs = receivedTimeUs + clock.offsetUs - header.captureTimeUs;
    spans.total.record(totalUs);
    spans.network.record(totalUs - header.publishedOffsetUs);
    spans.added.record(totalUs - header.encodedOffsetUs);
  }

  deliveries(): Deliveries {
    const { frames, bytes, clockErrorUs, withoutClock, maxMissUs, outside, spans } = this;
    return {
      frames,
      bytes,
      spans: mapSpans((span) => ({ positive: spans[span].encode(), negative: spans[span].encodeNegative() })),
      clockErrorUs,
      clockTruth: this.trueOffsetUs === null ? null : { maxMissUs, outside },
      withoutClock,
      arrivals: this.arrivals.arrivals(),
    };
  }

  private checkClock(offsetUs: number, errorUs: number): void {
    if (errorUs > this.clockErrorUs) this.clockErrorUs = errorUs;
    if (this.trueOffsetUs === null) return;
    const missUs = Math.abs(offsetUs - this.trueOffsetUs);
    if (missUs > this.maxMissUs) this.maxMissUs = missUs;
    if (missUs > errorUs) this.outside += 1;
  }
}

/** The spans of all `parts` together, merged value by value. */
export function spanFigures(parts: readonly Deliveries[]): Record<Span, SpanFigures> {
  return mapSpans((span) => {
    const all = new LatencyHistogram();
    for (const { spans } of parts) all.merge(LatencyHistogram.decode(spans[span].positive, spans[span].negative));
    return { p50: all.quantile(0.5), p99: all.quantile(0.99), max: all.max };
  });
}

function mapSpans<T>(get: (span: Span) => T): Record<Span, T> {
  return Object.fromEntries(SPANS.map((span) => [span, get(span)])) as Record<Span, T>;
}
