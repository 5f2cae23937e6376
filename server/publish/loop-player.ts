import type { Clock } from '../../shared/clock.js';
import { TICKS_PER_SECOND } from '../rtsp/coded-video.js';
import type { PictureReel, ReelPicture } from './picture-reel.js';
import type { PlaySchedule, PlayTask } from './play-schedule.js';
import type { PictureSink, VideoPlayer } from './playable-video.js';

/** Where a player begins on the grid that all players of a reel share. */
export interface PlayerPlace {
  /** Any moment; the grid runs on from there, one step a picture. */
  readonly anchorUs: number;
  /** From 0 to 1: which part of a step after the grid this player's pictures fall due. */
  readonly phase: number;
}

/**
 * Up to so late the missed pictures are sent at once; beyond it they are left out up to a key picture, so that no burst
 * follows a pause.
 */
const LATE_LIMIT_US = 500_000;
const US_PER_TICK = 1_000_000 / TICKS_PER_SECOND;

/**
 * Plays a reel: each picture is due at the start plus its place on the reel plus the rounds before it, computed afresh
 * each time, so that nothing drifts however long it runs. The due time is the capture time.
 */
export class LoopPlayer implements VideoPlayer, PlayTask {
  dueUs = Infinity;
  private startUs = 0;
  private round = 0;
  private index = 0;
  private isStopped = false;

  constructor(
    private readonly reel: PictureReel,
    private readonly loops: boolean,
    private readonly place: PlayerPlace,
    private readonly schedule: PlaySchedule,
    private readonly clock: Clock,
    private readonly sink: PictureSink,
  ) {
    sink.onFormat(reel.format);
  }

  restart(): void {
    if (this.isStopped) return;
    this.startUs = this.nextStepUs(this.clock.nowUs());
    this.round = 0;
    this.index = 0;
    this.dueUs = this.startUs;
    this.schedule.add(this);
  }

  stop(): void {
    this.isStopped = true;
    this.dueUs = Infinity;
    this.schedule.remove(this);
  }

  run(nowUs: number): void {
    if (nowUs - this.dueUs > LATE_LIMIT_US) this.skipTo(nowUs);
    while (this.dueUs <= nowUs) {
      const picture = this.reel.pictures[this.index];
      if (!picture) return;
      this.send(picture);
      this.advance();
    }
  }

  private nextStepUs(nowUs: number): number {
    const stepUs = 1_000_000 / this.reel.fps;
    const gridUs = this.place.anchorUs + this.place.phase * stepUs;
    return Math.round(gridUs + Math.ceil((nowUs - gridUs) / stepUs) * stepUs);
  }

  private send({ packets, showTicks }: ReelPicture): void {
    const { durationTicks, reorderTicks } = this.reel;
    const ticks = this.round * durationTicks + showTicks;
    this.sink.onPicture({
      payloads: packets.payloads,
      isKey: packets.isKey,
      ptsTicks: ticks,
      // A picture that is sent before those it follows was captured before it was sent, too.
      captureTimeUs: this.startUs + Math.round((ticks - reorderTicks) * US_PER_TICK),
      lengthBytes: packets.lengthBytes,
    });
  }

  /** Goes on to the next picture, which may have been stopped meanwhile. */
  private advance(): void {
    if (this.isStopped) return;
    this.index += 1;
    if (this.index === this.reel.pictures.length) {
      if (!this.loops) return this.end();
      this.index = 0;
      this.round += 1;
      this.sink.onLoop();
    }
    this.setDue();
  }

  private setDue(): void {
    const sendTicks = this.reel.pictures[this.index]?.sendTicks ?? 0;
    this.dueUs = this.startUs + Math.round((this.round * this.reel.durationTicks + sendTicks) * US_PER_TICK);
  }

  /** To the first key picture that is not late; what lies before it is left out. */
  private skipTo(nowUs: number): void {
    const { pictures, durationTicks } = this.reel;
    const roundUs = durationTicks * US_PER_TICK;
    // Whole rounds at once, since the machine may have slept for days.
    const rounds = this.loops ? Math.floor((nowUs - this.dueUs) / roundUs) : 0;
    this.round += rounds;
    this.setDue();
    let skipped = rounds * pictures.length;
    while (!this.isStopped && (this.dueUs < nowUs || !pictures[this.index]?.packets.isKey)) {
      skipped += 1;
      this.advance();
    }
    this.sink.onSkip(skipped);
  }

  private end(): void {
    this.stop();
    this.sink.onEnd(null);
  }
}
