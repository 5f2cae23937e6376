import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import type { RecordSettings } from '../stream-settings.js';
import type { Disk } from './disk.js';
import { deleteOldSegments } from './old-segments.js';

/** What the duty works with. */
export interface KeepParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: RecordSettings;
  readonly stream: string;
}

const INTERVAL_SECONDS = 60;

/** Sees to it that old files of a stream go: at the start, whenever one is complete, and every minute. One run at a time. */
export class KeepDuty {
  private secondsLeft = 0;
  private running: Promise<void> | null = null;
  private lastFault: string | null = null;

  constructor(private readonly parts: KeepParts) {}

  /** At the next second rather than in a minute. */
  due(): void {
    this.secondsLeft = 0;
  }

  /** To be called every second with the name of the file that is written. Does not wait for the disk. */
  everySecond(presentFile: string | null): void {
    const { keepSeconds, keepBytes } = this.parts.settings;
    if (keepSeconds === null && keepBytes === null) return;
    this.secondsLeft -= 1;
    if (this.secondsLeft > 0 || this.running) return;
    this.secondsLeft = INTERVAL_SECONDS;
    this.running = this.run(presentFile).finally(() => (this.running = null));
  }

  /** Resolves when no run is under way. */
  async settled(): Promise<void> {
    await this.running;
  }

  private async run(presentFile: string | null): Promise<void> {
    const { disk, clock, logger, settings, stream } = this.parts;
    try {
      const files = await deleteOldSegments(disk, { ...settings, stream, presentFile, nowUs: clock.wallUs() });
      if (files.length > 0) logger.info({ files }, 'deleted old recordings');
      this.lastFault = null;
    } catch (error) {
      const fault = String(error);
      if (fault !== this.lastFault) logger.warn({ err: error }, 'old recordings cannot be deleted');
      this.lastFault = fault;
    }
  }
}
