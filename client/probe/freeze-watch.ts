import type { Episodes } from '../metrics/snapshot.js';
import { EpisodeCounter } from './episodes.js';

/** A picture may stand for so many periods, and at least so long, before anybody calls it frozen. */
const FREEZE_PERIODS = 5;
const LEAST_FREEZE_US = 500_000;
/** Time from picture to picture while it is not known. */
const UNKNOWN_PERIOD_US = 1_000_000;

/** Watches for how long nothing new was to be seen, whether pictures came or not. All times are microseconds. */
export class FreezeWatch {
  private readonly episodes = new EpisodeCounter();
  private newestUs: number | null = null;
  private periodUs = UNKNOWN_PERIOD_US;

  setPeriod(periodUs: number | null): void {
    this.periodUs = periodUs ?? UNKNOWN_PERIOD_US;
  }

  /** A picture came that is unlike the one before. */
  onNew(nowUs: number): void {
    const frozenUs = this.frozenUs(nowUs);
    if (frozenUs > 0) this.episodes.add(frozenUs);
    this.newestUs = nowUs;
  }

  /** For how long the picture has been frozen by `nowUs`; 0 when it is not. */
  frozenUs(nowUs: number): number {
    if (this.newestUs === null) return 0;
    const standsUs = nowUs - this.newestUs;
    return standsUs > Math.max(LEAST_FREEZE_US, FREEZE_PERIODS * this.periodUs) ? standsUs : 0;
  }

  /** Nothing new is due any more: the connection is down, or the video is at its end. */
  stop(nowUs: number, isRegular: boolean): void {
    const frozenUs = isRegular ? 0 : this.frozenUs(nowUs);
    if (frozenUs > 0) this.episodes.add(frozenUs);
    this.newestUs = null;
  }

  figures(nowUs: number): Episodes {
    return this.episodes.figures(this.frozenUs(nowUs));
  }

  /** Begins to count anew at `nowUs`. */
  reset(nowUs: number): void {
    this.episodes.reset();
    if (this.newestUs !== null) this.newestUs = nowUs;
  }
}
