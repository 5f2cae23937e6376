import type { StreamerError } from '../../shared/errors.js';
import type { ClockRecord, Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures } from '../report/run-trust-schema.js';

/** How the sessions to a target read it: `rtsp` counts RTP packets and pictures itself, `ffmpeg` has a child decode it. */
export type TargetKind = 'streamer' | 'websocket' | 'mjpeg' | 'rtsp' | 'ffmpeg';

/** What sessions connect to. */
export interface LoadTarget {
  /** Different for each target. */
  readonly name: string;
  readonly kind: TargetKind;
  readonly url: string;
  /** The address without its secrets. */
  readonly shownUrl: string;
}

/** What a crowd is made of. */
export interface CrowdOptions {
  readonly targets: readonly LoadTarget[];
  /** Threads that the sessions are spread over, at least 1. */
  readonly workers: number;
  readonly token: string | null;
  /** Headers for HTTP targets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether sessions connect again, with backoff, when they broke. */
  readonly reconnect: boolean;
  /** Where FFmpeg is; null where no target needs it. */
  readonly ffmpegPath: string | null;
  /** Whether redirects of HTTP targets to other hosts are refused; they are followed by default. */
  readonly staysAtHost?: boolean;
  /** How the server may call the sessions, with a number behind it: `load-17`. */
  readonly sessionName: string;
}

/**
 * Measuring sessions over worker threads, in any number. The commands that make load are built on it: `load` opens one
 * crowd and measures one window, `capacity` resizes it from step to step, `chaos` keeps one beside its attackers.
 */
export interface Crowd {
  /**
   * Opens or closes sessions until there are `sessions`, evenly over the targets and over `rampMs`. Resolves when each new
   * one has its first frame, or has failed for good, or did not get one in time; rejects never.
   */
  resize(sessions: number, rampMs: number): Promise<void>;
  /**
   * Begins a window, 0.1 s later, and resolves then: the figures of every session start at zero. `expectedMs`, ten minutes by default, is how long it will
   * last, so that time lines have as many buckets as they may; a longer one has them joined two by two.
   */
  begin(expectedMs?: number): Promise<void>;
  /** What there is to show while it runs; of the last whole second. */
  progress(): CrowdProgress;
  /**
   * Ends the window, which without `begin` is everything since the crowd was opened: all that was measured in it, all
   * histograms merged exactly. Sessions go on.
   *
   * @throws {StreamerError} INTERNAL when all threads ended by themselves, and what they measured is gone
   */
  end(): Promise<CrowdFigures>;
  /** Closes all sessions and ends the threads. Idempotent. */
  close(): Promise<void>;
}

/** How some sessions are doing; rates of the last whole second, counts since the window began. */
interface SessionsProgress {
  readonly connected: number;
  /** Came to their regular end, as of a file that was over. */
  readonly ended: number;
  readonly failed: number;
  readonly reconnecting: number;
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly lost: number;
  readonly reconnects: number;
}

/** What a crowd is doing, cheap to ask for. */
export interface CrowdProgress extends SessionsProgress {
  readonly asked: number;
  /** Of the last whole second, all sessions together. */
  readonly latencyP50Us: number | null;
  readonly latencyP99Us: number | null;
  /** Since the window began. */
  readonly skipped: number;
  readonly errorUs: number | null;
  /** Of the worst thread, of the last seconds. */
  readonly loopDelayP99Us: number;
  /** Why a thread is gone, which is a defect: nothing comes of its sessions any more. Null while all run. */
  readonly threadError: StreamerError | null;
  /** The newest errors, one of each code. */
  readonly errors: readonly StreamerError[];
  /** The same of each target, in the order of the options. */
  readonly targets: readonly TargetProgress[];
}

/** How one target is doing; rates of the last whole second, counts since the window began. */
export interface TargetProgress extends SessionsProgress {
  readonly name: string;
  readonly frames: number;
  readonly bytes: number;
  readonly lastError: StreamerError | null;
}

/** Everything that a crowd measured in a window. */
export interface CrowdFigures {
  readonly windowMs: number;
  readonly total: Subject;
  readonly targets: readonly Subject[];
  readonly sessions: readonly Subject[];
  readonly clocks: readonly ClockRecord[];
  readonly generator: GeneratorFigures;
  /** Of threads that ended by themselves: what their sessions measured is missing, and they count as failed. */
  readonly lostThreads: readonly StreamerError[];
}
