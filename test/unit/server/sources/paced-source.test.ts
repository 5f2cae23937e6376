import { describe, expect, it } from 'vitest';
import type { SourceSink } from '../../../../server/sources/source.js';
import { StreamerError } from '../../../../shared/errors.js';
import { ENCODING, FPS, FRAME_US, START_US, startPaced } from '../../../helpers/paced-source-of-test.js';

const NO_SINK: SourceSink = {
  onInfo: () => undefined,
  onFrame: () => undefined,
  onDrop: () => undefined,
  onWarning: () => undefined,
  onEnd: () => undefined,
  onError: () => undefined,
};

describe('PacedSource', () => {
  it('tells its shape and rate', () => {
    const { source, infos } = startPaced();
    const codec = { codec: 'h264', encoding: ENCODING };
    const info = { width: 1, height: 1, fps: FPS, timeSource: 'schedule', ...codec, startTimeUs: START_US };
    expect([source.info, infos]).toEqual([info, [info]]);
    expect(source.isLive).toBe(false);
  });

  it('ends after its last frame, or never', () => {
    expect(startPaced({ lengthFrames: 7 }).source.endTimeUs).toBe(START_US + 7 * FRAME_US);
    expect(startPaced().source.endTimeUs).toBeNull();
  });

  it('begins with the next frame that will be due', () => {
    expect(startPaced({ startedUs: -1 }).positions).toEqual([0]);
    expect(startPaced({ startedUs: 0 }).positions).toEqual([1]);
    expect(startPaced({ startedUs: 99_999 }).positions).toEqual([1]);
    expect(startPaced({ startedUs: 100_000 }).positions).toEqual([2]);
    expect(startPaced({ startedUs: -5 * FRAME_US }).positions).toEqual([0]);
  });

  it('sends each frame when it is due and not before, however early it was decoded', () => {
    const { clock, feed, take } = startPaced();
    feed.push(0, 1, 2);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual(['0 shows 0 at 0']);
    clock.advance(99_999);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual(['1 shows 1 at 100000']);
    clock.advance(10 * FRAME_US);
    expect(take()).toEqual(['2 shows 2 at 200000']);
  });

  it('gives a frame the time it was due as capture time, and passes its buffer on', () => {
    const { clock, feed, frames } = startPaced();
    clock.advance(1 + 30_000);
    feed.push(0);
    const { release, data, ...rest } = frames[0]!;
    const times = { captureTimeUs: START_US, timeSource: 'schedule', decodedTimeUs: 0, clockErrorUs: 0 };
    expect(rest).toEqual({ kind: 'raw', width: 1, height: 1, sequence: 0, ...times });
    expect(data).toHaveLength(4);
    expect(feed.released).toEqual([]);
    release();
    expect(feed.released).toEqual([0]);
  });

  it('goes on with the numbers of the source whose place it took', () => {
    const { clock, feed, take, frames, source } = startPaced({ startedUs: 2 * FRAME_US + 1, nextSequence: 1000 });
    expect(source.info.startTimeUs).toBe(START_US - 1000 * FRAME_US);
    feed.push(3, 4, 5);
    clock.advance(FRAME_US);
    expect(take()).toEqual(['1003 shows 3 at 300000']);
    expect(frames[0]?.captureTimeUs).toBe(START_US + 3 * FRAME_US);
    source.start({ ...NO_SINK }, 5000);
    expect(source.info.startTimeUs).toBe(START_US - 1000 * FRAME_US);
  });

  it('passes JPEGs on, and makes room for the next one at once', () => {
    const { clock, feed, jpegs } = startPaced();
    clock.advance(1);
    feed.pushJpeg(0);
    expect(jpegs).toMatchObject([{ kind: 'jpeg', sequence: 0, captureTimeUs: START_US, timeSource: 'schedule' }]);
    expect(feed.released).toEqual([0]);
  });

  it('has no drift after ten million frames at 30000/1001 fps', () => {
    const fps = 30_000 / 1001;
    const { clock, feed, frames, positions } = startPaced({ startedUs: 333_666_666_666, fps });
    expect(positions).toEqual([10_000_000]);
    feed.push(0);
    clock.advance(1_000_000);
    expect(frames[0]?.captureTimeUs).toBe(START_US + 333_666_666_667);
  });

  it('keeps the cadence exactly although every timer fires late', () => {
    const { clock, feed, frames } = startPaced();
    const pictures = Array.from({ length: 100 }, (_, index) => index);
    feed.push(...pictures);
    for (const picture of pictures) clock.advance(FRAME_US - (picture === 0 ? 0 : 1) + (picture % 2 === 0 ? 7 : -6));
    expect(frames.map(({ captureTimeUs }) => captureTimeUs)).toEqual(pictures.map((n) => START_US + n * FRAME_US));
  });
});

describe('the end', () => {
  it('is told once, and nothing comes after it', () => {
    const { clock, feed, take } = startPaced();
    feed.push(0);
    clock.advance(1);
    feed.end();
    feed.end();
    feed.push(1);
    clock.advance(10 * FRAME_US);
    expect(take()).toEqual(['0 shows 0 at 0', 'end']);
    expect(clock.pending).toBe(0);
  });

  it('is an error when the feed failed', () => {
    const { feed, take } = startPaced();
    feed.end(new StreamerError('FFMPEG_FAILED', 'It broke.'));
    expect(take()).toEqual(['FFMPEG_FAILED']);
  });
});

describe('stop', () => {
  it('ends the feed and leaves neither a timer nor a call behind', async () => {
    const { clock, feed, run, take } = startPaced();
    feed.push(0, 1);
    await run.stop();
    await run.stop();
    expect(feed.stops).toBe(2);
    expect(feed.released).toEqual([0, 1]);
    expect(clock.pending).toBe(0);
    feed.push(2);
    feed.end();
    clock.advance(10 * FRAME_US);
    expect(take()).toEqual([]);
  });

  it('works while a frame is being delivered', () => {
    const { clock, feed, run, take } = startPaced();
    feed.onRelease = () => undefined;
    feed.push(0, 1);
    clock.schedule(1, () => void run.stop());
    clock.advance(10 * FRAME_US);
    expect(take()).toEqual(['0 shows 0 at 0']);
    expect(clock.pending).toBe(0);
  });
});
