import type { ErrorCode } from '../../shared/errors.js';
import { StreamerError } from '../../shared/errors.js';
import type { Timeline } from '../report/run-report-schema.js';
import type { BucketMaxima } from './bucket-maxima.js';
import type { CrowdProgress, LoadTarget, TargetProgress } from './crowd.js';
import type { SecondReport, TargetSecond } from './load-messages.js';
import { ManyValues } from './many-values.js';
import { TimelineBuckets } from './timeline-buckets.js';
import type { BucketLayout } from './timeline-buckets.js';

const SECOND_US = 1_000_000;

/** What the seconds of a window say together; the rest of the progress is known to the crowd. */
export type SecondsProgress = Omit<CrowdProgress, 'asked' | 'loopDelayP99Us'>;

/** Puts together what all threads say of each second, of each target and of all of them. */
export class CrowdSeconds {
  private readonly pending = new Map<number, TargetSecond[][]>();
  private readonly total: SecondsOfOne;
  private readonly targets: readonly SecondsOfOne[];
  private next = 0;

  constructor(
    readonly layout: BucketLayout,
    private readonly names: readonly LoadTarget[],
    private readonly threads: number,
  ) {
    this.total = new SecondsOfOne(layout);
    this.targets = names.map(() => new SecondsOfOne(layout));
  }

  /** Takes what one thread says; a second is over when all of them have said it. */
  add({ startUs, second, targets }: SecondReport): void {
    if (startUs !== this.layout.startUs) return;
    const reports = this.pending.get(second) ?? [];
    reports.push([...targets]);
    this.pending.set(second, reports);
    while (this.pending.get(this.next)?.length === this.threads) this.close();
  }

  /** Closes what is there, although not all threads have said it. */
  finish(): void {
    while (this.pending.size > 0) this.close();
    this.total.finish();
    for (const target of this.targets) target.finish();
  }

  progress(): SecondsProgress {
    const { total, targets } = this;
    const errors = new Map<string, StreamerError>();
    for (const { lastError } of targets) if (lastError) errors.set(lastError.message, lastError);
    return {
      ...total.progress(),
      errors: [...errors.values()],
      targets: this.names.map(({ name }, index) => targetProgress(name, targets[index] ?? total)),
    };
  }

  /** The time line of all targets together. */
  timeline(ages: BucketMaxima): Timeline {
    return this.total.timeline(ages);
  }

  timelineOf(target: number, ages: BucketMaxima): Timeline | null {
    return this.targets[target]?.timeline(ages) ?? null;
  }

  private close(): void {
    const reports = (this.pending.get(this.next) ?? []).flat();
    this.pending.delete(this.next);
    this.next += 1;
    const endUs = this.layout.startUs + this.next * SECOND_US;
    for (const report of reports) this.targets[report.target]?.take(report);
    for (const target of this.targets) this.total.takeAll(target);
    this.total.closeSecond(endUs);
    for (const target of this.targets) target.closeSecond(endUs);
  }
}

function targetProgress(name: string, seconds: SecondsOfOne): TargetProgress {
  const { connected, failed, reconnecting, framesPerSecond, bytesPerSecond, lost, reconnects } = seconds.progress();
  const { frames, bytes, lastError } = seconds;
  const states = { connected, failed, reconnecting };
  return { name, ...states, framesPerSecond, bytesPerSecond, frames, bytes, lost, reconnects, lastError };
}

/** The seconds of one target, or of all of them. */
class SecondsOfOne {
  frames = 0;
  bytes = 0;
  lastError: StreamerError | null = null;
  private readonly secondValues = new ManyValues();
  private readonly bucketValues = new ManyValues();
  private readonly buckets: TimelineBuckets;
  private bucket = { frames: 0, bytes: 0 };
  private second = noSecond();
  private shown: Omit<SecondsProgress, 'errors' | 'targets'> = { ...shownOf(noSecond()), ...NO_QUANTILES };
  private parts: TargetSecond[] = [];

  constructor(layout: BucketLayout) {
    this.buckets = new TimelineBuckets(layout);
  }

  /** Takes what one thread says of it in a second. */
  take(report: TargetSecond): void {
    const { second } = this;
    this.parts.push(report);
    second.connected += report.connected;
    second.failed += report.failed;
    second.reconnecting += report.reconnecting;
    second.frames += report.frames;
    second.bytes += report.bytes;
    second.lost += report.lost;
    second.skipped += report.skipped;
    second.reconnects += report.reconnects;
    if (report.errorUs !== null) second.errorUs = Math.max(second.errorUs ?? 0, report.errorUs);
    if (report.lastError) this.lastError = errorOf(report.lastError);
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

  finish(): void {
    if (this.bucket.frames > 0) this.closeBucket();
  }

  progress(): Omit<SecondsProgress, 'errors' | 'targets'> {
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
  const states = { connected: 0, failed: 0, reconnecting: 0 };
  return { ...states, frames: 0, bytes: 0, lost: 0, skipped: 0, reconnects: 0, errorUs: null as number | null };
}

const NO_QUANTILES = { latencyP50Us: null, latencyP99Us: null };

function shownOf({ frames, bytes, ...rest }: ReturnType<typeof noSecond>) {
  return { ...rest, framesPerSecond: frames, bytesPerSecond: bytes };
}

function errorOf({ code, message }: { readonly code: ErrorCode; readonly message: string }): StreamerError {
  return new StreamerError(code, message);
}
