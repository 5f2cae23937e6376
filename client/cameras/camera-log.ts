import type { Logger } from '../../shared/logger.js';
import type { CrowdProgress, TargetProgress } from '../load/crowd.js';

export type CameraState = 'connecting' | 'connected' | 'reconnecting' | 'failed';

/** How a camera is doing at present, in a word. */
export function stateOf({ connected, reconnecting, failed }: TargetProgress): CameraState {
  if (connected > 0) return 'connected';
  if (reconnecting > 0) return 'reconnecting';
  return failed > 0 ? 'failed' : 'connecting';
}

/** Writes a line whenever a camera comes, breaks, comes back or is given up. */
export class CameraLog {
  private readonly states = new Map<string, CameraState>();
  private readonly reconnects = new Map<string, number>();

  constructor(private readonly logger: Logger) {}

  /** Takes what the crowd says now; what changed since the last time is written. */
  onProgress({ targets }: CrowdProgress): void {
    for (const target of targets) {
      const { name, reconnects } = target;
      const state = stateOf(target);
      const before = this.states.get(name) ?? 'connecting';
      const isBack = reconnects > (this.reconnects.get(name) ?? 0);
      this.states.set(name, state);
      this.reconnects.set(name, reconnects);
      if (state !== before || isBack) this.write(target, state, isBack);
    }
  }

  private write({ name, frames, reconnects, lastError }: TargetProgress, state: CameraState, isBack: boolean): void {
    const fields = { camera: name, frames, reconnects };
    const why = lastError ? `: ${lastError.message} (${lastError.code})` : '';
    if (state === 'failed') this.logger.error(fields, `${name} was given up${why}`);
    else if (state === 'reconnecting') this.logger.warn(fields, `${name} broke, and is connected to again${why}`);
    else if (state === 'connected' && isBack)
      this.logger.info(fields, `${name} is back${why ? `; it broke${why}` : ''}`);
    else if (state === 'connected') this.logger.info(fields, `${name} is connected`);
  }
}
