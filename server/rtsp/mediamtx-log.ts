import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';

/** `2026/01/31 10:20:30 INF [RTSP] …`. */
const LINE = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (DEB|INF|WAR|ERR) /;

/**
 * Passes on what MediaMTX logs, one of our lines a line: warnings and errors as warnings, and no more than one a second of
 * them, for strangers can cause them; the rest, such as who connects, only where debugging is on.
 */
export class MediamtxLog {
  private readonly limiter: RepeatLimiter;

  constructor(
    private readonly logger: Logger,
    clock: Clock,
  ) {
    this.limiter = new RepeatLimiter(clock);
  }

  /** @param line printable, without secrets and line end */
  write(line: string): void {
    const [prefix = '', level = 'INF'] = LINE.exec(line) ?? [];
    const text = `MediaMTX: ${line.slice(prefix.length)}`;
    if (level !== 'WAR' && level !== 'ERR') return this.logger.debug(text);
    this.limiter.run('warning', (suppressed) => this.logger.warn({ suppressed }, text));
  }
}
