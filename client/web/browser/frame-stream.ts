import type { Policy, StreamInfo, StreamState, TimeSource } from '../../../shared/protocol/messages.js';

/** Options of `connect`; every one but `serverUrl` has a default. */
export interface ConnectOptions {
  /** Address of the server's HTTP port, such as `http://machine-a:8080`; a path before it (a proxy's) is kept. */
  readonly serverUrl: string | URL;
  /** Name of the stream; default the server's first one. */
  readonly stream?: string;
  readonly token?: string;
  /** What the server does with frames this page cannot take; default `latest`: they are replaced by newer ones. */
  readonly policy?: Policy;
  /** At most this many frames a second. */
  readonly maxFps?: number;
  /** What `frame.image` is; default `bitmap`, decoded off the main thread where the browser can. */
  readonly image?: 'bitmap' | 'blob';
  /** How the server calls this client. */
  readonly name?: string;
  /** Whether to connect again when the connection breaks; default true. The first connection must succeed. */
  readonly reconnect?: boolean;
  /** Ends the stream of frames when it aborts. */
  readonly signal?: AbortSignal;
  /** Called when the connection or the stream changes; must not throw. */
  readonly onStatus?: (status: ConnectionStatus) => void;
}

/** How the connection and the stream are doing. */
export interface ConnectionStatus {
  readonly connection: 'connecting' | 'connected' | 'reconnecting' | 'closed';
  /** Null until the server said it. */
  readonly stream: StreamInfo | null;
  readonly state: StreamState | null;
  /** Why, where there is something to say. */
  readonly reason: { readonly code: string; readonly message: string } | null;
}

/** One frame with its age. All times are microseconds. */
export interface BrowserFrame {
  readonly stream: string;
  readonly sequence: number;
  readonly width: number;
  readonly height: number;
  /** An ImageBitmap is the receiver's: draw it, then `close()` it. */
  readonly image: ImageBitmap | Blob;
  readonly jpegBytes: number;
  /** Whether it is a picture of the past, sent so that who joins late has one at once. */
  readonly kept: boolean;
  /** Since the epoch, in the server's clock. */
  readonly captureTimeUs: number;
  readonly timeSource: TimeSource;
  /** Since the epoch, in this page's clock. */
  readonly receivedTimeUs: number;
  /** Age of the frame when it arrived; null while the server's clock is not known, and of a `kept` frame. */
  readonly latencyUs: number | null;
  /** How far `latencyUs` can be from the truth. */
  readonly errorUs: number | null;
  /** Stages inside the server, microseconds from capture. */
  readonly stages: {
    readonly decodedUs: number;
    readonly processedUs: number;
    readonly encodeStartUs: number;
    readonly encodedUs: number;
    readonly publishedUs: number;
  };
}

/** Figures of the connection: rates of the last seconds, counters since it began, latency of the last 10 seconds. */
export interface BrowserStats {
  readonly fps: number;
  readonly bitsPerSecond: number;
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly corrupt: number;
  readonly reconnects: number;
  readonly latency: {
    readonly p50Us: number;
    readonly p99Us: number;
    readonly maxUs: number;
    readonly errorUs: number;
    readonly count: number;
  } | null;
  /** Age of the newest frame now, in the server's clock; null without a frame or a clock. */
  readonly frameAgeUs: number | null;
}

/** Frames as they come, for one `for await` loop; leaving the loop closes the connection. */
export interface FrameStream extends AsyncIterable<BrowserFrame> {
  readonly status: ConnectionStatus;
  stats(): BrowserStats;
  /** The server's clock against the page's: add `offsetUs` to the page's time; null before the first answer. */
  clock(): { readonly offsetUs: number; readonly errorUs: number } | null;
  close(): void;
}
