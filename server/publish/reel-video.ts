import type { Clock } from '../../shared/clock.js';
import type { Size } from '../sources/output-size.js';
import { LoopPlayer } from './loop-player.js';
import type { PictureReel } from './picture-reel.js';
import type { PictureSink, PlayableVideo, VideoFacts, VideoPlayer } from './playable-video.js';
import type { PlaySchedule } from './play-schedule.js';

/**
 * Pictures of streams fall due at so many moments between two pictures: more would spread the load more evenly, and wake
 * the process more often.
 */
const PHASES = 6;

/** A reel that streams play, each at its own place: their pictures are spread over the time between two of them. */
export class ReelVideo implements PlayableVideo {
  readonly facts: VideoFacts;
  private readonly anchorUs: number;
  private players = 0;

  constructor(
    private readonly reel: PictureReel,
    private readonly loops: boolean,
    size: Size,
    private readonly schedule: PlaySchedule,
    private readonly clock: Clock,
  ) {
    const { width, height } = size;
    this.facts = { codec: reel.format.codec, width, height, fps: reel.fps };
    this.anchorUs = clock.nowUs();
  }

  player(sink: PictureSink): VideoPlayer {
    const place = { anchorUs: this.anchorUs, phase: (this.players % PHASES) / PHASES };
    this.players += 1;
    return new LoopPlayer(this.reel, this.loops, place, this.schedule, this.clock, sink);
  }
}
