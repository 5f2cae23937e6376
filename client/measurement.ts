import type { Clock } from '../shared/clock.js';
import type { StreamerError } from '../shared/errors.js';
import type { ClockEstimate } from '../shared/protocol/clock-sync.js';
import type { Stats, StreamChange, Welcome } from '../shared/protocol/messages.js';
import { decodeJpeg } from './jpeg-decoder.js';
import { SessionRecorder } from './metrics/session-recorder.js';
import type { ClockFigures, EncodedHistograms, Snapshot } from './metrics/snapshot.js';
import type { StreamRecorder } from './metrics/stream-recorder.js';
import { Session } from './session.js';
import type { SessionFrame, SessionOptions } from './session.js';
import { isWholeJpeg } from './whole-jpeg.js';

/** What to measure. */
export interface MeasurementOptions extends Omit<SessionOptions, 'acknowledgeOnReceipt'> {
  /** Decode every JPEG too. A frame is then acknowledged when it is decoded, as by somebody who uses the pictures. */
  readonly decode: boolean;
}

/** Told what happens in a measurement. */
export interface MeasurementListener {
  onConnected?(): void;
  onOutage?(error: StreamerError, retryInMs: number): void;
  onFrame?(frame: SessionFrame): void;
  /** The session is over: null when it ended as it should. */
  onEnd?(error: StreamerError | null): void;
}

/** A session that is measured: everything that arrives goes into a recorder, whose snapshot shows the figures. */
export class Measurement {
  private readonly session: Session;
  private readonly recorder: SessionRecorder;
  private readonly latest = new Map<number, Buffer>();
  private subscribed = new Set<number>();
  /** Names of the streams that were subscribed at the welcome: one that was removed may come back under its name. */
  private subscribedNames: ReadonlySet<string> = new Set();
  private readonly wantsAll: boolean;

  constructor(
    private readonly options: MeasurementOptions,
    private readonly listener: MeasurementListener,
    private readonly clock: Clock,
  ) {
    const { host, port, subscriptions, decode } = options;
    this.wantsAll = subscriptions.some((subscription) => subscription.stream === '*');
    this.recorder = new SessionRecorder(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`, clock.nowUs());
    this.session = new Session(
      { ...options, acknowledgeOnReceipt: !decode },
      {
        onWelcome: (welcome) => this.onWelcome(welcome),
        onFrame: (frame) => this.onFrame(frame),
        onSkipped: (streamId, first, last) => this.recorder.stream(streamId)?.onSkipped(first, last),
        onStream: (change) => this.onStream(change),
        onOutage: (error, retryInMs) => this.onOutage(error, retryInMs),
        collectStats: () => this.takeInterval(),
        onEnd: (error) => this.onEnd(error),
      },
      clock,
    );
  }

  start(): void {
    this.session.start();
  }

  /** Says goodbye; `onEnd` follows. */
  close(): void {
    this.session.close();
  }

  /** Everything measured up to now. */
  snapshot(): Snapshot {
    this.recorder.onClock(clockFigures(this.session.clockEstimate()));
    return this.recorder.snapshot(this.clock.nowUs());
  }

  /** The latencies of each stream in full, by its name. */
  histograms(): ReadonlyMap<string, EncodedHistograms> {
    return this.recorder.histograms();
  }

  /** Starts all figures over; the connection stays. */
  reset(): void {
    this.recorder.reset(this.clock.nowUs());
  }

  /** The newest JPEG of a stream; null before the first. */
  latestJpeg(streamId: number): Buffer | null {
    return this.latest.get(streamId) ?? null;
  }

  /** A report holds the clock as it is now, whether or not somebody looks at snapshots. */
  private takeInterval(): Stats {
    this.recorder.onClock(clockFigures(this.session.clockEstimate()));
    return this.recorder.takeInterval(this.clock.nowUs());
  }

  private onWelcome({ streams, subscribed }: Welcome): void {
    const nowUs = this.clock.nowUs();
    this.subscribed = new Set(subscribed);
    this.latest.clear();
    this.recorder.onState('connected', null, nowUs);
    const watched = streams.filter((stream) => this.subscribed.has(stream.id));
    this.subscribedNames = new Set(watched.map(({ name }) => name));
    this.recorder.onWelcome(watched, nowUs);
    this.listener.onConnected?.();
  }

  private onStream({ event, stream, reason }: StreamChange): void {
    if (event === 'appeared' && (this.wantsAll || this.subscribedNames.has(stream.name))) {
      this.subscribed.add(stream.id);
    }
    if (!this.subscribed.has(stream.id)) return;
    const nowUs = this.clock.nowUs();
    if (event === 'removed') {
      this.subscribed.delete(stream.id);
      this.latest.delete(stream.id);
      this.recorder.onRemoved(stream, reason?.message ?? null, nowUs);
    } else this.recorder.onStream(stream, reason?.message ?? null, nowUs);
  }

  private onFrame(frame: SessionFrame): void {
    const { header, jpeg, kept, receivedTimeUs, clock } = frame;
    const recorder = this.recorder.stream(header.streamId);
    if (!recorder) return this.session.acknowledge(frame);
    const { offsetUs, errorUs } = clock ?? { offsetUs: null, errorUs: null };
    const observation = { header, jpegBytes: jpeg.length, receiveTimeUs: receivedTimeUs, offsetUs, errorUs };
    if (kept) recorder.onKept(observation);
    else recorder.onFrame(observation);
    if (isWholeJpeg(jpeg)) this.latest.set(header.streamId, jpeg);
    else if (!kept) recorder.onCorrupt();
    if (this.options.decode) void this.use(frame, recorder);
    this.listener.onFrame?.(frame);
  }

  /** Decodes a frame, and only then returns its credit; one of the past is not worth the time. */
  private async use(frame: SessionFrame, recorder: StreamRecorder): Promise<void> {
    if (!frame.kept) await this.decode(frame.jpeg, recorder);
    this.session.acknowledge(frame);
  }

  private async decode(jpeg: Buffer, recorder: StreamRecorder): Promise<void> {
    const startUs = this.clock.nowUs();
    try {
      await decodeJpeg(jpeg);
      recorder.onClientDecode(this.clock.nowUs() - startUs);
    } catch {
      // A JPEG without its end was counted when it came.
      if (isWholeJpeg(jpeg)) recorder.onCorrupt();
    }
  }

  private onOutage(error: StreamerError, retryInMs: number): void {
    const notice = `${error.message} Next try in ${(retryInMs / 1000).toFixed(1)} s.`;
    this.recorder.onState('reconnecting', notice, this.clock.nowUs());
    this.listener.onOutage?.(error, retryInMs);
  }

  private onEnd(error: StreamerError | null): void {
    this.recorder.onClock(clockFigures(this.session.clockEstimate()));
    this.recorder.onState('closed', error?.message ?? null, this.clock.nowUs());
    this.listener.onEnd?.(error);
  }
}

function clockFigures(estimate: ClockEstimate | null): ClockFigures {
  if (!estimate) return { offsetUs: null, errorUs: null, driftPpm: null, rttUs: { min: null, p50: null } };
  const { offsetUs, errorUs, driftPpm, rttMinUs, rttP50Us } = estimate;
  return { offsetUs, errorUs, driftPpm, rttUs: { min: rttMinUs, p50: rttP50Us } };
}
