import type { CancelTimer, Clock } from '../../shared/clock.js';

const SECOND_US = 1_000_000;

/** Says when a window begins and when each of its seconds is over: with the first frame behind that, or by the clock. */
export class WindowSeconds {
  private startUs: number;
  private second = 0;
  /** The window that begins next. */
  private next = { startUs: Infinity, onStart: (): void => undefined };
  private cancelTimer: CancelTimer = () => undefined;

  /** @param onSecond told of each second that is over, by the window it belongs to */
  constructor(
    private readonly clock: Clock,
    private readonly onSecond: (startUs: number, second: number, isWhole: boolean) => void,
  ) {
    this.startUs = clock.nowUs();
  }

  /** When the second is over, or the window that begins next cuts it off. */
  get endUs(): number {
    return Math.min(this.startUs + (this.second + 1) * SECOND_US, this.next.startUs);
  }

  /** A window that began at `startUs`. */
  begin(startUs: number): void {
    this.next = { startUs: Infinity, onStart: () => undefined };
    this.startUs = startUs;
    this.second = 0;
    this.plan();
  }

  /** A window that begins at `startUs`; `onStart` is called then. */
  beginAt(startUs: number, onStart: () => void): void {
    this.next = { startUs, onStart };
    this.plan();
  }

  /** Begins the window that begins next, if there is one, before its time. */
  beginEarly(): void {
    if (this.next.startUs < Infinity) this.turn();
  }

  advance(nowUs: number): void {
    while (nowUs >= this.endUs) {
      if (this.endUs === this.next.startUs) this.turn();
      else this.close(true);
    }
  }

  /** The window ends at `nowUs`: also what there is of the last second is told. */
  end(nowUs: number): void {
    this.advance(nowUs);
    this.close(false);
  }

  stop(): void {
    this.cancelTimer();
  }

  private turn(): void {
    const { startUs, onStart } = this.next;
    this.begin(startUs);
    onStart();
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
