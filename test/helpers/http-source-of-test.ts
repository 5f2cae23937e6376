import { onTestFinished } from 'vitest';
import { createHttpSource } from '../../server/sources/http-source.js';
import type { HttpSourceOptions } from '../../server/sources/http-source.js';
import type { Source, SourceFrame } from '../../server/sources/source.js';
import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';
import { SourceLog } from './source-log.js';

/** Start time of the sources that `httpSource` makes. */
export const START_TIME_US = 1_700_000_000_000_000;

const AS_IT_IS = { width: null, height: null, quality: null, isProcessed: false };

/** An HTTP source that asks for nothing special; video it would hand to nobody. */
export function httpSource(
  url: string,
  options: Partial<HttpSourceOptions> = {},
  clock: Clock = new SystemClock(),
): Source {
  const openVideo = () => {
    throw new Error('it was taken for video');
  };
  const defaults = { url, fps: null, wanted: AS_IT_IS, startTimeUs: START_TIME_US, openVideo };
  return createHttpSource({ ...defaults, ...options }, clock);
}

/** Runs `source` for the length of the test. */
export function play(
  source: Source,
  nextSequence = 0,
  whenFrame?: (frame: SourceFrame, log: SourceLog) => void,
): SourceLog {
  const log = new SourceLog(source, nextSequence, whenFrame);
  onTestFinished(() => log.stop());
  return log;
}
