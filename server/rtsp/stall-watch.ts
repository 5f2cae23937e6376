import type { Socket } from 'node:net';
import type { CancelTimer, Clock } from '../../shared/clock.js';

const LOOK_EVERY_US = 1_000_000;
/** Five whole seconds: data may have begun to wait just after a look. */
const LOOKS = 6;

/** Watches whether a socket gets rid of what was written to it. */
export class StallWatch {
  private cancel: CancelTimer | null = null;
  private takenBytes = 0;
  private looksWithoutProgress = 0;

  /** @param onStall called once, when data has waited for 5 s or a bit more, and nothing of it was taken */
  constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
    private readonly onStall: () => void,
  ) {}

  start(): void {
    this.cancel = this.clock.schedule(LOOK_EVERY_US, () => this.look());
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private look(): void {
    const { writableLength, bytesWritten } = this.socket;
    // Node counts what waits as written.
    const takenBytes = bytesWritten - writableLength;
    const hasProgress = writableLength === 0 || takenBytes !== this.takenBytes;
    this.takenBytes = takenBytes;
    this.looksWithoutProgress = hasProgress ? 0 : this.looksWithoutProgress + 1;
    if (this.looksWithoutProgress >= LOOKS) this.onStall();
    else this.start();
  }
}
