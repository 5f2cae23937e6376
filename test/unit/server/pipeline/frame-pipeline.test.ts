import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedFrame } from '../../../../server/hub/frame.js';
import { FramePipeline } from '../../../../server/pipeline/frame-pipeline.js';
import type { JpegCodec, PictureSize, RawPicture } from '../../../../server/pipeline/jpeg-codec.js';
import type {
  FrameProcessing,
  PictureToProcess,
  ProcessingOutcome,
} from '../../../../server/pipeline/frame-processing.js';
import type { JpegFrame } from '../../../../server/sources/source.js';
import { StreamerError } from '../../../../shared/errors.js';
import { MAX_JPEG_BYTES } from '../../../../shared/protocol/messages.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeRawFrame, START_US } from '../../../helpers/fake-frames.js';

const JPEG = Buffer.from('ffd8ffd9', 'hex');

interface Encode {
  readonly picture: RawPicture;
  finish(jpeg?: Buffer): void;
  fail(error: Error): void;
}

/** A codec whose encodes are done when the test says so, in any order; what it decodes is grey at once. */
class ManualCodec implements JpegCodec {
  readonly reencoded: [Buffer, PictureSize][] = [];
  readonly running: Encode[] = [];

  constructor(readonly parallel: number) {}

  encode(picture: RawPicture): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const leave = () => this.running.splice(this.running.indexOf(encode), 1);
      const encode: Encode = {
        picture,
        finish: (jpeg = JPEG) => void (leave(), resolve(jpeg)),
        fail: (error) => void (leave(), reject(error)),
      };
      this.running.push(encode);
    });
  }

  reencode(jpeg: Buffer, size: PictureSize): Promise<Buffer> {
    this.reencoded.push([jpeg, size]);
    return this.encode({ data: jpeg, ...size });
  }

  async decode(_jpeg: Buffer, { width, height }: PictureSize): Promise<RawPicture> {
    return { data: Buffer.alloc(width * height * 3, 128), width, height };
  }
}

function setUp({ parallel = 2, processing = null as FrameProcessing | null, isPassedOn = true } = {}) {
  const clock = new FakeClock(START_US);
  const encoder = new ManualCodec(parallel);
  const log: string[] = [];
  const published: EncodedFrame[] = [];
  const errors: StreamerError[] = [];
  const sink = {
    publish: (frame: EncodedFrame) => {
      published.push(frame);
      log.push(`publish ${frame.sequence}`);
    },
    drop: (first: number, last: number) => void log.push(`drop ${first}-${last}`),
  };
  const pipeline = new FramePipeline(
    {
      codec: encoder,
      processing,
      isPassedOn: () => isPassedOn,
      sizeFor: () => ({ width: 2, height: 1 }),
      clock,
      onError: (error) => errors.push(error),
    },
    sink,
  );
  const accept = (sequence: number) => {
    const raw = new FakeRawFrame(sequence);
    pipeline.accept(raw);
    return raw;
  };
  const finish = async (index: number, jpeg?: Buffer) => {
    encoder.running[index]?.finish(jpeg);
    await settle();
  };
  const fail = async (index: number, error: Error) => {
    encoder.running[index]?.fail(error);
    await settle();
  };
  return { clock, encoder, pipeline, log, published, errors, accept, finish, fail };
}

/** Lets every promise that is ready run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('FramePipeline with raw frames', () => {
  it('encodes as many frames at once as the encoder can', () => {
    const { accept, encoder } = setUp({ parallel: 3 });
    const raws = [0, 1, 2, 3].map(accept);
    expect(encoder.running.map(({ picture }) => picture.data)).toEqual(raws.slice(0, 3).map(({ data }) => data));
  });

  it('publishes in order whatever order the encodes finish in', async () => {
    const { accept, finish, log } = setUp({ parallel: 3 });
    [0, 1, 2].forEach(accept);
    await finish(2);
    await finish(1);
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 0', 'publish 1', 'publish 2']);
  });

  it('notes when each stage was reached', async () => {
    const { accept, finish, published, clock } = setUp();
    clock.advance(1_000);
    const raw = accept(3);
    clock.advance(8_000);
    await finish(0);
    const { captureTimeUs, decodedTimeUs } = raw;
    const times = {
      captureTimeUs,
      timeSource: 'schedule',
      decodedTimeUs,
      processedTimeUs: decodedTimeUs,
      encodeStartTimeUs: START_US + 1_000,
      encodedTimeUs: START_US + 9_000,
    };
    expect(published).toEqual([{ sequence: 3, ...times, clockErrorUs: 7, width: 4, height: 2, jpeg: JPEG }]);
  });

  it('keeps one frame waiting for an encoder and replaces it by a newer one', async () => {
    const { accept, finish, log } = setUp({ parallel: 1 });
    const raws = [0, 1, 2, 3].map(accept);
    expect(raws.map(({ releases }) => releases)).toEqual([0, 1, 1, 0]);
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 0', 'drop 1-1', 'drop 2-2']);
    await finish(0);
    expect(log.slice(3)).toEqual(['publish 3']);
    expect(raws.map(({ releases }) => releases)).toEqual([1, 1, 1, 1]);
  });

  it('tells of a gap that the source chose in its place among the frames', async () => {
    const { accept, finish, log, pipeline } = setUp();
    accept(0);
    pipeline.skip(1, 4);
    accept(5);
    await finish(1);
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 0', 'drop 1-4', 'publish 5']);
  });

  it('tells of a gap at once when nothing is being encoded', () => {
    const { log, pipeline } = setUp();
    pipeline.skip(1, 4);
    expect(log).toEqual(['drop 1-4']);
  });

  it('goes on after a frame that cannot be encoded, which is neither published nor dropped', async () => {
    const { accept, finish, fail, log, errors } = setUp();
    const raws = [0, 1].map(accept);
    await fail(0, new StreamerError('ENCODE_FAILED', 'It is no picture.'));
    await finish(0);
    expect(log).toEqual(['publish 1']);
    expect(errors.map(({ code, message }) => [code, message])).toEqual([['ENCODE_FAILED', 'It is no picture.']]);
    expect(raws.map(({ releases }) => releases)).toEqual([1, 1]);
  });

  it('gives any other failure of the encoder the code ENCODE_FAILED', async () => {
    const { accept, fail, errors } = setUp();
    accept(0);
    await fail(0, new TypeError('x is undefined'));
    expect(errors).toEqual([new StreamerError('ENCODE_FAILED', 'x is undefined')]);
    expect(errors[0]?.code).toBe('ENCODE_FAILED');
  });

  it('takes a JPEG that is too long for a message as a failure', async () => {
    const { accept, finish, log, errors } = setUp();
    const raws = [0, 1, 2].map(accept);
    await finish(0, Buffer.alloc(MAX_JPEG_BYTES + 1));
    await finish(0, Buffer.alloc(MAX_JPEG_BYTES));
    await finish(0);
    expect(log).toEqual(['publish 1', 'publish 2']);
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['ENCODE_FAILED', 'A 4x2 frame is 34 MB as JPEG, more than a message may hold; lower the quality or the size.'],
    ]);
    expect(raws.map(({ releases }) => releases)).toEqual([1, 1, 1]);
  });

  it('says when it is idle: when all that it took came out', async () => {
    const { accept, finish, pipeline, log } = setUp();
    await pipeline.whenIdle();
    [0, 1].forEach(accept);
    const idle = Promise.all([pipeline.whenIdle(), pipeline.whenIdle()]).then(() => log.push('idle'));
    await finish(1);
    expect(log).toEqual([]);
    await finish(0);
    await idle;
    expect(log).toEqual(['publish 0', 'publish 1', 'idle']);
  });

  it('survives that releasing one frame brings the next', async () => {
    const { pipeline, finish, log, encoder } = setUp({ parallel: 1 });
    const last = new FakeRawFrame(3);
    const bringer = new FakeRawFrame(1, () => pipeline.accept(last));
    pipeline.accept(new FakeRawFrame(0));
    pipeline.accept(bringer);
    const replacing = new FakeRawFrame(2);
    pipeline.accept(replacing);
    expect([bringer.releases, replacing.releases, last.releases]).toEqual([1, 1, 0]);
    await finish(0);
    expect(encoder.running.map(({ picture }) => picture.data)).toEqual([last.data]);
    expect(encoder.running[0]?.picture.data).toBe(last.data);
    await finish(0);
    expect(log).toEqual(['publish 0', 'drop 1-1', 'drop 2-2', 'publish 3']);
  });

  it('starts the frame that waits before it takes the one that a release brings', async () => {
    const { pipeline, finish, log } = setUp({ parallel: 1 });
    pipeline.accept(new FakeRawFrame(0, () => pipeline.accept(new FakeRawFrame(2))));
    pipeline.accept(new FakeRawFrame(1));
    await finish(0);
    await finish(0);
    await finish(0);
    expect(log).toEqual(['publish 0', 'publish 1', 'publish 2']);
  });

  it('accounts for every frame in order and releases each once, whatever happens when', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant('accept' as const) },
      { weight: 1, arbitrary: fc.constant('skip' as const) },
      { weight: 4, arbitrary: fc.record({ finish: fc.nat(7) }) },
      { weight: 1, arbitrary: fc.record({ fail: fc.nat(7) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), async (parallel, steps) => {
        const { accept, finish, fail, encoder, pipeline, log, errors } = setUp({ parallel });
        const raws: FakeRawFrame[] = [];
        const failed = new Set<number>();
        let next = 0;
        const failOne = (index: number) => {
          const { picture } = encoder.running[index]!;
          failed.add(raws.find(({ data }) => data === picture.data)!.sequence);
          return fail(index, new Error('broken'));
        };
        for (const each of steps) {
          const { length } = encoder.running;
          if (each === 'accept') raws.push(accept(next++));
          else if (each === 'skip') {
            pipeline.skip(next, next + 2);
            next += 3;
          } else if ('finish' in each && length > 0) await finish(each.finish % length);
          else if ('fail' in each && length > 0) await failOne(each.fail % length);
          expect(encoder.running.length).toBeLessThanOrEqual(parallel);
          expect(raws.filter(({ releases }) => releases === 0).length).toBeLessThanOrEqual(parallel + 1);
        }
        while (encoder.running.length > 0) await finish(0);
        await pipeline.whenIdle();
        const accounted = log.flatMap((line) => {
          const [first = NaN, last = first] = line.replace(/^\w+ /, '').split('-').map(Number);
          return Array.from({ length: last - first + 1 }, (_, index) => first + index);
        });
        expect(accounted).toEqual(Array.from({ length: next }, (_, index) => index).filter((n) => !failed.has(n)));
        expect(raws.every(({ releases }) => releases === 1)).toBe(true);
        expect(errors).toHaveLength(failed.size);
      }),
      { numRuns: 150 },
    );
  });
});

function jpegFrame(sequence: number): JpegFrame {
  const captureTimeUs = START_US + sequence;
  return {
    kind: 'jpeg',
    data: Buffer.from(`ffd8${sequence.toString(16).padStart(2, '0')}ffd9`, 'hex'),
    width: 4,
    height: 2,
    sequence,
    captureTimeUs,
    timeSource: 'arrival',
    clockErrorUs: 0,
    decodedTimeUs: captureTimeUs + 50,
  };
}

describe('FramePipeline with frames that are JPEG already', () => {
  it('publishes the very same bytes, at once', () => {
    const { pipeline, published, encoder } = setUp();
    const frame = jpegFrame(1);
    pipeline.accept(frame);
    const stageUs = frame.decodedTimeUs;
    expect(published).toEqual([
      {
        sequence: 1,
        captureTimeUs: frame.captureTimeUs,
        timeSource: 'arrival',
        clockErrorUs: 0,
        decodedTimeUs: stageUs,
        processedTimeUs: stageUs,
        encodeStartTimeUs: stageUs,
        encodedTimeUs: stageUs,
        width: 4,
        height: 2,
        jpeg: frame.data,
      },
    ]);
    expect(published[0]?.jpeg).toBe(frame.data);
    expect(encoder.running).toEqual([]);
  });

  it('waits for older frames that are being encoded', async () => {
    const { pipeline, accept, finish, log } = setUp();
    accept(0);
    pipeline.accept(jpegFrame(1));
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 0', 'publish 1']);
  });

  it('encodes anew what may not be passed on, in the size that is asked for', async () => {
    const { pipeline, finish, published, encoder } = setUp({ isPassedOn: false });
    const frame = jpegFrame(1);
    pipeline.accept(frame);
    expect(encoder.reencoded).toEqual([[frame.data, { width: 2, height: 1 }]]);
    await finish(0);
    expect(published).toMatchObject([{ sequence: 1, width: 2, height: 1, jpeg: JPEG }]);
  });
});

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
    const fixture = setUp({ processing, ...options });
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
