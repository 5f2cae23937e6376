import type { Clock } from '../shared/clock.js';
import type { StreamerError } from '../shared/errors.js';
import type { ClockEstimate } from '../shared/protocol/clock-sync.js';
import type { StreamChange, Welcome } from '../shared/protocol/messages.js';
import { decodeJpeg } from './jpeg-decoder.js';
import { SessionRecorder } from './metrics/session-recorder.js';
import type { ClockFigures, EncodedHistograms, Snapshot } from './metrics/snapshot.js';
import type { StreamRecorder } from './metrics/stream-recorder.js';
import { Session } from './session.js';
import type { SessionFrame, SessionOptions } from './session.js';

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
  private subscribed: ReadonlySet<number> = new Set();
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
        collectStats: () => this.recorder.takeInterval(clock.nowUs()),
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

  private onWelcome({ streams, subscribed }: Welcome): void {
    const nowUs = this.clock.nowUs();
    this.subscribed = new Set(subscribed);
    this.latest.clear();
    this.recorder.onState('connected', null, nowUs);
    this.recorder.onWelcome(
      streams.filter((stream) => this.subscribed.has(stream.id)),
      nowUs,
    );
    this.listener.onConnected?.();
  }

  private onStream({ event, stream, reason }: StreamChange): void {
    if (!this.wantsAll && !this.subscribed.has(stream.id)) return;
    if (event === 'removed') this.latest.delete(stream.id);
    this.recorder.onStream(stream, reason?.message ?? null, this.clock.nowUs());
  }

  private onFrame(frame: SessionFrame): void {
    const { header, jpeg, receivedTimeUs, clock } = frame;
    const recorder = this.recorder.stream(header.streamId);
    if (!recorder) return this.session.acknowledge(header);
    const { offsetUs, errorUs } = clock ?? { offsetUs: null, errorUs: null };
    recorder.onFrame({ header, jpegBytes: jpeg.length, receiveTimeUs: receivedTimeUs, offsetUs, errorUs });
    if (!isWholeJpeg(jpeg)) recorder.onCorrupt();
    else this.latest.set(header.streamId, jpeg);
    if (this.options.decode) void this.decode(frame, recorder);
    this.listener.onFrame?.(frame);
  }

  private async decode({ header, jpeg }: SessionFrame, recorder: StreamRecorder): Promise<void> {
    const startUs = this.clock.nowUs();
    try {
      await decodeJpeg(jpeg);
      recorder.onClientDecode(this.clock.nowUs() - startUs);
    } catch {
      // A JPEG without its end was counted when it came.
      if (isWholeJpeg(jpeg)) recorder.onCorrupt();
    }
    this.session.acknowledge(header);
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

/** Whether a JPEG has both its ends (the markers SOI and EOI of ITU-T T.81), which a cut one has not. */
function isWholeJpeg(jpeg: Buffer): boolean {
  const { length } = jpeg;
  return length >= 4 && jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(length - 2) === 0xffd9;
}

function clockFigures(estimate: ClockEstimate | null): ClockFigures {
  if (!estimate) return { offsetUs: null, errorUs: null, driftPpm: null, rttUs: { min: null, p50: null } };
  const { offsetUs, errorUs, driftPpm, rttMinUs, rttP50Us } = estimate;
  return { offsetUs, errorUs, driftPpm, rttUs: { min: rttMinUs, p50: rttP50Us } };
}
