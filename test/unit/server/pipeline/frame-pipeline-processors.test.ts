import { describe, expect, it } from 'vitest';
import type {
  FrameProcessing,
  PictureToProcess,
  ProcessingOutcome,
} from '../../../../server/pipeline/frame-processing.js';
import { FakeRawFrame, START_US } from '../../../helpers/fake-frames.js';
import { createPipeline, jpegFrame, settle } from '../../../helpers/frame-pipeline-of-test.js';

/** Processors that answer when the test says so. */
class ManualProcessing implements FrameProcessing {
  isActive = true;
  readonly asked: { picture: PictureToProcess; answer(outcome: ProcessingOutcome): void }[] = [];

  process(picture: PictureToProcess): Promise<ProcessingOutcome> {
    return new Promise((answer) => this.asked.push({ picture, answer }));
  }

  async close(): Promise<void> {
    this.isActive = false;
  }
}

describe('FramePipeline with processors', () => {
  function processed(options: { isPassedOn?: boolean } = {}) {
    const processing = new ManualProcessing();
    const fixture = createPipeline({ processing, ...options });
    const answer = async (index: number, outcome: ProcessingOutcome) => {
      processing.asked[index]?.answer(outcome);
      await settle();
    };
    return { ...fixture, processing, answer };
  }

  /** A raw frame that notes what came back. */
  function trackedFrame(sequence: number) {
    const returned: (Buffer | null | undefined)[] = [];
    const frame = Object.assign(new FakeRawFrame(sequence), {
      release: (replacement?: Buffer | null) => void returned.push(replacement),
    });
    return { frame, returned };
  }

  it('encodes what the processors made of a frame, and notes the time', async () => {
    const { pipeline, answer, finish, clock, published, encoder, processing } = processed();
    const { frame, returned } = trackedFrame(0);
    pipeline.accept(frame);
    expect(processing.asked[0]?.picture).toEqual({
      data: frame.data,
      width: 4,
      height: 2,
      sequence: 0,
      captureTimeUs: frame.captureTimeUs,
    });
    clock.advance(3_000);
    const data = Buffer.alloc(24, 1);
    await answer(0, { kind: 'picture', data, width: 4, height: 2, spare: null });
    expect(encoder.running[0]?.picture.data).toBe(data);
    clock.advance(5_000);
    await finish(0);
    expect(published).toMatchObject([
      { processedTimeUs: START_US + 3_000, encodeStartTimeUs: START_US + 3_000, encodedTimeUs: START_US + 8_000 },
    ]);
    expect(returned).toEqual([data]);
  });

  it('gives the pool its memory back where the picture got other memory, and its size', async () => {
    const { pipeline, answer, finish, published } = processed();
    const { frame, returned } = trackedFrame(0);
    pipeline.accept(frame);
    const spare = Buffer.alloc(24);
    await answer(0, { kind: 'picture', data: Buffer.alloc(6), width: 2, height: 1, spare });
    await finish(0);
    expect(published).toMatchObject([{ width: 2, height: 1 }]);
    expect(returned[0]).toBe(spare);
  });

  it('leaves out what a processor does not want and what went down with its worker', async () => {
    const { pipeline, answer, log } = processed();
    const frames = [trackedFrame(0), trackedFrame(1)] as const;
    const spare = Buffer.alloc(24);
    pipeline.accept(frames[0].frame);
    await answer(0, { kind: 'dropped', spare });
    pipeline.accept(frames[1].frame);
    await answer(1, { kind: 'lost' });
    expect(log).toEqual(['drop 0-0', 'drop 1-1']);
    expect(frames.map(({ returned }) => returned)).toEqual([[spare], [null]]);
  });

  it('gives them one frame at a time, and the newest of those that waited', async () => {
    const { pipeline, answer, processing, log } = processed();
    for (let sequence = 0; sequence < 4; sequence += 1) pipeline.accept(trackedFrame(sequence).frame);
    expect(processing.asked.map(({ picture }) => picture.sequence)).toEqual([0]);
    await answer(0, { kind: 'dropped', spare: null });
    expect(processing.asked.map(({ picture }) => picture.sequence)).toEqual([0, 3]);
    expect(log).toEqual(['drop 0-0', 'drop 1-1', 'drop 2-2']);
  });

  it('goes on without them while they do not work', async () => {
    const { pipeline, processing, finish, log } = processed();
    processing.isActive = false;
    pipeline.accept(trackedFrame(0).frame);
    await finish(0);
    expect([processing.asked, log]).toEqual([[], ['publish 0']]);
  });

  it('decodes a JPEG for them', async () => {
    const { pipeline, processing } = processed({ isPassedOn: false });
    pipeline.accept(jpegFrame(0));
    await settle();
    expect(processing.asked[0]?.picture).toMatchObject({ width: 2, height: 1, data: Buffer.alloc(6, 128) });
  });
});
