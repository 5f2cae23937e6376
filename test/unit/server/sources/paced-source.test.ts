import { describe, expect, it } from 'vitest';
import { PacedSource } from '../../../../server/sources/paced-source.js';
import type { JpegFrame, RawFrame, SourceInfo, SourceRun, SourceSink } from '../../../../server/sources/source.js';
import { Timeline } from '../../../../server/sources/timeline.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeFeed, pictureOf } from '../../../helpers/fake-feed.js';

const START_US = 1_700_000_000_000_000;
/** Frames of 100 ms make the times below easy to read. */
const FPS = 10;
const FRAME_US = 100_000;
const ENCODING = { mode: 'encoded', reason: 'the source is h264' } as const;

const NO_SINK: SourceSink = {
  onInfo: () => undefined,
  onFrame: () => undefined,
  onDrop: () => undefined,
  onWarning: () => undefined,
  onEnd: () => undefined,
  onError: () => undefined,
};

/** A run that is started at `startedUs` after the begin of the timeline, and what it delivered. */
function start({ startedUs = -1, fps = FPS, lengthFrames = null as number | null, nextSequence = 0 } = {}) {
  const clock = new FakeClock(START_US + startedUs);
  const log: string[] = [];
  const frames: RawFrame[] = [];
  const jpegs: JpegFrame[] = [];
  const positions: number[] = [];
  let feed: FakeFeed | undefined;
  const source = new PacedSource(
    {
      width: 1,
      height: 1,
      codec: 'h264',
      encoding: ENCODING,
      timeline: new Timeline(START_US, fps),
      lengthFrames,
      openFeed: (position, listener) => {
        positions.push(position);
        feed = new FakeFeed(listener);
        return feed;
      },
    },
    clock,
  );
  const infos: SourceInfo[] = [];
  const sink: SourceSink = {
    onInfo: (info) => infos.push(info),
    onWarning: (error) => log.push(`warning ${error.message}`),
    onFrame: (frame) => {
      if (frame.kind === 'raw') frames.push(frame);
      else jpegs.push(frame);
      log.push(`${frame.sequence} shows ${pictureOf(frame)} at ${clock.nowUs() - START_US}`);
    },
    onDrop: (first, last) => log.push(`drop ${first}-${last}`),
    onEnd: () => log.push('end'),
    onError: (error) => log.push(error.code),
  };
  const run: SourceRun = source.start(sink, nextSequence);
  if (!feed) throw new Error('no feed was opened');
  return { clock, source, run, feed, frames, jpegs, infos, positions, take: () => log.splice(0) };
}

describe('PacedSource', () => {
  it('tells its shape and rate', () => {
    const { source, infos } = start();
    const codec = { codec: 'h264', encoding: ENCODING };
    const info = { width: 1, height: 1, fps: FPS, timeSource: 'schedule', ...codec, startTimeUs: START_US };
    expect([source.info, infos]).toEqual([info, [info]]);
    expect(source.isLive).toBe(false);
  });

  it('ends after its last frame, or never', () => {
    expect(start({ lengthFrames: 7 }).source.endTimeUs).toBe(START_US + 7 * FRAME_US);
    expect(start().source.endTimeUs).toBeNull();
  });

  it('begins with the next frame that will be due', () => {
    expect(start({ startedUs: -1 }).positions).toEqual([0]);
    expect(start({ startedUs: 0 }).positions).toEqual([1]);
    expect(start({ startedUs: 99_999 }).positions).toEqual([1]);
    expect(start({ startedUs: 100_000 }).positions).toEqual([2]);
    expect(start({ startedUs: -5 * FRAME_US }).positions).toEqual([0]);
  });

  it('sends each frame when it is due and not before, however early it was decoded', () => {
    const { clock, feed, take } = start();
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
    const { clock, feed, frames } = start();
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
    const { clock, feed, take, frames, source } = start({ startedUs: 2 * FRAME_US + 1, nextSequence: 1000 });
    expect(source.info.startTimeUs).toBe(START_US - 1000 * FRAME_US);
    feed.push(3, 4, 5);
    clock.advance(FRAME_US);
    expect(take()).toEqual(['1003 shows 3 at 300000']);
    expect(frames[0]?.captureTimeUs).toBe(START_US + 3 * FRAME_US);
    source.start({ ...NO_SINK }, 5000);
    expect(source.info.startTimeUs).toBe(START_US - 1000 * FRAME_US);
  });

  it('passes JPEGs on, and makes room for the next one at once', () => {
    const { clock, feed, jpegs } = start();
    clock.advance(1);
    feed.pushJpeg(0);
    expect(jpegs).toMatchObject([{ kind: 'jpeg', sequence: 0, captureTimeUs: START_US, timeSource: 'schedule' }]);
    expect(feed.released).toEqual([0]);
  });

  it('has no drift after ten million frames at 30000/1001 fps', () => {
    const fps = 30_000 / 1001;
    const { clock, feed, frames, positions } = start({ startedUs: 333_666_666_666, fps });
    expect(positions).toEqual([10_000_000]);
    feed.push(0);
    clock.advance(1_000_000);
    expect(frames[0]?.captureTimeUs).toBe(START_US + 333_666_666_667);
  });

  it('keeps the cadence exactly although every timer fires late', () => {
    const { clock, feed, frames } = start();
    const pictures = Array.from({ length: 100 }, (_, index) => index);
    feed.push(...pictures);
    for (const picture of pictures) clock.advance(FRAME_US - (picture === 0 ? 0 : 1) + (picture % 2 === 0 ? 7 : -6));
    expect(frames.map(({ captureTimeUs }) => captureTimeUs)).toEqual(pictures.map((n) => START_US + n * FRAME_US));
  });
});

describe('joining in the middle', () => {
  it('leaves out pictures that are overdue, and says nothing of them', () => {
    const { clock, feed, positions, take } = start({ startedUs: 20 * FRAME_US });
    expect(positions).toEqual([21]);
    clock.advance(3.5 * FRAME_US);
    feed.push(21, 22, 23, 24);
    expect(feed.released).toEqual([21, 22]);
    expect(take()).toEqual(['23 shows 23 at 2350000']);
    clock.advance(50_000);
    expect(take()).toEqual(['24 shows 24 at 2400000']);
  });

  it('sends a picture that is late by up to a frame', () => {
    const { clock, feed, take } = start({ startedUs: 0 });
    clock.advance(2 * FRAME_US);
    feed.push(1);
    expect(take()).toEqual(['1 shows 1 at 200000']);
  });

  it('leaves out what it takes to get to its place, however late the decoder starts', () => {
    const { clock, feed, take } = start({ startedUs: 0 });
    clock.advance(8.5 * FRAME_US);
    feed.push(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(feed.released).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(take()).toEqual(['8 shows 8 at 850000']);
    clock.advance(50_000);
    expect(take()).toEqual(['9 shows 9 at 900000']);
  });

  it('gives up leaving out after two seconds: the picture gets the newest place, without a gap before the first', () => {
    const { clock, feed, take } = start({ startedUs: 0 });
    clock.advance(8.5 * FRAME_US);
    feed.push(1);
    clock.advance(2_000_000);
    feed.push(2);
    expect(take()).toEqual([]);
    expect(feed.released).toEqual([1, 2]);
    clock.advance(1);
    feed.push(3);
    expect(take()).toEqual(['28 shows 3 at 2850001']);
  });
});

describe('a source that falls behind', () => {
  /** Frame 0 is out, and the clock stands where frame 1 is due. */
  function running() {
    const parts = start();
    parts.feed.push(0);
    parts.clock.advance(1 + FRAME_US);
    parts.take();
    return parts;
  }

  it('sends a late picture when there is no newer one', () => {
    const { clock, feed, take } = running();
    clock.advance(3 * FRAME_US);
    feed.push(1);
    expect(take()).toEqual(['1 shows 1 at 400000']);
  });

  it('leaves out a late picture when a newer one is ready, and says so', () => {
    const { clock, feed, take } = running();
    feed.push(1);
    take();
    for (const picture of [2, 3, 4]) feed.prepare(picture);
    clock.advance(3.5 * FRAME_US);
    feed.push(5);
    expect(take()).toEqual(['drop 2-2', 'drop 3-3', '4 shows 4 at 450000']);
    expect(feed.released).toEqual([2, 3]);
    clock.advance(50_000);
    expect(take()).toEqual(['5 shows 5 at 500000']);
  });

  it('gives a picture that is over half a second late the newest place on the timeline', () => {
    const { clock, feed, take } = running();
    clock.advance(5 * FRAME_US);
    feed.push(1);
    expect(take()).toEqual(['1 shows 1 at 600000']);
    clock.advance(2 * FRAME_US);
    feed.push(2);
    expect(take()).toEqual(['drop 2-7', '8 shows 2 at 800000']);
    feed.push(3);
    clock.advance(FRAME_US);
    expect(take()).toEqual(['9 shows 3 at 900000']);
  });

  it('has no gap to tell of when frames are so far apart that the late one is still the newest', () => {
    const { clock, feed, take } = start({ fps: 1 });
    feed.push(0);
    clock.advance(1 + 1_700_000);
    feed.push(1);
    expect(take()).toEqual(['0 shows 0 at 0', '1 shows 1 at 1700000']);
  });

  it('keeps picture and place together when releasing a picture makes the next one ready', () => {
    const { clock, feed, take } = start({ startedUs: 0 });
    clock.advance(4.5 * FRAME_US);
    let next = 3;
    feed.onRelease = () => {
      if (next <= 5) feed.push(next++);
    };
    feed.prepare(1);
    feed.push(2);
    clock.advance(10 * FRAME_US);
    expect(take()).toEqual(['4 shows 4 at 450000', '5 shows 5 at 500000']);
  });
});

describe('the end', () => {
  it('is told once, and nothing comes after it', () => {
    const { clock, feed, take } = start();
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
    const { feed, take } = start();
    feed.end(new StreamerError('FFMPEG_FAILED', 'It broke.'));
    expect(take()).toEqual(['FFMPEG_FAILED']);
  });
});

describe('stop', () => {
  it('ends the feed and leaves neither a timer nor a call behind', async () => {
    const { clock, feed, run, take } = start();
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
    const { clock, feed, run, take } = start();
    feed.onRelease = () => undefined;
    feed.push(0, 1);
    clock.schedule(1, () => void run.stop());
    clock.advance(10 * FRAME_US);
    expect(take()).toEqual(['0 shows 0 at 0']);
    expect(clock.pending).toBe(0);
  });
});
