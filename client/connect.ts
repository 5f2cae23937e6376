import { hostname } from 'node:os';
import { SystemClock } from '../shared/clock.js';
import type { Clock } from '../shared/clock.js';
import type { ClockEstimate } from '../shared/protocol/clock-sync.js';
import type { Policy, StreamInfo, TimeSource } from '../shared/protocol/messages.js';
import { FrameQueue } from '../shared/receiver/frame-queue.js';
import { Session } from './session.js';
import type { SessionFrame, SessionOptions } from './session.js';
import { subscriptionList } from './subscription-list.js';
import { trustIn } from './tls-trust.js';
import type { TlsTrust } from './tls-trust.js';

export type { ClockEstimate } from '../shared/protocol/clock-sync.js';
export type { Policy, StreamEncoding, StreamInfo, StreamState, TimeSource } from '../shared/protocol/messages.js';
export { StreamerError } from '../shared/errors.js';
export type { ErrorCode } from '../shared/errors.js';

/** Options of `connect`; every one has a default. */
export interface ConnectOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8000. */
  readonly port?: number;
  /** Names of the streams, or `all` (those that appear later too); default the server's first one. */
  readonly streams?: readonly string[] | 'all';
  /** What the server does with frames this client cannot take; default `latest`: they are replaced by newer ones. */
  readonly policy?: Policy;
  /** At most this many frames per second of each stream. */
  readonly maxFps?: number;
  readonly token?: string;
  /**
   * Connects with TLS; default false. `true` trusts the authorities that Node knows, `ca` only the certificates in it,
   * in PEM form, such as the server's own.
   */
  readonly tls?: boolean | { readonly ca: string | Buffer };
  /** How the server calls this client; default the name of the machine. */
  readonly name?: string;
  /** Whether to connect again when the connection breaks; default true. The first connection must succeed. */
  readonly reconnect?: boolean;
  /** Ends the stream of frames when it aborts. */
  readonly signal?: AbortSignal;
}

/** One frame with its age. All times are microseconds. */
export interface ReceivedFrame {
  readonly stream: string;
  readonly streamId: number;
  readonly sequence: number;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer;
  /** Whether it is a picture of the past, sent so that who joins late has one at once. */
  readonly kept: boolean;
  /** Since the epoch, in the server's clock. */
  readonly captureTimeUs: number;
  /** What `captureTimeUs` means: when the frame was due, came to the server, or was taken by the source's own clock. */
  readonly timeSource: TimeSource;
  /** Since the epoch, in this machine's clock. */
  readonly receivedTimeUs: number;
  /** Age of the frame when it arrived; null while the server's clock is not known, and of a `kept` frame. */
  readonly latencyUs: number | null;
  /** How far `latencyUs` can be from the truth. */
  readonly errorUs: number | null;
}

/** Frames as they come, for one `for await` loop. */
export interface FrameStream extends AsyncIterable<ReceivedFrame> {
  /** The streams of the server as last heard. */
  readonly streams: readonly StreamInfo[];
  /** The server's clock against ours; null before the first answer and during an outage. */
  clock(): ClockEstimate | null;
  /** Says goodbye; a running loop ends. */
  close(): void;
}

/**
 * Connects to a server and resolves once it has said what it streams. The loop over the result sets the pace: a frame
 * is acknowledged when the loop takes it, so a slow loop gets fewer frames, never old ones. Leaving the loop closes the
 * connection.
 *
 * @throws {StreamerError} CONNECT_FAILED, CONNECT_TIMEOUT, BAD_TOKEN, BAD_VERSION, UNKNOWN_STREAM, SERVER_FULL … The loop
 *   throws CONNECTION_LOST and the like when `reconnect` is false.
 */
export function connect(options: ConnectOptions = {}): Promise<FrameStream> {
  return new Promise((resolve, reject) => {
    new SessionFrames(sessionOptions(options), new SystemClock(), options.signal).open(resolve, reject);
  });
}

/** A frame with the name of its stream, which may be gone when the frame is taken. */
interface NamedFrame extends SessionFrame {
  readonly stream: string;
}

class SessionFrames implements FrameStream {
  private readonly queue = new FrameQueue<NamedFrame>();
  private readonly session: Session;
  private known = new Map<number, StreamInfo>();
  private settle: { resolve(frames: FrameStream): void; reject(error: Error): void } | null = null;

  constructor(
    options: SessionOptions,
    clock: Clock,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.session = new Session(
      options,
      {
        onWelcome: ({ streams }) => {
          this.known = new Map(streams.map((stream) => [stream.id, stream]));
          this.settle?.resolve(this);
        },
        onStream: ({ event, stream }) => {
          if (event === 'removed') this.known.delete(stream.id);
          else this.known.set(stream.id, stream);
        },
        onFrame: (frame) => this.queue.push({ ...frame, stream: this.nameOf(frame.header.streamId) }),
        onEnd: (error) => {
          this.queue.end(error);
          if (error) this.settle?.reject(error);
        },
      },
      clock,
    );
  }

  open(resolve: (frames: FrameStream) => void, reject: (error: Error) => void): void {
    this.settle = { resolve, reject };
    if (this.signal?.aborted) return reject(abortReason(this.signal));
    this.signal?.addEventListener('abort', () => this.abort(), { once: true });
    this.session.start();
  }

  get streams(): readonly StreamInfo[] {
    return [...this.known.values()];
  }

  clock(): ClockEstimate | null {
    return this.session.clockEstimate();
  }

  close(): void {
    this.session.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReceivedFrame, void, undefined> {
    try {
      for (;;) {
        const frame = await this.queue.take();
        if (!frame) return;
        this.session.acknowledge(frame);
        yield toReceived(frame);
      }
    } finally {
      this.close();
    }
  }

  private nameOf(streamId: number): string {
    return this.known.get(streamId)?.name ?? String(streamId);
  }

  private abort(): void {
    if (this.signal) this.settle?.reject(abortReason(this.signal));
    this.close();
  }
}

function sessionOptions(options: ConnectOptions): SessionOptions {
  const { host = '127.0.0.1', port = 8000, token = null, name = hostname(), reconnect = true } = options;
  const { streams = [], policy, maxFps, tls = false } = options;
  const subscriptions = subscriptionList(streams, { policy, maxFps });
  return { host, port, tls: trustOf(tls), token, name, reconnect, subscriptions, acknowledgeOnReceipt: false };
}

function trustOf(tls: boolean | { readonly ca: string | Buffer }): TlsTrust | null {
  if (typeof tls === 'boolean') return tls ? { ca: null } : null;
  return trustIn(tls.ca, 'The option tls.ca');
}

function toReceived(frame: NamedFrame): ReceivedFrame {
  const { stream, header, jpeg, kept, receivedTimeUs } = frame;
  const { streamId, sequence, width, height, captureTimeUs, timeSource } = header;
  const times = { captureTimeUs, timeSource, receivedTimeUs, ...latencyOf(frame) };
  return { stream, streamId, sequence, width, height, jpeg, kept, ...times };
}

function latencyOf({ header, kept, receivedTimeUs, clock }: SessionFrame) {
  // It was not on its way all that time.
  if (kept || !clock) return { latencyUs: null, errorUs: null };
  return {
    latencyUs: receivedTimeUs + clock.offsetUs - header.captureTimeUs,
    errorUs: clock.errorUs + header.clockErrorUs,
  };
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
