import type { StreamerError } from '../../shared/errors.js';
import type { Clock } from '../../shared/clock.js';
import type { Stage } from '../metrics/snapshot.js';

/** A frame of a load session as it came; times are microseconds, in the clock of this process. */
export interface ArrivedFrame {
  readonly arrivalTimeUs: number;
  /** Its bytes on the wire, with the headers of its message or part. */
  readonly lengthBytes: number;
  /** When it was captured, and how far that may be off; null where the path does not say. */
  readonly capture: { readonly timeUs: number; readonly errorUs: number } | null;
  /** How long it took in each stage, where the path says so. Valid during the call only, as the frame itself. */
  readonly stagesUs: Readonly<Partial<Record<Stage, number>>> | null;
}

/** What a source turned out to be. */
export interface SourceFacts {
  /** Frames a second as announced; null while nobody says it. */
  readonly nominalFps: number | null;
  /** Where capture times come from. */
  readonly latencySource: 'protocol' | 'X-Timestamp' | 'RTCP' | 'time code' | 'none';
  /** Whether `onLost` would be called if frames were missing. */
  readonly canTellLost: boolean;
}

/** Where a connection delivers; calls come in order, and none after `onClosed`. */
export interface LoadSink {
  /** It is connected and was taken; frames follow. It may come again with what was learnt. */
  onFacts(facts: SourceFacts): void;
  onFrame(frame: ArrivedFrame): void;
  /** Frames that are missing, and that nobody announced. */
  onLost(frames: number): void;
  /** Frames that the server left out, and said so. */
  onSkipped(frames: number): void;
  /** A frame came that is broken; it comes by `onFrame` all the same. */
  onCorrupt(): void;
  /** It is gone: null when we closed it, or it came to its regular end. Called exactly once. */
  onClosed(error: StreamerError | null): void;
}

/** One connection that is being read; whoever opened it opens another one, with backoff, when it broke. */
export interface LoadConnection {
  /** Ends it; resolves when its sockets and children are gone. Idempotent. */
  close(): Promise<void>;
}

/** A way to open connections to one target. It is cheap, and made once for a thread. */
export interface LoadSource {
  /**
   * Begins to connect; everything is told to `sink`, later than this returns. `name` is what the server may call it. A
   * session gives the same sink for each of its connections, one after the other.
   */
  open(name: string, sink: LoadSink): LoadConnection;
  /** Delivers what its connections hold back, such as frames that wait for a clock to settle; a window ends. */
  flush?(): void;
  /** Gives back what its connections share. */
  close(): Promise<void>;
}

/** What a source takes from its surroundings. */
export interface SourceParts {
  readonly clock: Clock;
  readonly token: string | null;
  /** Where FFmpeg is; null where no target needs it. */
  readonly ffmpegPath: string | null;
  /** Headers for HTTP targets, such as a camera's own token. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether redirects to other hosts are refused; they are followed by default. */
  readonly staysAtHost?: boolean;
}
