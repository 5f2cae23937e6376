import type { Clock } from '../../shared/clock.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { HubStream } from '../hub/stream.js';
import { Subscriber } from '../hub/subscriber.js';

/** What to wait for, and for how long. */
export interface FrameWait {
  /** Only a frame with a greater sequence number will do; without it any frame does, also one that is there already. */
  readonly after?: number | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Ends the waiting, since whoever asked has gone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves to the newest frame of a stream, or to the first whose sequence number is greater than `after`. An idle
 * source is woken, and stays awake for a while afterwards, so that one who asks now and then does not start it anew each
 * time. Null when there is none in time, when the stream ends or is taken away, and when `signal` aborts.
 */
export async function waitForFrame(stream: HubStream, wait: FrameWait): Promise<PublishedFrame | null> {
  const after = wait.after ?? -1;
  const waiter = new FrameWaiter(stream, after);
  const cancelTimer = wait.clock.schedule(wait.timeoutMs * 1000, () => waiter.resolve(null));
  const onAbort = () => waiter.resolve(null);
  wait.signal?.addEventListener('abort', onAbort);
  const newest = stream.newestFrame;
  if (newest && newest.header.sequence > after) waiter.resolve(newest);
  else if (wait.signal?.aborted || stream.info().state === 'ended') waiter.resolve(null);
  try {
    return await waiter.frame;
  } finally {
    cancelTimer();
    wait.signal?.removeEventListener('abort', onAbort);
    waiter.leave();
  }
}

/** Subscribes to a stream until the frame it waits for came. */
class FrameWaiter {
  readonly frame: Promise<PublishedFrame | null>;
  resolve!: (frame: PublishedFrame | null) => void;
  private readonly subscriber: Subscriber;
  private readonly stopObserving: () => void;

  constructor(
    private readonly stream: HubStream,
    after: number,
  ) {
    this.frame = new Promise((resolve) => (this.resolve = resolve));
    const sink = {
      sendFrame: (frame: PublishedFrame) => {
        if (frame.header.sequence > after) this.resolve(frame);
      },
      sendCredit: () => undefined,
      backlogBytes: () => 0,
      tooFarBehind: () => undefined,
    };
    // A window without end: the frames up to `after` must not hold back the one that is waited for.
    const window = { policy: 'latest', fixedWindow: Infinity, maxFps: null } as const;
    this.subscriber = new Subscriber({ ...window, fps: stream.description.fps, sink });
    this.stopObserving = stream.observe({
      onChange: ({ event }) => {
        if (event === 'ended' || event === 'removed') this.resolve(null);
      },
    });
    stream.subscribe(this.subscriber);
  }

  leave(): void {
    this.stopObserving();
    this.stream.unsubscribe(this.subscriber);
  }
}
