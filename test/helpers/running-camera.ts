import { SystemClock } from '../../shared/clock.js';
import { CameraOfTest, numberedJpeg } from './camera-of-test.js';
import { subscribe } from './hub-stream-of-test.js';
import type { FakeFrameSink } from './fake-frame-sink.js';

/** A stream that publishes a JPEG 25 times a second until it is stopped, and somebody who gets all of them. */
export class RunningCamera extends CameraOfTest {
  readonly viewer: FakeFrameSink;
  published = 0;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    clock: SystemClock,
    readonly jpeg: Buffer,
  ) {
    super(clock);
    const { sink, subscriber } = subscribe(this.stream);
    this.viewer = sink;
    this.timer = setInterval(() => {
      const sequence = this.published++;
      this.publish({ sequence, captureTimeUs: clock.nowUs(), jpeg, width: 320, height: 240 });
      subscriber.acknowledge(sequence);
    }, 40);
  }

  /** @param jpeg of 320x240 pixels, by default one that is small */
  static async start(jpeg?: Buffer): Promise<RunningCamera> {
    return new RunningCamera(new SystemClock(), jpeg ?? (await numberedJpeg(7, 320, 240)));
  }

  /** What the viewer would have noted, had it got every frame in order. */
  get everyFrame(): string[] {
    return Array.from({ length: this.published }, (_, sequence) => `frame ${sequence}`);
  }

  stop(): Promise<void> {
    clearInterval(this.timer);
    return Promise.resolve();
  }
}
