import type { Logger } from '../../shared/logger.js';
import type { CrowdProgress, TargetProgress } from '../load/crowd.js';

export type CameraState = 'connecting' | 'connected' | 'reconnecting' | 'ended' | 'failed';

/** How a camera is doing at present, in a word. */
export function stateOf({ connected, reconnecting, ended, failed }: TargetProgress): CameraState {
  if (connected > 0) return 'connected';
  if (reconnecting > 0) return 'reconnecting';
  if (ended > 0) return 'ended';
  return failed > 0 ? 'failed' : 'connecting';
}

/** What was known of a camera the last time. */
interface Known {
  readonly state: CameraState;
  readonly reconnects: number;
  readonly code: string | null;
}

const UNKNOWN: Known = { state: 'connecting', reconnects: 0, code: null };

/** Writes a line whenever a camera comes, cannot be connected to, breaks, comes back, ends or is given up. */
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
      const fails = now.state === 'connecting' && now.code !== before.code;
      if (now.state !== before.state || now.reconnects > before.reconnects || fails) this.write(target, before);
    }
  }

  private write(target: TargetProgress, before: Known): void {
    const { name, frames, reconnects, lastError } = target;
    const { logger } = this;
    const fields = { camera: name, frames, reconnects };
    const why = lastError ? `: ${lastError.message} (${lastError.code})` : '';
    switch (stateOf(target)) {
      case 'connected':
        if (reconnects === before.reconnects) return logger.info(fields, `${name} is connected`);
        // It may break and come back between two looks.
        return logger.info(
          fields,
          before.state === 'reconnecting' ? `${name} is back` : `${name} broke and is back${why}`,
        );
      case 'connecting':
        return logger.warn(fields, `${name} cannot be connected to, and is tried again${why}`);
      case 'reconnecting':
        return logger.warn(fields, `${name} broke, and is connected to again${why}`);
      case 'ended':
        return logger.info(fields, `${name} came to its end`);
      case 'failed':
        return logger.error(fields, `${name} was given up${why}`);
    }
  }
}
