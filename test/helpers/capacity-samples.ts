import type { MeasuredStep } from '../../client/capacity/objective-readings.js';
import type { CrowdFigures } from '../../client/load/crowd.js';
import type { Subject } from '../../client/report/run-report-schema.js';
import type { GeneratorFigures, ServerSamples } from '../../client/report/run-trust-schema.js';
import { generatorOf, subjectOf } from './trust-samples.js';

/** What may be chosen about a step of ten sessions that went well. */
export interface StepSample {
  readonly total?: Partial<Subject>;
  /** Of each of the sessions. */
  readonly session?: Partial<Subject>;
  readonly sessions?: readonly Subject[];
  readonly generator?: Partial<GeneratorFigures>;
  readonly server?: ServerSamples | null;
  readonly size?: number;
}

/** The figures of a crowd. */
export function crowdFiguresOf({ total, session, sessions, generator, size = 10 }: StepSample = {}): CrowdFigures {
  const one = subjectOf({
    ...{ kind: 'session', sessions: { asked: 1, connected: 1, failed: 0 }, fps: { mean: 30, min: 30, max: 30 } },
    frames: { received: 6000, lost: 0, skipped: 0, corrupt: 0 },
    ...session,
  });
  return {
    windowMs: 200_000,
    total: subjectOf({ sessions: { asked: size, connected: size, failed: 0 }, ...total }),
    targets: [],
    sessions: sessions ?? Array.from({ length: size }, (_, index) => ({ ...one, name: `session-${index + 1}` })),
    clocks: [],
    generator: generatorOf(generator),
    lostThreads: [],
  };
}

/** A step of ten sessions. */
export function measuredStepOf(sample: StepSample = {}): MeasuredStep {
  return { sessions: sample.size ?? 10, figures: crowdFiguresOf(sample), server: sample.server ?? null };
}

/** Two seconds of a server. */
export function serverSamplesOf(parts: Partial<ServerSamples['samples'][number]> = {}): ServerSamples {
  const sample = { cpuPercent: 40, residentBytes: 90e6, loopDelayP99Us: 2000, clients: 10, ...parts };
  const samples = [1000, 2000].map((atMs) => ({ atMs, ...sample }));
  return { url: 'http://127.0.0.1:8080', version: '1.0.0', isSameMachine: true, samples, streams: [] };
}
