import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { ClockEstimate } from '../../shared/protocol/clock-sync.js';
import type { StreamChange, StreamInfo, Welcome } from '../../shared/protocol/messages.js';
import { ClockSettling } from '../../shared/receiver/clock-settling.js';
import { SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import { Session } from '../session.js';
import type { SessionFrame, SessionOptions } from '../session.js';
import { LumaQueue } from './luma-queue.js';
import type { ProbedPicture, ProbeReader, ProbeRun, ProbeSink } from './probe-events.js';
import type { SessionPath } from './session-path.js';

/** How the server and its logs call a probe. */
export const PROBE_NAME = 'frame-streamer probe';

/** Reads one stream of our own protocol, over TCP or whatever else carries it. */
export class SessionReader implements ProbeReader {
  constructor(
    private readonly path: SessionPath,
    private readonly clock: Clock,
  ) {}

  start(sink: ProbeSink): ProbeRun {
    return new SessionProbe(this.path, this.clock, sink);
  }
}

class SessionProbe implements ProbeRun {
  private readonly session: Session;
  private readonly over: Promise<void>;
  private readonly pictures: LumaQueue;
  private readonly sequence = new SequenceTracker();
  private readonly settling = new ClockSettling();
  private streamId: number | null = null;
  private isOver = false;

  constructor(
    { openLink, subscription, ...server }: SessionPath,
    clock: Clock,
    private readonly sink: ProbeSink,
  ) {
    this.pictures = new LumaQueue(sink);
    const options: SessionOptions = {
      ...{ ...server, name: PROBE_NAME, subscriptions: [subscription] },
      // Whoever started the probe opens it anew, so that every path is treated alike.
      reconnect: false,
      acknowledgeOnReceipt: true,
    };
    let resolveOver: () => void = () => undefined;
    this.over = new Promise((resolve) => (resolveOver = resolve));
    const listener = {
      onWelcome: (welcome: Welcome) => this.onWelcome(welcome),
      onFrame: (frame: SessionFrame) => this.onFrame(frame),
      onSkipped: (_id: number, first: number, last: number) => this.sequence.onSkipped(first, last),
      onStream: (change: StreamChange) => this.onStream(change),
      onEnd: (error: StreamerError | null) => {
        resolveOver();
        this.end(error);
      },
    };
    this.session = new Session(options, listener, clock, undefined, openLink);
    this.session.start();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.pictures.stop();
    this.session.close();
    await this.over;
  }

  private onWelcome({ streams, subscribed }: Welcome): void {
    this.streamId = subscribed[0] ?? null;
    const stream = streams.find(({ id }) => id === this.streamId);
    if (stream) this.tellFacts(stream);
  }

  private onStream({ event, stream, reason }: StreamChange): void {
    if (stream.id !== this.streamId) return;
    if (event === 'ended') this.end(null);
    else if (event === 'removed') {
      this.end(new StreamerError('STREAM_REMOVED', reason?.message ?? `The stream ${stream.name} was removed.`));
    } else this.tellFacts(stream);
  }

  private tellFacts({ fps }: StreamInfo): void {
    this.tell(() => this.sink.onFacts({ codec: 'mjpeg', nominalFps: fps > 0 ? fps : null, delays: [] }));
  }

  private onFrame({ header, jpeg, kept, receivedTimeUs, clock }: SessionFrame): void {
    if (this.isOver) return;
    // One of the past, which came only because we joined.
    if (kept) return this.tell(() => this.sink.onBytes(jpeg.length));
    const gap = this.sequence.onFrame(header.sequence);
    const missing = gap ? gap.lost + gap.skipped : 0;
    if (missing > 0) this.tell(() => this.sink.onLost(missing));
    const { captureTimeUs, clockErrorUs, width, height } = header;
    this.pictures.push(
      {
        arrivalTimeUs: receivedTimeUs,
        mediaTimeUs: captureTimeUs,
        lengthBytes: jpeg.length,
        width,
        height,
        stated: this.stated(captureTimeUs, clockErrorUs, receivedTimeUs, clock),
      },
      jpeg,
    );
  }

  /** The capture time in our clock; not before its estimate has settled, since the first ones would widen the error. */
  private stated(
    captureTimeUs: number,
    clockErrorUs: number,
    nowUs: number,
    clock: ClockEstimate | null,
  ): ProbedPicture['stated'] {
    if (clock === null) {
      this.settling.restart();
      return null;
    }
    this.settling.onReading(nowUs, clock.errorUs);
    if (!this.settling.isSettledAt(nowUs)) return null;
    return { captureTimeUs: captureTimeUs - clock.offsetUs, errorUs: clock.errorUs + clockErrorUs };
  }

  /** Behind the pictures that came before. */
  private tell(action: () => void): void {
    this.pictures.then(action);
  }

  private end(error: StreamerError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.tell(() => {
      if (error) this.sink.onError(error);
      else this.sink.onEnd();
    });
  }
}
