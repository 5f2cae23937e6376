import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { MAX_JPEG_BYTES } from '../../../../shared/protocol/messages.js';
import { FakeRawFrame, START_US } from '../../../helpers/fake-frames.js';
import { createPipeline } from '../../../helpers/frame-pipeline-of-test.js';
import { ENCODED_JPEG } from '../../../helpers/manual-codec.js';

describe('FramePipeline with raw frames', () => {
  it('encodes as many frames at once as the encoder can', () => {
    const { accept, encoder } = createPipeline({ parallel: 3 });
    const raws = [0, 1, 2, 3].map(accept);
    expect(encoder.running.map(({ picture }) => picture.data)).toEqual(raws.slice(0, 3).map(({ data }) => data));
  });

  it('publishes in order whatever order the encodes finish in', async () => {
    const { accept, finish, log } = createPipeline({ parallel: 3 });
    [0, 1, 2].forEach(accept);
    await finish(2);
    await finish(1);
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 0', 'publish 1', 'publish 2']);
  });

  it('notes when each stage was reached', async () => {
    const { accept, finish, published, clock } = createPipeline();
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
    expect(published).toEqual([{ sequence: 3, ...times, clockErrorUs: 7, width: 4, height: 2, jpeg: ENCODED_JPEG }]);
  });

  it('keeps one frame waiting for an encoder and replaces it by a newer one', async () => {
    const { accept, finish, log } = createPipeline({ parallel: 1 });
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
    const { accept, finish, log, pipeline } = createPipeline();
    accept(0);
    pipeline.skip(1, 4);
    accept(5);
    await finish(1);
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 0', 'drop 1-4', 'publish 5']);
  });

  it('forgets what is on its way, and nothing that comes after it', async () => {
    const { accept, finish, log, pipeline } = createPipeline({ parallel: 1 });
    const raws = [accept(0), accept(1)];
    pipeline.skip(2, 3);
    pipeline.forget();
    raws.push(accept(4));
    pipeline.skip(5, 6);
    await finish(0);
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 4', 'drop 5-6']);
    await pipeline.whenIdle();
    expect(raws.map(({ releases }) => releases)).toEqual([1, 1, 1]);
  });

  it('tells of a gap at once when nothing is being encoded', () => {
    const { log, pipeline } = createPipeline();
    pipeline.skip(1, 4);
    expect(log).toEqual(['drop 1-4']);
  });

  it('goes on after a frame that cannot be encoded, which is neither published nor dropped', async () => {
    const { accept, finish, fail, log, errors } = createPipeline();
    const raws = [0, 1].map(accept);
    await fail(0, new StreamerError('ENCODE_FAILED', 'It is no picture.'));
    await finish(0);
    expect(log).toEqual(['publish 1']);
    expect(errors.map(({ code, message }) => [code, message])).toEqual([['ENCODE_FAILED', 'It is no picture.']]);
    expect(raws.map(({ releases }) => releases)).toEqual([1, 1]);
  });

  it('gives any other failure of the encoder the code ENCODE_FAILED', async () => {
    const { accept, fail, errors } = createPipeline();
    accept(0);
    await fail(0, new TypeError('x is undefined'));
    expect(errors).toEqual([new StreamerError('ENCODE_FAILED', 'x is undefined')]);
    expect(errors[0]?.code).toBe('ENCODE_FAILED');
  });

  it('takes a JPEG that is too long for a message as a failure', async () => {
    const { accept, finish, log, errors } = createPipeline();
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
    const { accept, finish, pipeline, log } = createPipeline();
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
    const { pipeline, finish, log, encoder } = createPipeline({ parallel: 1 });
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
    const { pipeline, finish, log } = createPipeline({ parallel: 1 });
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
        const { accept, finish, fail, encoder, pipeline, log, errors } = createPipeline({ parallel });
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
