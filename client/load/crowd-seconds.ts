import { StreamerError } from '../../shared/errors.js';
import type { Timeline } from '../report/run-report-schema.js';
import type { BucketMaxima } from './bucket-maxima.js';
import type { CrowdProgress, LoadTarget, TargetProgress } from './crowd.js';
import type { SecondReport, TargetSecond, TargetStates } from './load-messages.js';
import { ManyValues } from './many-values.js';
import { TimelineBuckets } from './timeline-buckets.js';
import type { BucketLayout } from './timeline-buckets.js';

const SECOND_US = 1_000_000;

/** What the seconds of a window say together; the rest of the progress is known to the crowd. */
export type SecondsProgress = Omit<CrowdProgress, 'asked' | 'loopDelayP99Us' | 'threadError'>;

/** Buckets of everything together, and of each target. */
export interface SecondsLayouts {
  readonly total: BucketLayout;
  readonly target: BucketLayout;
}

/** What is shown of one target, or of all of them, of the last whole second. */
type ShownSecond = Omit<SecondsProgress, 'errors' | 'targets' | 'ended' | 'failed' | 'reconnecting'>;

/** Puts together what all threads say of each second, of each target and of all of them. */
export class CrowdSeconds {
  private readonly pending = new Map<number, Map<number, SecondReport>>();
  private readonly total: SecondsOfOne;
  private readonly targets: readonly SecondsOfOne[];
  private next = 0;

  /**
   * @param states how sessions stand, in each of the threads
   * @param gone threads that say nothing any more; whoever adds to them calls `onGone`
   */
  constructor(
    readonly layouts: SecondsLayouts,
    private readonly names: readonly LoadTarget[],
    private readonly states: readonly (readonly TargetStates[])[],
    private readonly gone: Pick<ReadonlySet<number>, 'has'> = new Set<number>(),
  ) {
    this.total = new SecondsOfOne(layouts.total);
    this.targets = names.map(() => new SecondsOfOne(layouts.target));
  }

  /** Takes what one thread says; a second is over when all of them have said it that are left. */
  add(thread: number, report: SecondReport): void {
    if (report.startUs !== this.layouts.total.startUs || report.second < this.next) return;
    const reports = this.pending.get(report.second) ?? new Map<number, SecondReport>();
    reports.set(thread, report);
    this.pending.set(report.second, reports);
    this.closeWhole();
  }

  /** A thread is gone: what waited for it does not any more. */
  onGone(): void {
    this.closeWhole();
  }

  /** Closes what is there, although not all threads have said it. */
  finish(): void {
    while (this.pending.size > 0) this.close();
    this.total.finish();
    for (const target of this.targets) target.finish();
  }

  progress(): SecondsProgress {
    const { total } = this;
    const stands = standOf(this.states, this.names.length);
    // Texts may name a target, or change with each attempt.
    const errors = new Map<string, StreamerError>();
    for (const { lastError } of stands) if (lastError) errors.set(lastError.code, lastError);
    const sum = (get: (stand: Stand) => number) => stands.reduce((all, stand) => all + get(stand), 0);
    return {
      ...total.progress(),
      connected: sum(({ connected }) => connected),
      ended: sum(({ ended }) => ended),
      failed: sum(({ failed }) => failed),
      reconnecting: sum(({ reconnecting }) => reconnecting),
      errors: [...errors.values()],
      targets: stands.map((stand, index) =>
        targetProgress(this.names[index]?.name ?? '', stand, this.targets[index] ?? total),
      ),
    };
  }

  /** The time line of all targets together. */
  timeline(ages: BucketMaxima): Timeline {
    return this.total.timeline(ages);
  }

  timelineOf(target: number, ages: BucketMaxima): Timeline | null {
    return this.targets[target]?.timeline(ages) ?? null;
  }

  private closeWhole(): void {
    for (let reports = this.pending.get(this.next); reports; reports = this.pending.get(this.next)) {
      const said = reports;
      if (!this.states.every((_, thread) => this.gone.has(thread) || said.has(thread))) return;
      this.close();
    }
  }

  private close(): void {
    const reports = [...(this.pending.get(this.next)?.values() ?? [])];
    this.pending.delete(this.next);
    this.next += 1;
    // What the end of the window cuts off would look like a stream that broke down.
    const isWhole = reports.every((report) => report.isWhole);
    const endUs = isWhole ? this.layouts.total.startUs + this.next * SECOND_US : -Infinity;
    for (const { targets } of reports) for (const report of targets) this.targets[report.target]?.take(report);
    for (const target of this.targets) this.total.takeAll(target);
    this.total.closeSecond(endUs);
    for (const target of this.targets) target.closeSecond(endUs);
  }
}

type Stand = Pick<TargetProgress, 'connected' | 'ended' | 'failed' | 'reconnecting' | 'lastError'>;

/** How the sessions to each target stand, in all threads together. */
function standOf(threads: readonly (readonly TargetStates[])[], targets: number): Stand[] {
  const stands = Array.from({ length: targets }, () => {
    return { connected: 0, ended: 0, failed: 0, reconnecting: 0, lastError: null as StreamerError | null };
  });
  for (const { target, connected, ended, failed, reconnecting, lastError } of threads.flat()) {
    const stand = stands[target];
    if (!stand) continue;
    stand.connected += connected;
    stand.ended += ended;
    stand.failed += failed;
    stand.reconnecting += reconnecting;
    if (lastError) stand.lastError = new StreamerError(lastError.code, lastError.message);
  }
  return stands;
}

function targetProgress(name: string, stand: Stand, seconds: SecondsOfOne): TargetProgress {
  const { framesPerSecond, bytesPerSecond, lost, reconnects } = seconds.progress();
  const { frames, bytes } = seconds;
  return { name, ...stand, framesPerSecond, bytesPerSecond, frames, bytes, lost, reconnects };
}

/** The seconds of one target, or of all of them. */
class SecondsOfOne {
  frames = 0;
  bytes = 0;
  private readonly secondValues = new ManyValues();
  private readonly bucketValues = new ManyValues();
  private readonly buckets: TimelineBuckets;
  private bucket = { frames: 0, bytes: 0 };
  private second = noSecond();
  private shown: ShownSecond = { ...shownOf(noSecond()), ...NO_QUANTILES };
  private parts: TargetSecond[] = [];

  constructor(layout: BucketLayout) {
    this.buckets = new TimelineBuckets(layout);
  }

  /** Takes what one thread says of it in a second. */
  take(report: TargetSecond): void {
    const { second } = this;
    this.parts.push(report);
    second.connected += report.connected;
    second.frames += report.frames;
    second.bytes += report.bytes;
    second.lost += report.lost;
    second.skipped += report.skipped;
    second.reconnects += report.reconnects;
    if (report.errorUs !== null) second.errorUs = Math.max(second.errorUs ?? 0, report.errorUs);
  }

  /** Takes everything of this second of another one. */
  takeAll(other: SecondsOfOne): void {
    for (const report of other.parts) this.take(report);
  }

  closeSecond(endUs: number): void {
    const { second, parts } = this;
    this.frames += second.frames;
    this.bytes += second.bytes;
    this.bucket.frames += second.frames;
    this.bucket.bytes += second.bytes;
    for (const { latenciesUs } of parts) {
      this.secondValues.add(latenciesUs);
      this.bucketValues.add(latenciesUs);
    }
    const { p50, p99 } = this.secondValues.take();
    this.shown = { ...shownOf(second), latencyP50Us: p50, latencyP99Us: p99 };
    if (endUs >= this.buckets.endUs) this.closeBucket();
    this.second = noSecond();
    this.parts = [];
  }

  /** Of a window shorter than a bucket there is what there is. */
  finish(): void {
    if (this.buckets.isEmpty && this.bucket.frames > 0) this.closeBucket();
  }

  progress(): ShownSecond {
    return this.shown;
  }

  timeline(ages: BucketMaxima): Timeline {
    return this.buckets.timeline((widthUs, length) => ages.of(widthUs, length), true);
  }

  private closeBucket(): void {
    const { p50, p99 } = this.bucketValues.take();
    const sessions = this.shown.connected;
    this.buckets.push({ ...this.bucket, latencyP50Us: p50, latencyP99Us: p99, sessions });
    this.bucket = { frames: 0, bytes: 0 };
  }
}

function noSecond() {
  return { connected: 0, frames: 0, bytes: 0, lost: 0, skipped: 0, reconnects: 0, errorUs: null as number | null };
}

const NO_QUANTILES = { latencyP50Us: null, latencyP99Us: null };

function shownOf({ frames, bytes, ...rest }: ReturnType<typeof noSecond>) {
  return { ...rest, framesPerSecond: frames, bytesPerSecond: bytes };
}
