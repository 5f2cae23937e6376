import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';

const INTERVAL_US = 2_000_000;

/** Tells now and then how far the preparation of a video is. */
export class PreparationLog {
  private lastUs = -Infinity;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  /** @param share 0 to 1; null where the length is not known */
  onProgress(video: string, share: number | null): void {
    const nowUs = this.clock.nowUs();
    if (nowUs - this.lastUs < INTERVAL_US) return;
    this.lastUs = nowUs;
    const percent = share === null ? '' : `, ${Math.floor(share * 100)} %`;
    this.logger.info({ video }, `encoding once${percent}`);
  }
}
