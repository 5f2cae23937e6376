import type { Subject } from '../report/run-report-schema.js';
import type { LoadTarget } from './crowd.js';
import { encodedDistribution } from './latency-summary.js';
import type { LoadRecorder } from './load-recorder.js';

/** What the subject of a session needs beside its recorder. */
export interface SubjectParts {
  readonly endUs: number;
  readonly target: LoadTarget | undefined;
  readonly histograms: boolean;
}

/** A session as it stands in reports. */
export function sessionSubject(
  name: string,
  state: Subject['state'],
  recorder: LoadRecorder,
  { endUs, target, histograms }: SubjectParts,
): Subject {
  const isConnected = state === 'connected';
  const figures = recorder.figures(endUs);
  return {
    name,
    kind: 'session',
    target: target?.shownUrl ?? null,
    state,
    sessions: { asked: 1, connected: isConnected ? 1 : 0, failed: state === 'failed' ? 1 : 0 },
    ...figures,
    histograms: histograms
      ? { latency: encodedDistribution(recorder.latency), age: encodedDistribution(recorder.age) }
      : null,
  };
}
