import type { Logger } from '../../shared/logger.js';
import type { CrowdProgress, TargetProgress } from '../load/crowd.js';

export type CameraState = 'connecting' | 'connected' | 'reconnecting' | 'failed';

/** How a camera is doing at present, in a word. */
export function stateOf({ connected, reconnecting, failed }: TargetProgress): CameraState {
  if (connected > 0) return 'connected';
  if (reconnecting > 0) return 'reconnecting';
  return failed > 0 ? 'failed' : 'connecting';
}

/** What was known of a camera the last time. */
interface Known {
  readonly state: CameraState;
  readonly reconnects: number;
  readonly code: string | null;
}

const UNKNOWN: Known = { state: 'connecting', reconnects: 0, code: null };

/** Writes a line whenever a camera comes, cannot be connected to, breaks, comes back or is given up. */
export class CameraLog {
  private readonly known = new Map<string, Known>();

  constructor(private readonly logger: Logger) {}

  /** Takes what the crowd says now; what changed since the last time is written. */
  onProgress({ targets }: CrowdProgress): void {
    for (const target of targets) {
      const { name, reconnects, lastError } = target;
      const before = this.known.get(name) ?? UNKNOWN;
      const now: Known = { state: stateOf(target), reconnects, code: lastError?.code ?? null };
      this.known.set(name, now);
      const isBack = reconnects > before.reconnects;
      const fails = now.state === 'connecting' && now.code !== before.code;
      if (now.state !== before.state || isBack || fails) this.write(target, now.state, isBack);
    }
  }

  private write({ name, frames, reconnects, lastError }: TargetProgress, state: CameraState, isBack: boolean): void {
    const fields = { camera: name, frames, reconnects };
    const why = lastError ? `: ${lastError.message} (${lastError.code})` : '';
    if (state === 'failed') this.logger.error(fields, `${name} was given up${why}`);
    else if (state === 'reconnecting') this.logger.warn(fields, `${name} broke, and is connected to again${why}`);
    else if (state === 'connected' && isBack)
      this.logger.info(fields, `${name} is back${why ? `; it broke${why}` : ''}`);
    else if (state === 'connecting')
      this.logger.warn(fields, `${name} cannot be connected to, and is tried again${why}`);
    else this.logger.info(fields, `${name} is connected`);
  }
}
