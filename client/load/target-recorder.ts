import type { StreamerError } from '../../shared/errors.js';
import type { HistogramState } from '../../shared/histogram.js';
import type { Subject } from '../report/run-report-schema.js';
import { BucketMaxima } from './bucket-maxima.js';
import type { ServerStage, TargetSecond, TargetStates } from './load-messages.js';
import type { ArrivedFrame } from './load-source.js';
import { StageRecorder } from './stage-recorder.js';
import type { BucketLayout } from './timeline-buckets.js';

/** The second that goes on, alike for all targets of a thread. */
export interface PresentSecond {
  readonly endUs: number;
  /** Closes the seconds that are over by `nowUs`. */
  advance(nowUs: number): void;
}

const FIRST_CAPACITY = 256;
const MAX_INT32 = 2 ** 31 - 1;

/** What the sessions of one thread to one target do together: every second, and in which stage the time of frames goes. */
export class TargetRecorder {
  private readonly states = new Map<Subject['state'], number>();
  private stages: StageRecorder | null = null;
  private latenciesUs = new Int32Array(FIRST_CAPACITY);
  private measured = 0;
  private second = { frames: 0, bytes: 0 };
  private window = { lost: 0, skipped: 0, reconnects: 0 };
  private errorUs: number | null = null;
  private lastError: StreamerError | null = null;

  private ages: BucketMaxima;

  /** @param target its place in the list of targets */
  constructor(
    readonly target: number,
    private readonly present: PresentSecond,
    layout: BucketLayout,
  ) {
    this.ages = newAges(layout);
  }

  /** A window begins. */
  begin(layout: BucketLayout): void {
    this.ages = newAges(layout);
    this.stages?.reset();
    this.measured = 0;
    this.second = { frames: 0, bytes: 0 };
    this.window = { lost: 0, skipped: 0, reconnects: 0 };
    this.errorUs = null;
  }

  /** A session was made; it is connecting. */
  onAdded(): void {
    this.count('connecting', 1);
  }

  onRemoved(state: Subject['state']): void {
    this.count(state, -1);
  }

  onState(before: Subject['state'], after: Subject['state']): void {
    this.count(before, -1);
    this.count(after, 1);
  }

  onReconnect(): void {
    this.window.reconnects += 1;
  }

  onError(error: StreamerError): void {
    this.lastError = error;
  }

  onLost(frames: number): void {
    this.window.lost += frames;
  }

  onSkipped(frames: number): void {
    this.window.skipped += frames;
  }

  onAge(atUs: number, ageUs: number): void {
    this.ages.note(atUs, ageUs);
  }

  onFrame({ arrivalTimeUs, lengthBytes, capture, stagesUs }: ArrivedFrame): void {
    if (arrivalTimeUs >= this.present.endUs) this.present.advance(arrivalTimeUs);
    this.second.frames += 1;
    this.second.bytes += lengthBytes;
    if (stagesUs) (this.stages ??= new StageRecorder()).onFrame(stagesUs);
    if (capture === null) return;
    if (this.errorUs === null || capture.errorUs > this.errorUs) this.errorUs = Math.ceil(capture.errorUs);
    if (this.measured === this.latenciesUs.length) this.makeRoom();
    const latencyUs = Math.round(arrivalTimeUs - capture.timeUs);
    this.latenciesUs[this.measured] = Math.min(MAX_INT32, Math.max(-MAX_INT32, latencyUs));
    this.measured += 1;
  }

  /** How its sessions stand. */
  stand(): TargetStates {
    const { target, states, lastError } = this;
    return {
      target,
      connected: states.get('connected') ?? 0,
      ended: states.get('ended') ?? 0,
      failed: states.get('failed') ?? 0,
      reconnecting: states.get('reconnecting') ?? 0,
      lastError: lastError && { code: lastError.code, message: lastError.message },
    };
  }

  /** What happened since the last call, and how they stand. */
  takeSecond(): TargetSecond {
    const { second, window, errorUs } = this;
    const latenciesUs = this.latenciesUs.slice(0, this.measured);
    const report = { ...this.stand(), ...second, ...window, latenciesUs, errorUs };
    this.second = { frames: 0, bytes: 0 };
    this.measured = 0;
    return report;
  }

  /** The time in each stage since the window began; null where nobody tells of it. */
  stageStates(): Readonly<Record<ServerStage, HistogramState>> | null {
    return this.stages?.states() ?? null;
  }

  /** The greatest age of each bucket since the window began. */
  agesMaxUs(): readonly (number | null)[] {
    return this.ages.all();
  }

  /** Width of those buckets. */
  get ageBucketUs(): number {
    return this.ages.widthUs;
  }

  private count(state: Subject['state'], change: number): void {
    this.states.set(state, (this.states.get(state) ?? 0) + change);
  }

  private makeRoom(): void {
    const larger = new Int32Array(2 * this.latenciesUs.length);
    larger.set(this.latenciesUs);
    this.latenciesUs = larger;
  }
}

function newAges({ startUs, widthUs, maxBuckets }: BucketLayout): BucketMaxima {
  return new BucketMaxima(startUs, widthUs, maxBuckets);
}
