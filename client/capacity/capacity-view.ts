import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { ProgressView } from '../ui/progress.js';
import type { CapacityConfig } from './capacity-config.js';
import { progressPage, recordSentence } from './capacity-progress.js';
import type { LoadUnderTest } from './load-under-test.js';
import type { Step } from './search-plan.js';
import type { StepRecord } from './step-runner.js';

const DRAW_US = 500_000;
/** Ten minutes of looks. */
const KEPT_LATENCIES = 1200;

/** Keeps what a search shows up to date, twice a second. */
export class CapacityView {
  private readonly startedUs: number;
  private load: LoadUnderTest | null = null;
  private unit = 'sessions';
  private what = 'starting';
  private current: Step | null = null;
  private endsAtUs: number | null = null;
  private readonly records: StepRecord[] = [];
  private readonly latencies: (number | null)[] = [];
  private notice: string | null = null;
  private cancel: CancelTimer = () => undefined;

  constructor(
    private readonly config: CapacityConfig,
    private readonly clock: Clock,
    private readonly view: ProgressView,
  ) {
    this.startedUs = clock.nowUs();
    this.tick();
  }

  /** What is done before there is a search. */
  doing(what: string): void {
    this.what = what;
    this.draw();
  }

  /** There is load from now on. */
  begin(load: LoadUnderTest, unit: string): void {
    this.load = load;
    this.unit = unit;
    this.doing('connecting');
  }

  step(step: Step, endsAtUs: number): void {
    this.current = step;
    this.endsAtUs = endsAtUs;
    this.draw();
  }

  record(record: StepRecord): void {
    this.records.push(record);
    this.notice = recordSentence(record, this.unit);
    this.draw();
  }

  /** Draws no more. Idempotent. */
  close(): void {
    this.cancel();
  }

  private tick(): void {
    this.cancel = this.clock.schedule(DRAW_US, () => {
      this.latencies.push(this.load?.progress().latencyP99Us ?? null);
      if (this.latencies.length > KEPT_LATENCIES) this.latencies.shift();
      this.draw();
      this.tick();
    });
  }

  private draw(): void {
    const sinceStartMs = (us: number) => Math.max(0, Math.round((us - this.startedUs) / 1000));
    const page = progressPage({
      elapsedMs: sinceStartMs(this.clock.nowUs()),
      endsAtMs: this.endsAtUs === null ? null : sinceStartMs(this.endsAtUs),
      unit: this.unit,
      objective: this.config.objective.text,
      step: this.current,
      doing: this.what,
      records: this.records,
      crowd: this.load?.progress() ?? null,
      latencies: this.latencies,
      notice: this.notice,
    });
    this.view.render(page);
  }
}
