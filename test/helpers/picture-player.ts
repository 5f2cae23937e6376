import type { PacketizedPicture } from '../../server/rtsp/coded-video.js';
import { TICKS_PER_SECOND } from '../../server/rtsp/coded-video.js';
import { SystemClock } from '../../shared/clock.js';
import type { CodedVideo } from './coded-pictures.js';

/** Plays a video over and over at its own rate, captured when it is sent, to whoever takes pictures. */
export class PicturePlayer {
  private readonly clock = new SystemClock();
  private readonly beginUs = this.clock.nowUs();
  private readonly timer: NodeJS.Timeout;
  /** Pictures played so far. */
  count = 0;

  constructor(
    private readonly video: CodedVideo,
    private readonly send: (picture: PacketizedPicture) => void,
  ) {
    this.timer = setInterval(() => this.play(), 500 / video.fps);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
  }

  private play(): void {
    const { pictures, fps } = this.video;
    const due = Math.floor(((this.clock.nowUs() - this.beginUs) / 1e6) * fps);
    for (; this.count < due; this.count += 1) {
      const picture = pictures[this.count % pictures.length] as PacketizedPicture;
      const captureTimeUs = this.beginUs + Math.round((this.count * 1e6) / fps);
      this.send({ ...picture, captureTimeUs, ptsTicks: Math.round((this.count * TICKS_PER_SECOND) / fps) });
    }
  }
}
