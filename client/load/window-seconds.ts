import type { CancelTimer, Clock } from '../../shared/clock.js';

const SECOND_US = 1_000_000;

/** Says when each second of a window is over: when the first frame of the next one comes, or by the clock. */
export class WindowSeconds {
  private startUs: number;
  private second = 0;
  private cancelTimer: CancelTimer = () => undefined;

  /** @param onSecond told of each second that is over, by the window it belongs to */
  constructor(
    private readonly clock: Clock,
    private readonly onSecond: (startUs: number, second: number, isWhole: boolean) => void,
  ) {
    this.startUs = clock.nowUs();
  }

  get endUs(): number {
    return this.startUs + (this.second + 1) * SECOND_US;
  }

  begin(startUs: number): void {
    this.startUs = startUs;
    this.second = 0;
    this.plan();
  }

  advance(nowUs: number): void {
    while (nowUs >= this.endUs) this.close(true);
  }

  /** The window ends at `nowUs`: also what there is of the last second is told. */
  end(nowUs: number): void {
    this.advance(nowUs);
    this.close(false);
  }

  stop(): void {
    this.cancelTimer();
  }

  private close(isWhole: boolean): void {
    const { second } = this;
    this.second += 1;
    this.onSecond(this.startUs, second, isWhole);
  }

  private plan(): void {
    this.cancelTimer();
    this.cancelTimer = this.clock.schedule(this.endUs - this.clock.nowUs(), () => {
      this.advance(this.clock.nowUs());
      this.plan();
    });
  }
}
