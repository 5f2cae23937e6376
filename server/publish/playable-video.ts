import type { PacketizedPicture, VideoFormat } from '../rtsp/coded-video.js';
import type { StreamerError } from '../../shared/errors.js';

/** What is known of a video that is played. */
export interface VideoFacts {
  /** `h264`, `h265` or `mjpeg`. */
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Pictures a second as it is played. */
  readonly fps: number;
}

/** Takes the pictures of one player, each when it is due. */
export interface PictureSink {
  /** Before the first picture, and whenever the format changes. */
  onFormat(format: VideoFormat): void;
  onPicture(picture: PacketizedPicture): void;
  /** The player was late: so many pictures were left out, and the next one is a key picture. */
  onSkip(pictures: number): void;
  /** The video begins anew. */
  onLoop(): void;
  /** The video came to its end, or cannot be played on; with the reason. */
  onEnd(error: StreamerError | null): void;
}

/** One video as one stream plays it. */
export interface VideoPlayer {
  /** Begins, or begins anew, with a key picture. */
  restart(): void;
  /** Ends it: the sink is not called any more. Idempotent. */
  stop(): void;
}

/** A video that any number of streams play, each at its own place. */
export interface PlayableVideo {
  readonly facts: VideoFacts;
  /** A player that has not begun; its format is told before this returns where it is known. */
  player(sink: PictureSink): VideoPlayer;
}
