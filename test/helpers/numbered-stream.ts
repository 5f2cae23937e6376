import { SystemClock } from '../../shared/clock.js';
import { encodedFrame } from './hub-stream-of-test.js';
import { NUMBERED_HEIGHT, NUMBERED_WIDTH, numberedJpeg } from './numbered-picture.js';
import { PictureServer } from './picture-server.js';

const FPS = 25;
/** Pictures are made once, and shown again from the first one after the last. */
const PICTURES = 250;

/** A server whose stream `cam` shows pictures with their number, 25 a second for as long as it runs. */
export class NumberedStream {
  private sequence = 0;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly server: PictureServer,
    private readonly pictures: readonly Buffer[],
  ) {}

  /** Starts the server; nothing is published yet. */
  static async start(): Promise<NumberedStream> {
    const pictures = await Promise.all(Array.from({ length: PICTURES }, (_, number) => numberedJpeg(number)));
    return new NumberedStream(await PictureServer.start({ fps: FPS }), pictures);
  }

  /** Publishes from now on, on time. */
  play(): void {
    this.timer = setInterval(() => this.publish(), 1000 / FPS);
  }

  pause(): void {
    clearInterval(this.timer);
  }

  /** Publishes one picture; returns its number. */
  publish(): number {
    const { sequence } = this;
    this.sequence += 1;
    const number = sequence % PICTURES;
    const jpeg = this.pictures[number]!;
    const captureTimeUs = new SystemClock().nowUs();
    const size = { width: NUMBERED_WIDTH, height: NUMBERED_HEIGHT };
    this.server.stream.hubStream.publish(encodedFrame(sequence, { captureTimeUs, jpeg, ...size }));
    return number;
  }

  /** Whether each number follows the one before, or, with `mayMiss`, one before that. */
  static follows(numbers: readonly number[], { mayMiss = 0 } = {}): boolean {
    return numbers.every((number, n) => {
      const before = numbers[n - 1];
      if (before === undefined) return true;
      const step = (number - before + PICTURES) % PICTURES;
      return step >= 1 && step <= 1 + mayMiss;
    });
  }

  async stop(): Promise<void> {
    this.pause();
    await this.server.stop();
  }
}
