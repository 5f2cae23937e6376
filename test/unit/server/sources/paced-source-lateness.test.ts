import { describe, expect, it } from 'vitest';
import { FRAME_US, startPaced } from '../../../helpers/paced-source-of-test.js';

describe('joining in the middle', () => {
  it('leaves out pictures that are overdue, and says nothing of them', () => {
    const { clock, feed, positions, take } = startPaced({ startedUs: 20 * FRAME_US });
    expect(positions).toEqual([21]);
    clock.advance(3.5 * FRAME_US);
    feed.push(21, 22, 23, 24);
    expect(feed.released).toEqual([21, 22]);
    expect(take()).toEqual(['23 shows 23 at 2350000']);
    clock.advance(50_000);
    expect(take()).toEqual(['24 shows 24 at 2400000']);
  });

  it('sends a picture that is late by up to a frame', () => {
    const { clock, feed, take } = startPaced({ startedUs: 0 });
    clock.advance(2 * FRAME_US);
    feed.push(1);
    expect(take()).toEqual(['1 shows 1 at 200000']);
  });

  it('leaves out what it takes to get to its place, however late the decoder starts', () => {
    const { clock, feed, take } = startPaced({ startedUs: 0 });
    clock.advance(8.5 * FRAME_US);
    feed.push(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(feed.released).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(take()).toEqual(['8 shows 8 at 850000']);
    clock.advance(50_000);
    expect(take()).toEqual(['9 shows 9 at 900000']);
  });

  it('gives up leaving out after two seconds: the picture gets the newest place, without a gap before the first', () => {
    const { clock, feed, take } = startPaced({ startedUs: 0 });
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
    const parts = startPaced();
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
    const { clock, feed, take } = startPaced({ fps: 1 });
    feed.push(0);
    clock.advance(1 + 1_700_000);
    feed.push(1);
    expect(take()).toEqual(['0 shows 0 at 0', '1 shows 1 at 1700000']);
  });

  it('keeps picture and place together when releasing a picture makes the next one ready', () => {
    const { clock, feed, take } = startPaced({ startedUs: 0 });
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
