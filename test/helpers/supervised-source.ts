import type { Source, SourceRun, SourceSink } from '../../server/sources/source.js';
import { SourceSupervisor } from '../../server/sources/supervisor.js';
import { Backoff } from '../../shared/backoff.js';
import { FakeClock } from './fake-clock.js';
import { START_US } from './fake-frames.js';

/** A run that delivers what the test says, and whose stop takes until `finishStop`. */
export class FakeRun implements SourceRun {
  stops = 0;
  finishStop: () => void = () => undefined;

  constructor(
    readonly sink: SourceSink,
    private readonly stopsAtOnce: boolean,
  ) {}

  stop(): Promise<void> {
    this.stops += 1;
    if (this.stopsAtOnce) return Promise.resolve();
    return new Promise((resolve) => (this.finishStop = resolve));
  }
}

/** A supervisor of a source that does what the test says, and what it passed on. */
export function supervise({ endTimeUs = null as number | null, random = 0.5, stopsAtOnce = true } = {}) {
  const clock = new FakeClock(START_US);
  const log: string[] = [];
  const runs: FakeRun[] = [];
  const source: Source = {
    info: { width: 4, height: 2, fps: 30, timeSource: 'schedule', startTimeUs: START_US },
    endTimeUs,
    start: (sink) => runs[runs.push(new FakeRun(sink, stopsAtOnce)) - 1]!,
  };
  const sink = {
    onFrame: (frame: { sequence: number }) => void log.push(`frame ${frame.sequence}`),
    onDrop: (first: number, last: number) => void log.push(`drop ${first}-${last}`),
    onState: (state: string, reason?: { code: string; message: string }) =>
      void log.push(reason ? `${state}: ${reason.code}: ${reason.message}` : state),
  };
  const backoff = new Backoff(undefined, () => random);
  const supervisor = new SourceSupervisor(source, sink, clock, backoff);
  return { clock, supervisor, runs, backoff, take: () => log.splice(0), newest: () => runs.at(-1)! };
}
