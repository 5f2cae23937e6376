import { FRAME_HEADER_BYTES, PREFIX_BYTES } from '../../../shared/protocol/messages.js';
import type { StreamStats } from '../../../shared/protocol/messages.js';
import { FrameCounters } from '../../../shared/receiver/frame-counters.js';
import type { FrameObservation } from '../../../shared/receiver/observation.js';
import { SequenceTracker } from '../../../shared/receiver/sequence-tracker.js';
import { SettlingClock } from '../../../shared/receiver/settling-clock.js';
import type { BrowserStats } from './frame-stream.js';
import { LatencyCounts } from './latency-counts.js';
import { TimeWindow } from './time-window.js';

/** What `StreamFigures` knows of the figures; the rest is known to the connection. */
export type MeasuredStats = Omit<BrowserStats, 'reconnects' | 'frameAgeUs'>;

const RATE_SPAN_US = 5_000_000;
const LATENCY_SPAN_US = 10_000_000;

interface Arrival {
  /** 1, or 0 for a frame of the past, of which only the bytes count. */
  readonly frames: number;
  readonly bytes: number;
}

interface Latency {
  readonly latencyUs: number;
  readonly errorUs: number;
}

/**
 * Measures one stream, over reconnects. It has no clock: every time is passed in, in microseconds of our clock, and must
 * not run backwards. docs/measuring.md says what each figure means.
 */
export class StreamFigures {
  private readonly counters = new FrameCounters();
  private readonly sequence = new SequenceTracker();
  private readonly clock = new SettlingClock((frame, offsetUs, errorUs) => this.onSettled(frame, offsetUs, errorUs));
  private readonly arrivals = new TimeWindow<Arrival>(RATE_SPAN_US);
  private readonly latencies = new TimeWindow<Latency>(LATENCY_SPAN_US);
  private readonly report = new LatencyCounts();
  /** When the first frame came, which only starts the count of the rates. */
  private firstUs: number | null = null;

  /** Takes in a frame. Returns false and ignores one that is not newer than the newest: it is in the counts already. */
  onFrame(frame: FrameObservation): boolean {
    const gap = this.sequence.onFrame(frame.header.sequence);
    if (!gap) return false;
    const bytes = messageBytes(frame);
    this.counters.onFrame(bytes, gap.lost, gap.skipped);
    if (this.firstUs === null) this.firstUs = frame.receiveTimeUs;
    else this.arrivals.add(frame.receiveTimeUs, { frames: 1, bytes });
    this.clock.onFrame(frame);
    return true;
  }

  /** Takes in a frame of the past, sent because we joined late: only its bytes count. */
  onKept(frame: FrameObservation): void {
    const bytes = messageBytes(frame);
    this.counters.onKept(bytes);
    if (this.firstUs !== null) this.arrivals.add(frame.receiveTimeUs, { frames: 0, bytes });
  }

  /** The JPEG of a frame of the present is not whole or cannot be decoded. */
  onCorrupt(): void {
    this.counters.onCorrupt();
  }

  /** The server skips the frames `first` to `last` on purpose. */
  onSkipped(first: number, last: number): void {
    this.sequence.onSkipped(first, last);
  }

  /** The next frame belongs to another timeline: nothing between the two is lost. */
  restart(): void {
    this.sequence.restart();
  }

  /** The connection is gone: the next frame may come from a server whose clock is another one. */
  onDisconnect(): void {
    this.clock.restart();
  }

  /** What happened since the last call, for the STATS message. */
  takeInterval(streamId: number, nowUs: number): StreamStats {
    this.clock.advance(nowUs);
    const { received, lost, skipped, corrupt, bytes } = this.counters.takeReport();
    return { streamId, received, lost, skipped, corrupt, bytes, latency: this.report.take() };
  }

  /** Everything measured up to `nowUs`. */
  stats(nowUs: number): MeasuredStats {
    this.clock.advance(nowUs);
    const { received, lost, skipped, corrupt } = this.counters.total;
    return { ...this.rates(nowUs), received, lost, skipped, corrupt, latency: this.latency(nowUs) };
  }

  private onSettled({ header, receiveTimeUs }: FrameObservation, offsetUs: number, clockErrorUs: number): void {
    const latencyUs = receiveTimeUs + offsetUs - header.captureTimeUs;
    this.report.record(latencyUs);
    this.latencies.add(receiveTimeUs, { latencyUs, errorUs: clockErrorUs + header.clockErrorUs });
  }

  private rates(nowUs: number): Pick<BrowserStats, 'fps' | 'bitsPerSecond'> {
    const spanUs = this.firstUs === null ? 0 : Math.min(RATE_SPAN_US, nowUs - this.firstUs);
    if (spanUs <= 0) return { fps: 0, bitsPerSecond: 0 };
    let frames = 0;
    let bytes = 0;
    for (const arrival of this.arrivals.recent(nowUs)) {
      frames += arrival.frames;
      bytes += arrival.bytes;
    }
    return { fps: (frames * 1e6) / spanUs, bitsPerSecond: (bytes * 8e6) / spanUs };
  }

  private latency(nowUs: number): BrowserStats['latency'] {
    const recent = this.latencies.recent(nowUs);
    if (recent.length === 0) return null;
    const sorted = Float64Array.from(recent, ({ latencyUs }) => latencyUs).sort();
    return {
      p50Us: atQuantile(sorted, 0.5),
      p99Us: atQuantile(sorted, 0.99),
      maxUs: atQuantile(sorted, 1),
      errorUs: Math.max(...recent.map(({ errorUs }) => errorUs)),
      count: sorted.length,
    };
  }
}

/** The value of rank ceil(q * count), as in HdrHistogram. */
function atQuantile(sorted: Float64Array, q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1] ?? NaN;
}

/** Length of the FRAME message. */
function messageBytes({ jpegBytes }: FrameObservation): number {
  return PREFIX_BYTES + FRAME_HEADER_BYTES + jpegBytes;
}
