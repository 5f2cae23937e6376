import type { StreamerError } from '../../shared/errors.js';
import type { PacketizedPicture, VideoFormat } from '../rtsp/coded-video.js';
import type { PictureSink, VideoPlayer } from './playable-video.js';

/** One stream's part of a video that is encoded as it is played: it begins with the next key picture. */
export class LivePlayer implements VideoPlayer {
  private hasBegun = false;
  private waitsForKey = true;
  private isStopped = false;

  constructor(
    private readonly sink: PictureSink,
    private readonly onStop: () => void,
  ) {}

  restart(): void {
    this.hasBegun = true;
    this.waitsForKey = true;
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.onStop();
  }

  onFormat(format: VideoFormat): void {
    this.sink.onFormat(format);
  }

  onPicture(picture: PacketizedPicture): void {
    if (!this.hasBegun || (this.waitsForKey && !picture.isKey)) return;
    this.waitsForKey = false;
    this.sink.onPicture(picture);
  }

  onSkip(pictures: number): void {
    if (this.hasBegun) this.sink.onSkip(pictures);
  }

  onEnd(error: StreamerError | null): void {
    this.stop();
    this.sink.onEnd(error);
  }
}
