import { describe, expect, it } from 'vitest';
import { CameraLog } from '../../../../client/cameras/camera-log.js';
import type { TargetProgress } from '../../../../client/load/crowd.js';
import { StreamerError } from '../../../../shared/errors.js';
import { crowdProgress, targetProgress } from '../../../helpers/crowd-progress.js';
import { LogOfTest } from '../../../helpers/log-of-test.js';

const LOST = new StreamerError('SOURCE_FAILED', 'http://u:hunter2@h/: it closed.');
const DENIED = new StreamerError('SOURCE_DENIED', 'It wants credentials.');

/** The lines that a camera leaves which does one after the other. */
function linesOf(...steps: readonly Partial<TargetProgress>[]): string[] {
  const log = new LogOfTest();
  const cameraLog = new CameraLog(log.logger);
  for (const step of steps) cameraLog.onProgress(crowdProgress([targetProgress('cam', step)]));
  return log.lines.map(({ level, msg }) => `${level}: ${msg}`);
}

describe('CameraLog', () => {
  it('says when a camera comes, breaks, and comes back', () => {
    expect(
      linesOf(
        {},
        { connected: 1 },
        { connected: 1, frames: 10 },
        { reconnecting: 1, lastError: LOST },
        { connected: 1, reconnects: 1, lastError: LOST },
      ),
    ).toEqual([
      'info: cam is connected',
      'warn: cam broke, and is connected to again: http://u:***@h/: it closed. (SOURCE_FAILED)',
      'info: cam is back',
    ]);
  });

  it('says that it broke where it is back already', () => {
    expect(linesOf({ connected: 1 }, { connected: 1, reconnects: 2, lastError: LOST }, { ended: 1 })).toEqual([
      'info: cam is connected',
      'info: cam broke and is back: http://u:***@h/: it closed. (SOURCE_FAILED)',
      'info: cam came to its end',
    ]);
  });

  it('says once why a camera cannot be connected to, and that it was given up', () => {
    expect(linesOf({ lastError: LOST }, { lastError: LOST }, { failed: 1, lastError: DENIED })).toEqual([
      'warn: cam cannot be connected to, and is tried again: http://u:***@h/: it closed. (SOURCE_FAILED)',
      'error: cam was given up: It wants credentials. (SOURCE_DENIED)',
    ]);
  });
});
