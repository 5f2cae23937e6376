import { LatencyHistogram } from '../../shared/histogram.js';
import { FRAME_HEADER_BYTES, PREFIX_BYTES } from '../../shared/protocol/messages.js';
import type { FrameHeader, StreamInfo, StreamStats, TimeSource } from '../../shared/protocol/messages.js';
import { FrameCounters } from '../../shared/receiver/frame-counters.js';
import type { FrameObservation } from '../../shared/receiver/observation.js';
import { SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import { SettlingClock } from '../../shared/receiver/settling-clock.js';
import { AgeSampler } from './age-sampler.js';
import { ArrivalRate } from './arrival-rate.js';
import { latencyFiguresOf, quantilesOf } from './figures.js';
import { rateFiguresOf } from './rate-figures.js';
import { SecondSeries } from './second-series.js';
import type { EncodedHistograms, StreamSnapshot } from './snapshot.js';
import { StageHistograms } from './stage-histograms.js';
import { StreamFacts } from './stream-facts.js';

const MAX_BARS = 64;
const LEAST_FPS = 0.001;
/** Time from frame to frame that the mean rate is given before its frames count as late, where nobody knows it. */
const UNKNOWN_PERIOD_US = 1_000_000;

/**
 * Measures one stream. It has no clock: every time is passed in, in microseconds of our clock, and must not run
 * backwards. It lives as long as the run, over reconnects and restarts of the server. docs/measuring.md says what each
 * figure means.
 */
export class StreamRecorder {
  private readonly facts: StreamFacts;
  private readonly counters = new FrameCounters();
  private readonly sequence = new SequenceTracker();
  private readonly clock = new SettlingClock((frame, offsetUs, errorUs) =>
    this.onSettledFrame(frame, offsetUs, errorUs),
  );
  private readonly latency = new LatencyHistogram();
  private readonly reportLatency = new LatencyHistogram();
  private readonly jitter = new LatencyHistogram();
  private readonly stages = new StageHistograms();
  private readonly age: AgeSampler;
  private seconds: SecondSeries;
  private rate = new ArrivalRate();
  private errorUs: number | null = null;
  /**
   * Receive time minus capture time of the last frame, each in its own clock; null when the next cannot be compared, as
   * it cannot with a frame whose capture time is of another kind.
   */
  private lastTransit: { readonly us: number; readonly timeSource: TimeSource } | null = null;

  constructor(
    private info: StreamInfo,
    startUs: number,
  ) {
    this.facts = new StreamFacts(info);
    this.age = new AgeSampler(periodUs(info));
    this.seconds = new SecondSeries(startUs);
  }

  /** The stream's id on the present connection. */
  get id(): number {
    return this.info.id;
  }

  /** Takes in a frame. One that is not newer than the newest is ignored: it is in the counts already. */
  onFrame(frame: FrameObservation): void {
    const { header, receiveTimeUs } = frame;
    const gap = this.sequence.onFrame(header.sequence);
    if (!gap) return;
    this.facts.onFrame(header);
    const bytes = messageBytes(frame);
    this.counters.onFrame(bytes, gap.lost, gap.skipped);
    this.rate.onFrame(receiveTimeUs, bytes);
    this.seconds.onFrame(receiveTimeUs, bytes);
    this.stages.onHeader(header);
    this.recordJitter(header, receiveTimeUs);
    this.clock.onFrame(frame);
  }

  /**
   * Takes in a frame of the past, sent because we joined late: only its bytes count. It does not begin the count of
   * missing frames either, since those between it and the first frame of the present were never meant for us.
   */
  onKept(frame: FrameObservation): void {
    const bytes = messageBytes(frame);
    this.facts.onPicture(frame.header);
    this.counters.onKept(bytes);
    this.rate.onKept(bytes);
    this.seconds.onKept(frame.receiveTimeUs, bytes);
  }

  /** The server skips the frames `first` to `last` on purpose. */
  onSkipped(first: number, last: number): void {
    this.sequence.onSkipped(first, last);
  }

  /** The JPEG of a frame that was taken in is not whole or cannot be decoded. */
  onCorrupt(): void {
    this.counters.onCorrupt();
  }

  /** A JPEG was decoded here in `durationUs`. */
  onClientDecode(durationUs: number): void {
    this.stages.onClientDecode(durationUs);
  }

  /**
   * The stream changed, or the server is another one. With another start time the sequence starts over, and nothing is
   * lost by that.
   */
  onStreamInfo(info: StreamInfo, reason: string | null, nowUs: number): void {
    if (info.startTimeUs !== this.info.startTimeUs) this.sequence.restart();
    this.advance(nowUs);
    if (info.state === 'ended') {
      this.clock.flush();
      this.age.stop(nowUs);
      this.seconds.stop(nowUs);
    }
    this.age.setPeriod(periodUs(info));
    this.info = info;
    this.facts.onInfo(info, reason);
  }

  /** The server took the stream away, for `reason` if it said one. */
  onRemoved(info: StreamInfo, reason: string | null, nowUs: number): void {
    this.onStreamInfo({ ...info, state: 'ended' }, reason, nowUs);
    this.facts.onRemoved();
  }

  /** Whether the server took the stream away, and it did not come back. */
  get isRemoved(): boolean {
    return this.facts.state === 'removed';
  }

  /** The connection is gone: the next frame may come from a server whose clock is another one. */
  onDisconnect(): void {
    this.clock.restart();
    this.lastTransit = null;
  }

  /** The server has no such stream any more, or not for us. */
  onGone(nowUs: number): void {
    this.onStreamInfo({ ...this.info, state: 'offline' }, 'The server does not offer this stream now.', nowUs);
  }

  /** The measurement is over: what still waits for the clock to settle is recorded with the clock as it is. */
  finish(nowUs: number): void {
    this.clock.flush();
    this.advance(nowUs);
  }

  /** Brings everything up to `nowUs`: seconds that are over are closed, and silence counts as age. */
  advance(nowUs: number): void {
    this.seconds.advance(nowUs);
    this.clock.advance(nowUs);
    // Frames that are held arrived earlier than now and would be sampled too late.
    if (!this.clock.holding) this.age.advance(nowUs);
  }

  /** Everything measured up to `nowUs`, which is as good as `advance`. */
  snapshot(nowUs: number): StreamSnapshot {
    this.advance(nowUs);
    const { id, name, fps, encoding } = this.info;
    const { bytes, ...frames } = this.counters.total;
    return {
      id,
      name,
      nominalFps: fps > 0 ? fps : null,
      encoding,
      ...this.facts.figures(),
      frames,
      ...this.rates(nowUs),
      bytes,
      latencyUs: latencyFiguresOf(this.latency, this.errorUs),
      ageUs: { ...quantilesOf(this.age.histogram), max: this.age.histogram.max },
      jitterUs: quantilesOf(this.jitter),
      stagesUs: this.stages.quantiles(),
      seconds: this.seconds.figures(),
      bars: this.latency.bars(MAX_BARS),
    };
  }

  /** The latencies in full, for the report and for merging with those of other clients. */
  histograms(): EncodedHistograms {
    return { latency: this.latency.encode(), latencyNegative: this.latency.encodeNegative() };
  }

  /** What happened since the last call, for the STATS message. */
  takeInterval(): StreamStats {
    const latency = this.reportLatency.count > 0 ? this.reportLatency.encode() : undefined;
    this.reportLatency.reset();
    const { received, lost, skipped, corrupt, bytes } = this.counters.takeReport();
    return { streamId: this.info.id, received, lost, skipped, corrupt, bytes, latency };
  }

  /** Forgets every figure but not where the stream is, so that nothing is lost or counted twice by it. */
  reset(nowUs: number): void {
    this.clock.drop();
    this.advance(nowUs);
    this.counters.reset();
    this.facts.reset();
    this.latency.reset();
    this.jitter.reset();
    this.stages.reset();
    this.age.reset(nowUs);
    this.rate = new ArrivalRate();
    this.seconds = new SecondSeries(nowUs);
    this.errorUs = null;
  }

  /** RFC 3550, section 6.4.1: the difference D of the spacing at the receiver and at the source. */
  private recordJitter({ captureTimeUs, timeSource }: FrameHeader, receiveTimeUs: number): void {
    const before = this.lastTransit;
    const us = receiveTimeUs - captureTimeUs;
    this.lastTransit = { us, timeSource };
    if (before?.timeSource === timeSource) this.jitter.record(Math.abs(us - before.us));
  }

  private onSettledFrame({ header, receiveTimeUs }: FrameObservation, offsetUs: number, clockErrorUs: number): void {
    const captureTimeUs = header.captureTimeUs - offsetUs;
    const latencyUs = receiveTimeUs - captureTimeUs;
    const errorUs = clockErrorUs + header.clockErrorUs;
    this.latency.record(latencyUs);
    this.reportLatency.record(latencyUs);
    this.stages.onNetwork(latencyUs - header.publishedOffsetUs);
    this.seconds.onLatency(latencyUs, errorUs);
    this.age.onFrame(receiveTimeUs, captureTimeUs);
    this.errorUs = Math.max(this.errorUs ?? 0, errorUs);
  }

  private rates(nowUs: number): Pick<StreamSnapshot, 'fps' | 'throughputMbps'> {
    const untilUs = this.info.state === 'ended' ? -Infinity : nowUs;
    return rateFiguresOf(this.rate.mean(untilUs, periodUs(this.info) ?? UNKNOWN_PERIOD_US), this.seconds);
  }
}

/** Length of the FRAME message. */
function messageBytes({ jpegBytes }: FrameObservation): number {
  return PREFIX_BYTES + FRAME_HEADER_BYTES + jpegBytes;
}

/** Time from frame to frame, finite however low the rate is; null where the rate is not known (0). */
function periodUs({ fps }: StreamInfo): number | null {
  return fps > 0 ? 1e6 / Math.max(fps, LEAST_FPS) : null;
}
