import type { JpegFrame, RawFrame, Source, SourceInfo, SourceRun, SourceSink } from '../../server/sources/source.js';
import { SourceSupervisor, type SupervisorSink } from '../../server/sources/supervisor.js';
import { Backoff } from '../../shared/backoff.js';
import { FakeClock } from './fake-clock.js';
import { START_US } from './fake-frames.js';

const PACED: SourceInfo = {
  width: 4,
  height: 2,
  fps: 30,
  timeSource: 'schedule',
  codec: 'h264',
  encoding: { mode: 'encoded', reason: 'the source is h264' },
  startTimeUs: START_US,
};
/** A live source that was not reached yet. */
const LIVE: SourceInfo = {
  width: 0,
  height: 0,
  fps: 0,
  timeSource: 'arrival',
  codec: null,
  encoding: { mode: 'unknown', reason: 'the source was not reached yet' },
  startTimeUs: START_US,
};

/** A run that delivers what the test says, and whose stop takes until `finishStop`. */
export class FakeRun implements SourceRun {
  stops = 0;
  isGone = false;
  finishStop: () => void = () => undefined;
  private readonly gone = new Promise<void>((resolve) => {
    this.finishStop = () => {
      this.isGone = true;
      resolve();
    };
  });

  constructor(
    readonly sink: SourceSink,
    readonly nextSequence: number,
    private readonly stopsAtOnce: boolean,
  ) {}

  stop(): Promise<void> {
    this.stops += 1;
    if (this.stopsAtOnce) this.finishStop();
    return this.gone;
  }
}

/** What a fake source is like; by default it is paced, at 30 fps, without an end, and its runs stop at once. */
export interface FakeSourceOptions {
  readonly isLive?: boolean;
  readonly fps?: number;
  readonly endTimeUs?: number | null;
  readonly stopsAtOnce?: boolean;
}

/** A source whose runs do what the test says. */
export class FakeSource implements Source {
  readonly runs: FakeRun[] = [];
  readonly isLive: boolean;
  readonly info: SourceInfo;
  readonly endTimeUs: number | null;
  stopsAtOnce: boolean;

  constructor({ isLive = false, fps, endTimeUs = null, stopsAtOnce = true }: FakeSourceOptions = {}) {
    this.isLive = isLive;
    this.info = { ...(isLive ? LIVE : PACED), fps: fps ?? (isLive ? 0 : 30) };
    this.endTimeUs = endTimeUs;
    this.stopsAtOnce = stopsAtOnce;
  }

  start(sink: SourceSink, nextSequence: number): SourceRun {
    const run = new FakeRun(sink, nextSequence, this.stopsAtOnce);
    this.runs.push(run);
    return run;
  }

  /** The run that was started last. */
  get newest(): FakeRun {
    const run = this.runs.at(-1);
    if (!run) throw new Error('The source was never started.');
    return run;
  }
}

/** A supervisor of a source that does what the test says, and what it passed on. */
export function supervise({
  random = 0.5,
  onDemand = true,
  idleTimeoutMs = 10_000,
  firstSequence = 0,
  ...sourceOptions
}: FakeSourceOptions & { random?: number; onDemand?: boolean; idleTimeoutMs?: number; firstSequence?: number } = {}) {
  const clock = new FakeClock(START_US);
  const log: string[] = [];
  const source = new FakeSource(sourceOptions);
  const sink: SupervisorSink = {
    onInfo: ({ width, height, fps, codec, startTimeUs }) =>
      void log.push(`info ${width}x${height} ${fps} fps ${codec} from ${startTimeUs - START_US}`),
    onFrame: ({ kind, sequence }) => void log.push(`${kind === 'raw' ? 'frame' : 'jpeg'} ${sequence}`),
    onDrop: (first, last) => void log.push(`drop ${first}-${last}`),
    onWarning: ({ code, message }) => void log.push(`warning ${code}: ${message}`),
    onState: (state, reason) => void log.push(reason ? `${state}: ${reason.code}: ${reason.message}` : state),
  };
  const backoff = new Backoff(undefined, () => random);
  const supervisor = new SourceSupervisor(source, sink, clock, { backoff, onDemand, idleTimeoutMs, firstSequence });
  return {
    clock,
    supervisor,
    source,
    sink,
    runs: source.runs,
    backoff,
    take: () => log.splice(0),
    newest: () => source.newest,
  };
}

/** A decoded frame of 4x2 pixels, every byte of it `shade`, that counts how often it was released. */
export function rawFrame(sequence: number, shade = sequence) {
  const frame = {
    ...facts(sequence),
    kind: 'raw',
    data: Buffer.alloc(24, shade),
    releases: 0,
    release: () => void (frame.releases += 1),
  } satisfies RawFrame & { releases: number };
  return frame;
}

/** A frame that is JPEG already, whose bytes hold `picture`, captured at `sourceTimeUs` by the source's clock if given. */
export function jpegFrame(sequence: number, picture = sequence, sourceTimeUs?: number): JpegFrame {
  const time = sourceTimeUs === undefined ? {} : ({ timeSource: 'source', captureTimeUs: sourceTimeUs } as const);
  return { ...facts(sequence), ...time, kind: 'jpeg', data: Buffer.from(`picture ${picture}`) };
}

/** Lets everything run that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function facts(sequence: number) {
  return {
    width: 4,
    height: 2,
    sequence,
    captureTimeUs: START_US + sequence * 33_333,
    timeSource: 'arrival' as const,
    clockErrorUs: 7,
    decodedTimeUs: START_US + sequence * 33_333,
  };
}
