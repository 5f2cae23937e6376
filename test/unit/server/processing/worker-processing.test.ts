import { describe, expect, it } from 'vitest';
import type { PictureToProcess } from '../../../../server/pipeline/frame-processing.js';
import { parseProcessorSpec } from '../../../../server/pipeline/processor-spec.js';
import type { ProcessorThread, ThreadSink } from '../../../../server/processing/processor-thread.js';
import { createFrameProcessing } from '../../../../server/processing/worker-processing.js';
import { Backoff } from '../../../../shared/backoff.js';
import type { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SPECS = ['timecode', 'blur.mjs'].map((text) => parseProcessorSpec(text, '/'));
const SECOND_US = 1_000_000;

describe('createFrameProcessing', () => {
  it('starts a thread at once and sends the first picture when it is ready', async () => {
    const { processing, threads } = setup();
    expect(processing.isActive).toBe(true);
    expect(threads).toHaveLength(1);
    const outcome = processing.process(picture(1));
    expect(threads[0]?.sent).toEqual([]);
    threads[0]?.sink.onMessage({ kind: 'ready' });
    expect(threads[0]?.sent).toEqual([picture(1)]);
    threads[0]?.sink.onMessage({ kind: 'dropped', spare: null });
    expect(await outcome).toEqual({ kind: 'dropped', spare: null });
  });

  it('leaves no timer behind once a frame is done', async () => {
    const { processing, threads, clock } = setup();
    threads[0]?.sink.onMessage({ kind: 'ready' });
    expect(clock.pending).toBe(0);
    const outcome = processing.process(picture(1));
    expect(clock.pending).toBe(1);
    threads[0]?.sink.onMessage({ kind: 'dropped', spare: null });
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it('gives a thread up that is not ready in time, and lets the waiting picture go on', async () => {
    const { processing, threads, clock, problems } = setup();
    const outcome = processing.process(picture(7));
    clock.advance(30 * SECOND_US - 1);
    expect(problems).toEqual([]);
    clock.advance(1);
    expect(await outcome).toEqual({ kind: 'picture', ...sizeOf(picture(7)), spare: null });
    expect(threads[0]?.isTerminated).toBe(true);
    expect(problems).toEqual([
      'One of the processors timecode, blur.mjs failed: not ready within 30 s. Frames go on unprocessed; next try in 0.25 s.',
    ]);
  });

  it('gives a thread up that takes too long for a frame, and the frame with it', async () => {
    const { processing, threads, clock, problems } = setup();
    threads[0]?.sink.onMessage({ kind: 'ready' });
    const outcome = processing.process(picture(1));
    clock.advance(2 * SECOND_US);
    expect(await outcome).toEqual({ kind: 'lost' });
    expect(problems[0]).toContain('a frame took longer than 2 s.');
    expect(processing.isActive).toBe(false);
  });

  it('starts the next thread after the wait, counted from the end of the one before', async () => {
    const { threads, clock } = setup();
    threads[0]?.sink.onMessage({ kind: 'broken', name: 'blur.mjs', message: 'no model' });
    clock.advance(10 * SECOND_US);
    expect(threads).toHaveLength(1);
    await threads[0]?.goAway();
    clock.advance(249_999);
    expect(threads).toHaveLength(1);
    clock.advance(1);
    expect(threads).toHaveLength(2);
  });

  it('is not active again before the next thread is ready', async () => {
    const { processing, threads, clock } = setup();
    threads[0]?.sink.onGone('it ended with exit code 1.');
    await threads[0]?.goAway();
    clock.advance(SECOND_US);
    expect(processing.isActive).toBe(false);
    expect(await processing.process(picture(5))).toEqual({ kind: 'picture', ...sizeOf(picture(5)), spare: null });
    threads[1]?.sink.onMessage({ kind: 'ready' });
    expect(processing.isActive).toBe(true);
  });

  it('waits longer after each failure, and as at first after a stable minute', async () => {
    const { threads, clock, problems } = setup();
    const waits = ['0.25 s', '0.5 s', '1 s', '0.25 s', '0.5 s'];
    for (const [index, wait] of waits.entries()) {
      const thread = threads[index];
      thread?.sink.onMessage({ kind: 'ready' });
      clock.advance(index === 3 ? 60 * SECOND_US : 59 * SECOND_US);
      thread?.sink.onMessage({ kind: 'failed', name: 'blur.mjs', message: 'no light', picture: null });
      expect(problems[index]).toBe(
        `The processor blur.mjs failed: no light. Frames go on unprocessed; next try in ${wait}.`,
      );
      await thread?.goAway();
      clock.advance(10 * SECOND_US);
    }
  });

  it('does not hear a thread that it gave up', async () => {
    const { processing, threads, clock, problems } = setup();
    const [first] = threads;
    first?.sink.onMessage({ kind: 'ready' });
    const lost = processing.process(picture(1));
    clock.advance(2 * SECOND_US);
    await lost;
    first?.sink.onMessage({ kind: 'dropped', spare: null });
    first?.sink.onGone('it ended with exit code 1.');
    await first?.goAway();
    clock.advance(SECOND_US);
    threads[1]?.sink.onMessage({ kind: 'ready' });
    const outcome = processing.process(picture(2));
    first?.sink.onMessage({ kind: 'dropped', spare: null });
    threads[1]?.sink.onMessage({
      kind: 'picture',
      picture: { data: new ArrayBuffer(3), width: 1, height: 1 },
      spare: null,
    });
    expect((await outcome).kind).toBe('picture');
    expect(problems).toHaveLength(1);
  });

  it('loses a frame whose memory a failing processor did away with', async () => {
    const { processing, threads } = setup();
    threads[0]?.sink.onMessage({ kind: 'ready' });
    const outcome = processing.process(picture(1));
    threads[0]?.sink.onMessage({ kind: 'failed', name: 'blur.mjs', message: 'x', picture: null });
    expect(await outcome).toEqual({ kind: 'lost' });
  });
});

describe('closing processors', () => {
  it('lets the frame in work come out, asks them to close, and ends the thread', async () => {
    const { processing, threads, clock } = setup();
    const [thread] = threads;
    thread?.sink.onMessage({ kind: 'ready' });
    const outcome = processing.process(picture(1));
    const closed = processing.close();
    expect(thread?.isAskedToClose).toBe(true);
    thread?.sink.onMessage({ kind: 'dropped', spare: null });
    expect(await outcome).toEqual({ kind: 'dropped', spare: null });
    thread?.sink.onMessage({ kind: 'closed' });
    await Promise.resolve();
    await thread?.goAway();
    await closed;
    expect(clock.pending).toBe(0);
    expect(processing.isActive).toBe(false);
  });

  it('ends a thread that does not close in time', async () => {
    const { processing, threads, clock, problems } = setup();
    const [thread] = threads;
    thread?.sink.onMessage({ kind: 'ready' });
    const outcome = processing.process(picture(1));
    const closed = processing.close();
    clock.advance(SECOND_US);
    await Promise.resolve();
    await thread?.goAway();
    await closed;
    expect(await outcome).toEqual({ kind: 'lost' });
    expect(problems).toEqual([]);
  });

  it('does not wait for a thread that ended by itself', async () => {
    const { processing, threads } = setup();
    threads[0]?.sink.onMessage({ kind: 'ready' });
    const closed = processing.close();
    threads[0]?.sink.onGone('it ended with exit code 0.');
    await Promise.resolve();
    await threads[0]?.goAway();
    await closed;
  });

  it('starts no thread any more while one was due', async () => {
    const { processing, threads, clock } = setup();
    threads[0]?.sink.onGone('it ended with exit code 1.');
    await threads[0]?.goAway();
    await processing.close();
    clock.advance(60 * SECOND_US);
    expect(threads).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('waits for a thread that was given up and is still there', async () => {
    const { processing, threads, clock } = setup();
    threads[0]?.sink.onGone('it ended with exit code 1.');
    let isClosed = false;
    const closed = processing.close().then(() => (isClosed = true));
    await Promise.resolve();
    expect(isClosed).toBe(false);
    await threads[0]?.goAway();
    await closed;
    clock.advance(60 * SECOND_US);
    expect(threads).toHaveLength(1);
  });
});

/** A thread that a test plays; its `terminate` is done when the test says so. */
class FakeThread implements ProcessorThread {
  readonly sent: PictureToProcess[] = [];
  isAskedToClose = false;
  isTerminated = false;
  private resolveGone!: () => void;
  private readonly gone = new Promise<void>((resolve) => (this.resolveGone = resolve));

  constructor(readonly sink: ThreadSink) {}

  send(sent: PictureToProcess): void {
    this.sent.push(sent);
  }

  askToClose(): void {
    this.isAskedToClose = true;
  }

  terminate(): Promise<void> {
    this.isTerminated = true;
    return this.gone;
  }

  /** Ends the thread, and lets those who wait for that go on. */
  async goAway(): Promise<void> {
    this.resolveGone();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

function setup() {
  const clock = new FakeClock();
  const threads: FakeThread[] = [];
  const problems: string[] = [];
  const processing = createFrameProcessing(
    SPECS,
    { stream: 'cam', clock, onProblem: (error: StreamerError) => void problems.push(error.message) },
    {
      backoff: new Backoff(undefined, () => 1),
      startThread: (_request, sink) => {
        const thread = new FakeThread(sink);
        threads.push(thread);
        return thread;
      },
    },
  );
  return { processing, threads, clock, problems };
}

function picture(level: number): PictureToProcess {
  return { data: Buffer.alloc(3, level), width: 1, height: 1, captureTimeUs: 5, sequence: 6 };
}

function sizeOf({ data, width, height }: PictureToProcess): object {
  return { data, width, height };
}
