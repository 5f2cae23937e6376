import type { CrowdProgress, TargetProgress } from '../../client/load/crowd.js';

/** A target that is being connected to; `parts` replaces some of it. */
export function targetProgress(name: string, parts: Partial<TargetProgress> = {}): TargetProgress {
  return {
    name,
    ...{ connected: 0, ended: 0, failed: 0, reconnecting: 0, framesPerSecond: 0, bytesPerSecond: 0 },
    ...{ frames: 0, bytes: 0, lost: 0, reconnects: 0, lastError: null },
    ...parts,
  };
}

/** What a crowd of these targets, one session each, says of itself. */
export function crowdProgress(targets: readonly TargetProgress[]): CrowdProgress {
  const sum = (
    key: 'connected' | 'ended' | 'failed' | 'reconnecting' | 'framesPerSecond' | 'bytesPerSecond' | 'reconnects',
  ) => targets.reduce((total, target) => total + target[key], 0);
  return {
    asked: targets.length,
    ...{ connected: sum('connected'), ended: sum('ended'), failed: sum('failed'), reconnecting: sum('reconnecting') },
    ...{ framesPerSecond: sum('framesPerSecond'), bytesPerSecond: sum('bytesPerSecond') },
    ...{ latencyP50Us: null, latencyP99Us: null, lost: 0, skipped: 0, reconnects: sum('reconnects') },
    ...{ errorUs: null, loopDelayP99Us: 0, threadError: null },
    errors: targets.flatMap(({ lastError }) => (lastError ? [lastError] : [])),
    targets,
  };
}
