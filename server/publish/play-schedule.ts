import type { CancelTimer, Clock } from '../../shared/clock.js';

/** Something that has to be done at times of its own. */
export interface PlayTask {
  /** When it is due next, in microseconds since the epoch; Infinity for never. */
  readonly dueUs: number;
  /** Called at `dueUs` or later; afterwards `dueUs` must lie later than `nowUs`. */
  run(nowUs: number): void;
}

/**
 * Runs any number of tasks, each when it is due, with one timer: streams whose pictures fall due together cost one
 * wake-up together.
 */
export class PlaySchedule {
  private readonly tasks = new Set<PlayTask>();
  private cancelTimer: CancelTimer | null = null;
  private timerUs = Infinity;
  private isRunning = false;

  constructor(private readonly clock: Clock) {}

  add(task: PlayTask): void {
    this.tasks.add(task);
    if (!this.isRunning) this.wakeFor(task.dueUs);
  }

  remove(task: PlayTask): void {
    this.tasks.delete(task);
    if (this.tasks.size === 0) this.clearTimer();
  }

  private wakeFor(dueUs: number): void {
    if (dueUs >= this.timerUs || dueUs === Infinity) return;
    this.clearTimer();
    this.timerUs = dueUs;
    this.cancelTimer = this.clock.schedule(Math.max(0, dueUs - this.clock.nowUs()), () => this.runDue());
  }

  private runDue(): void {
    this.clearTimer();
    this.isRunning = true;
    let nextUs = Infinity;
    // A look at each of a few hundred is cheaper than keeping them in order.
    for (const task of this.tasks) {
      const nowUs = this.clock.nowUs();
      if (task.dueUs <= nowUs) task.run(nowUs);
      if (this.tasks.has(task)) nextUs = Math.min(nextUs, task.dueUs);
    }
    this.isRunning = false;
    this.wakeFor(nextUs);
  }

  private clearTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.timerUs = Infinity;
  }
}
