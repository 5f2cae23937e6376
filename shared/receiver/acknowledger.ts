/**
 * Returns credit for one stream: one cumulative acknowledgement for as many frames as the server allows. `send` sends the
 * ACK of every frame up to `sequence`.
 */
export class Acknowledger {
  private ackEvery = 1;
  private lastSequence = -1;
  private unacknowledged = 0;

  constructor(private readonly send: (sequence: number) => void) {}

  /** The frame `sequence`, the last of `frames`, was received (or, for a reader that sets the pace, used). */
  onFrame(sequence: number, frames = 1): void {
    this.lastSequence = sequence;
    this.unacknowledged += frames;
    if (this.unacknowledged >= this.ackEvery) this.acknowledge();
  }

  /** The server changed how many frames an acknowledgement may cover; what is outstanding must be returned at once. */
  onCredit(ackEvery: number): void {
    this.ackEvery = ackEvery;
    if (this.unacknowledged > 0) this.acknowledge();
  }

  private acknowledge(): void {
    this.unacknowledged = 0;
    this.send(this.lastSequence);
  }
}
