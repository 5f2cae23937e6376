import type { StreamerError } from '../../shared/errors.js';
import type { IntakeLimits } from '../hub/frame-intake.js';
import type { CodedPicture } from './coded-video.js';

/** Where the pictures of a bridge come from: the source's own, frames that are encoded here, or the frames themselves. */
export const BRIDGE_MODES = ['copy', 'encode', 'mjpeg'] as const;
export type BridgeMode = (typeof BRIDGE_MODES)[number];

/** What a feed tells; nothing comes after `onUnable`, `onEnd` or `stop`. */
export interface FeedEvents {
  onPicture(picture: CodedPicture): void;
  /** The `ptsTicks` of the pictures that follow have another origin. */
  onBreak(): void;
  /** No picture comes for now; the feed tries again by itself. */
  onProblem(error: StreamerError): void;
  /** This feed cannot give the video of the stream, and why. */
  onUnable(error: StreamerError): void;
  /** The video has come to its end. */
  onEnd(): void;
}

/** Coded pictures of a stream, from when it is made until `stop`; meanwhile the source of the stream runs, if it is needed. */
export interface PictureFeed {
  readonly mode: BridgeMode;
  /** FFmpeg's name of the encoder; null while there is none. */
  readonly encoder: string | null;
  /** Frames that were left out because encoding takes too long. */
  readonly framesLost: number;
  /** Resolves when its children are gone; nothing is told any more. Idempotent. */
  stop(): Promise<void>;
}

/** Of frames that a feed takes from the hub: they wait only until the present turn of the event loop is over. */
export const FEED_LIMITS: IntakeLimits = { frames: 2, bytes: 32 * 1024 * 1024 };
