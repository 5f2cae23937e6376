import { describe, expect, it } from 'vitest';
import { ImageFeed } from '../../../../server/sources/image-feed.js';
import type { ImageFeedOptions } from '../../../../server/sources/image-feed.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

/** A feed of images whose names are what their pictures hold; those that begin with `-` cannot be read. */
function startFeed(images: readonly string[], options: Partial<ImageFeedOptions> = {}) {
  const told: string[] = [];
  const reads: string[] = [];
  const clock = new FakeClock();
  const reader = {
    async read(path: string) {
      reads.push(path);
      if (path.startsWith('-')) throw new StreamerError('SOURCE_UNREADABLE', `${path} cannot be read.`);
      return { jpeg: Buffer.from(path), width: path.length, height: 1, codec: 'mjpeg' };
    },
  };
  const feed = new ImageFeed({ images, loop: false, reader, leftOut: new Set(), position: 0, ...options }, clock, {
    onReady: () => told.push('ready'),
    onEnd: (error) => told.push(error ? `${error.code} ${error.message}` : 'end'),
    onWarning: ({ message }) => told.push(message),
  });
  /** Takes so many pictures, each as soon as it is there, or all until it ends. */
  const take = async (count = Infinity) => {
    const taken: string[] = [];
    while (taken.length < count) {
      await settled();
      const frame = feed.take();
      if (!frame) break;
      taken.push(frame.data.toString());
    }
    await settled();
    return taken;
  };
  return { feed, told, reads, take, clock };
}

/** Everything that was asked for is there. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];

describe('ImageFeed', () => {
  it('hands out the images in their order, then ends', async () => {
    const { told, take } = startFeed(NAMES);
    expect(await take()).toEqual(NAMES);
    expect(told.filter((what) => what !== 'ready')).toEqual(['end']);
    expect(told.at(-1)).toBe('end');
  });

  it('reads a few images ahead, and no more', async () => {
    const { feed, reads, take } = startFeed(NAMES);
    await settled();
    expect(reads).toEqual(['a', 'b', 'c']);
    expect(feed.readyFrames).toBe(3);
    await take(1);
    expect(reads).toEqual(['a', 'b', 'c', 'd']);
  });

  it('says of each picture its own size, and when it was read', async () => {
    const { feed, clock } = startFeed(['a', 'bcd']);
    await settled();
    const facts = { kind: 'jpeg', height: 1, decodedTimeUs: clock.nowUs() };
    expect(feed.take()).toMatchObject({ ...facts, width: 1 });
    expect(feed.take()).toMatchObject({ ...facts, width: 3 });
  });

  it('begins again at the end of a loop', async () => {
    const { told, take } = startFeed(['a', 'b'], { loop: true });
    expect(await take(5)).toEqual(['a', 'b', 'a', 'b', 'a']);
    expect(told).not.toContain('end');
  });

  it.each([
    { loop: false, position: 3, taken: ['d', 'e'] },
    { loop: true, position: 3, taken: ['d', 'e', 'a', 'b'] },
    { loop: true, position: 11, taken: ['b', 'c', 'd', 'e'] },
    { loop: false, position: 5, taken: [] },
    { loop: false, position: 500, taken: [] },
  ])('begins in the middle: $position, loop $loop', async ({ loop, position, taken }) => {
    const { told, take } = startFeed(NAMES, { loop, position });
    expect(await take(4)).toEqual(taken);
    expect(told.includes('end')).toBe(!loop);
  });

  it('tells nothing before it was made', async () => {
    const { told } = startFeed(['a'], { position: 1 });
    expect(told).toEqual([]);
    await settled();
    expect(told).toEqual(['end']);
  });

  it('leaves out what cannot be read, and tells it once', async () => {
    const leftOut = new Set<string>();
    const { told, take } = startFeed(['a', '-b', 'c'], { loop: true, leftOut });
    expect(await take(5)).toEqual(['a', 'c', 'a', 'c', 'a']);
    expect(told.filter((what) => what !== 'ready')).toEqual(['-b cannot be read.']);
    const again = startFeed(['a', '-b', 'c'], { leftOut });
    expect(await again.take()).toEqual(['a', 'c']);
    expect(again.told.filter((what) => what !== 'ready')).toEqual(['end']);
  });

  it('tells anew what could be read in between', async () => {
    const leftOut = new Set(['a']);
    await startFeed(['a'], { leftOut }).take();
    expect(leftOut).toEqual(new Set());
  });

  it.each([true, false])('fails when none of them can be read, loop %s', async (loop) => {
    const { told, take, reads } = startFeed(['-a', '-b'], { loop });
    expect(await take()).toEqual([]);
    const failure = 'SOURCE_FAILED None of the images can be shown any more: -b cannot be read.';
    expect(told).toEqual(['-a cannot be read.', failure]);
    expect(reads).toEqual(['-a', '-b']);
  });

  it('ends when those that are left cannot be read', async () => {
    const { told, take } = startFeed(['a', 'b', '-c', '-d'], { position: 1 });
    expect(await take()).toEqual(['b']);
    expect(told.at(-1)).toBe('end');
  });

  it('says nothing and reads nothing once it was stopped', async () => {
    const { feed, told, reads } = startFeed(NAMES);
    await feed.stop();
    await settled();
    expect({ told, reads, ready: feed.readyFrames }).toEqual({ told: [], reads: [], ready: 0 });
  });

  it('drops what was being read when it was stopped', async () => {
    const { feed, told, reads } = startFeed(NAMES);
    await Promise.resolve();
    await feed.stop();
    await settled();
    expect({ told, reads }).toEqual({ told: [], reads: ['a'] });
  });
});
