import type { StreamerError } from '../../../shared/errors.js';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.js';
import type { Notice, Policy, Stats, StreamInfo } from '../../../shared/protocol/messages.js';
import { FrameQueue } from '../../../shared/receiver/frame-queue.js';
import { toBrowserFrame } from './browser-frame.js';
import { BrowserSession } from './browser-session.js';
import type { SessionFrame, SessionOptions, SessionParts } from './browser-session.js';
import type { BrowserFrame, BrowserStats, ConnectionStatus, ConnectOptions, FrameStream } from './frame-stream.js';
import { isWholeJpeg } from './jpeg-ends.js';
import { socketUrl } from './socket-url.js';
import { StreamFigures } from './stream-figures.js';

/** What a stream of frames takes from its surroundings; other than the browser's own in tests. */
export interface BrowserParts extends SessionParts {
  /** Turns a JPEG into pixels; rejects where it is broken. */
  decode(jpeg: Blob): Promise<ImageBitmap>;
  /** Calls back when the page was asleep; returns what ends that. */
  onWake(callback: () => void): () => void;
}

/** A frame that waited for the loop longer than this is old, and the server has a newer one by then. */
const STALE_US = 100_000;
/** How long to wait for that newer one beyond the time it takes to ask for it. */
const FRESH_WAIT_US = 100_000;

/**
 * Connects as `connect` does, with the parts given.
 *
 * @throws {StreamerError} BAD_USAGE for a `serverUrl` that is none; the promise rejects with it.
 */
export function openFrames(options: ConnectOptions, parts: BrowserParts): Promise<FrameStream> {
  return new Promise((resolve, reject) => {
    new SessionFrames(options, parts).open(resolve, reject);
  });
}

class SessionFrames implements FrameStream {
  private readonly queue: FrameQueue<SessionFrame>;
  private readonly session: BrowserSession;
  private readonly figures = new StreamFigures();
  private shown: ConnectionStatus = { connection: 'connecting', stream: null, state: null, reason: null };
  private settle: { resolve(frames: FrameStream): void; reject(error: Error): void } | null = null;
  private stopWaking = (): void => undefined;
  /** Whether nobody wants what is still here. */
  private isLeft = false;
  private reconnects = -1;
  private reportedUs: number;
  private newestCaptureTimeUs: number | null = null;
  private lastOffsetUs: number | null = null;

  constructor(
    private readonly options: ConnectOptions,
    private readonly parts: BrowserParts,
  ) {
    this.queue = new FrameQueue(waitingFrames(options.policy ?? 'latest'));
    this.reportedUs = parts.clock.nowUs();
    this.session = new BrowserSession(
      sessionOptions(options),
      {
        onWelcome: (stream) => this.onWelcome(stream),
        onStream: (stream, reason) => this.onStream(stream, reason),
        onFrame: (frame) => this.onFrame(frame),
        onSkipped: (first, last) => this.figures.onSkipped(first, last),
        onOutage: (error) => this.onOutage(error),
        collectStats: (streamId) => this.collectStats(streamId),
        onEnd: (error) => this.onEnd(error),
      },
      parts,
    );
  }

  open(resolve: (frames: FrameStream) => void, reject: (error: Error) => void): void {
    const { signal, onStatus } = this.options;
    this.settle = { resolve, reject };
    if (signal?.aborted) return reject(abortReason(signal));
    signal?.addEventListener('abort', this.onAbort);
    this.stopWaking = this.parts.onWake(() => this.session.wake());
    onStatus?.(this.shown);
    this.session.start();
  }

  get status(): ConnectionStatus {
    return this.shown;
  }

  stats(): BrowserStats {
    const nowUs = this.parts.clock.nowUs();
    const reconnects = Math.max(0, this.reconnects);
    return { ...this.figures.stats(nowUs), reconnects, frameAgeUs: this.frameAgeUs(nowUs) };
  }

  clock(): { readonly offsetUs: number; readonly errorUs: number } | null {
    const estimate = this.session.clockEstimate();
    if (!estimate) return null;
    const { offsetUs, errorUs } = estimate;
    return { offsetUs, errorUs };
  }

  close(): void {
    this.isLeft = true;
    this.session.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BrowserFrame, void, undefined> {
    try {
      for (;;) {
        const frame = await this.takeFresh();
        if (!frame) return;
        const image = await this.pictureOf(frame);
        if (image) yield toBrowserFrame(frame, image, this.shown.stream?.name);
      }
    } finally {
      this.close();
    }
  }

  /**
   * The next frame, whose credit is returned with that. One that grew old here while the loop was busy gives way to the one
   * that the server sends for this credit, where there is one; with a policy that keeps frames, none gives way.
   */
  private async takeFresh(): Promise<SessionFrame | null> {
    const frame = await this.queue.take();
    if (!frame) return null;
    this.session.acknowledge(frame);
    if (!this.isStale(frame)) return frame;
    const newer = await this.queue.takeWithin(this.askingTimeUs() + FRESH_WAIT_US, this.parts.clock);
    if (!newer) return frame;
    this.session.acknowledge(newer);
    return newer;
  }

  private isStale({ kept, receivedTimeUs }: SessionFrame): boolean {
    const isReplaceable = (this.options.policy ?? 'latest') === 'latest' && !kept;
    return isReplaceable && this.parts.clock.nowUs() - receivedTimeUs > STALE_US;
  }

  /** The time from an acknowledgement to the frame that the server sends for it. */
  private askingTimeUs(): number {
    return this.session.clockEstimate()?.rttP50Us ?? 0;
  }

  /** Null for a frame that cannot be shown, which is counted, and after `close`. */
  private async pictureOf({ jpeg, kept }: SessionFrame): Promise<ImageBitmap | Blob | null> {
    // It was counted when it came; some browsers would show the half of it that is there.
    if (!isWholeJpeg(jpeg) || this.isLeft) return null;
    const blob = new Blob([jpeg], { type: 'image/jpeg' });
    if (this.options.image === 'blob') return blob;
    try {
      const bitmap = await this.parts.decode(blob);
      if (!this.isLeft) return bitmap;
      bitmap.close();
    } catch {
      if (!kept) this.figures.onCorrupt();
    }
    return null;
  }

  private onFrame(frame: SessionFrame): void {
    const { header, jpeg, kept, receivedTimeUs, clock } = frame;
    const { offsetUs, errorUs } = clock ?? { offsetUs: null, errorUs: null };
    const observation = { header, jpegBytes: jpeg.length, receiveTimeUs: receivedTimeUs, offsetUs, errorUs };
    if (kept) this.figures.onKept(observation);
    else if (!this.figures.onFrame(observation)) return;
    else if (!isWholeJpeg(jpeg)) this.figures.onCorrupt();
    this.newestCaptureTimeUs = header.captureTimeUs;
    this.lastOffsetUs = offsetUs ?? this.lastOffsetUs;
    this.queue.push(frame);
  }

  private onWelcome(stream: StreamInfo | null): void {
    this.reconnects += 1;
    this.setStream(stream);
    this.report({ connection: 'connected', stream, state: stream?.state ?? null, reason: null });
    this.settle?.resolve(this);
  }

  private onStream(stream: StreamInfo, reason: Notice | null): void {
    this.setStream(stream);
    this.report({ ...this.shown, stream, state: stream.state, reason });
  }

  /** With another start time the sequence starts over, and nothing is lost by that. */
  private setStream(stream: StreamInfo | null): void {
    if (stream?.startTimeUs !== this.shown.stream?.startTimeUs) this.figures.restart();
  }

  private onOutage({ code, message }: StreamerError): void {
    this.figures.onDisconnect();
    this.report({ ...this.shown, connection: 'reconnecting', reason: { code, message } });
  }

  private onEnd(error: StreamerError | null): void {
    this.stopWaking();
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.queue.end(error);
    if (error) this.settle?.reject(error);
    const reason = error && { code: error.code, message: error.message };
    this.report({ ...this.shown, connection: 'closed', reason });
  }

  private report(status: ConnectionStatus): void {
    this.shown = status;
    this.options.onStatus?.(status);
  }

  private collectStats(streamId: number): Stats {
    const nowUs = this.parts.clock.nowUs();
    const intervalMs = (nowUs - this.reportedUs) / 1000;
    this.reportedUs = nowUs;
    const clock = this.clock() ?? undefined;
    return { intervalMs, clock, streams: [this.figures.takeInterval(streamId, nowUs)] };
  }

  /** During an outage the picture goes on growing old, by the clock as it was last known. */
  private frameAgeUs(nowUs: number): number | null {
    this.lastOffsetUs = this.clock()?.offsetUs ?? this.lastOffsetUs;
    if (this.newestCaptureTimeUs === null || this.lastOffsetUs === null) return null;
    return nowUs + this.lastOffsetUs - this.newestCaptureTimeUs;
  }

  private readonly onAbort = (): void => {
    const { signal } = this.options;
    if (signal) this.settle?.reject(abortReason(signal));
    this.close();
  };
}

function sessionOptions(options: ConnectOptions): SessionOptions {
  const { serverUrl, stream, token, policy = 'latest', maxFps, name = 'browser', reconnect = true } = options;
  const subscriptions = [{ stream, policy, maxFps }];
  return { url: socketUrl(serverUrl), hello: { version: PROTOCOL_VERSION, name, token, subscriptions }, reconnect };
}

/** How many frames wait here for the loop at most: as many as the policy lets wait at the server. */
function waitingFrames(policy: Policy): number {
  if (policy === 'latest') return 1;
  return policy === 'every' ? Infinity : Number(policy.slice('queue:'.length));
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
