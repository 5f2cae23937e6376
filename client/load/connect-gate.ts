import type { CancelTimer } from '../../shared/clock.js';

/** Begins to connect; `done` is called when that is over, however it went. */
type Open = (done: () => void) => void;

/**
 * Lets a few sessions connect at a time. A server pushes out those that have not said hello for long, and a crowd that
 * connects all at once would meet its own queue, not the server.
 */
export class ConnectGate {
  private readonly waiting = new Set<Open>();
  private underWay = 0;

  constructor(private readonly most: number) {}

  /** Runs `open` when it is its turn, at once where there is room; the function that is returned gives the place up. */
  readonly takeTurn = (open: Open): CancelTimer => {
    // Each place in the queue is one of its own, even for the same function.
    const turn: Open = (done) => open(done);
    this.waiting.add(turn);
    this.letIn();
    return () => this.waiting.delete(turn);
  };

  private letIn(): void {
    for (const open of this.waiting) {
      if (this.underWay >= this.most) return;
      this.waiting.delete(open);
      this.underWay += 1;
      let isDone = false;
      open(() => {
        if (isDone) return;
        isDone = true;
        this.underWay -= 1;
        this.letIn();
      });
    }
  }
}
