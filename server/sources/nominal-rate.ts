import { RateLearner } from './rate-learner.js';
import type { SourceInfo } from './source.js';

/** A source that declares more declares nonsense, such as the ticks of its clock. */
const MAX_FPS = 1000;
/** What comes this much faster than the nominal rate, and as fast in one window as in the next, is the nominal rate. */
const RAISE_FACTOR = 1.3;
const RAISE_STEADY = 0.1;
const COMMON_FPS = [
  0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 6, 7.5, 8, 10, 12, 12.5, 15, 16, 18, 20, 24, 25, 29.97, 30, 48, 50, 59.94, 60, 90, 100,
  120,
];
const SNAP_WITHIN = 0.02;

/**
 * The frames per second that one live source should bring: what it declares, else what its first seconds showed. It
 * outlives the runs of the source, so that one that comes back slower counts as degraded.
 */
export class NominalRate {
  private learner: RateLearner | null = null;
  private declared: SourceInfo | null = null;
  private value = 0;
  /** A rate above the nominal one that may turn out to last. */
  private high: { readonly fps: number; readonly timeUs: number } | null = null;

  /** Frames per second; 0 while unknown. */
  get fps(): number {
    return this.value;
  }

  /** Takes what the source says of itself. When that changed and holds no rate, the rate is learned again. */
  declare(info: SourceInfo): void {
    const isChange = this.declared === null || isAnother(info, this.declared);
    this.declared = info;
    if (!isChange) return;
    this.high = null;
    this.learner = null;
    if (info.fps > 0 && info.fps <= MAX_FPS) this.value = info.fps;
    else this.learner = new RateLearner();
  }

  /** A run of the source begins: what the former one began to show does not go on in it. */
  beginRun(): void {
    this.high = null;
    if (this.learner) this.learner = new RateLearner();
  }

  /** Takes `frames` that came at `nowUs`. */
  add(frames: number, nowUs: number): void {
    const learned = this.learner?.add(frames, nowUs) ?? null;
    if (learned === null) return;
    this.learner = null;
    this.value = snap(learned);
  }

  /** Takes the rate measured in the window before `nowUs`, in frames per second: the nominal one may be too low. */
  compare(measuredFps: number, windowUs: number, nowUs: number): void {
    const isHigh = this.value > 0 && measuredFps > this.value * RAISE_FACTOR;
    if (!isHigh) return void (this.high = null);
    if (this.high && nowUs - this.high.timeUs < windowUs) return;
    const isSteady = this.high !== null && Math.abs(measuredFps / this.high.fps - 1) <= RAISE_STEADY;
    this.high = isSteady ? null : { fps: measuredFps, timeUs: nowUs };
    if (isSteady) this.value = snap(measuredFps);
  }
}

function isAnother(a: SourceInfo, b: SourceInfo): boolean {
  return a.fps !== b.fps || a.width !== b.width || a.height !== b.height || a.codec !== b.codec;
}

/** A measured rate is never exact: the common one beside it is meant, else three digits are as good as it gets. */
function snap(fps: number): number {
  const offBy = (common: number) => Math.abs(fps - common) / common;
  const nearest = COMMON_FPS.reduce((best, each) => (offBy(each) < offBy(best) ? each : best));
  return offBy(nearest) <= SNAP_WITHIN ? nearest : Number(fps.toPrecision(3));
}
