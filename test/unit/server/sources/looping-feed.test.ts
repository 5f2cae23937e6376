import { describe, expect, it } from 'vitest';
import { LoopingFeed } from '../../../../server/sources/looping-feed.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeFeed, pictureOf } from '../../../helpers/fake-feed.js';

function open({ tailFrames = 5, overlapFrames = 2, roundFrames = Infinity } = {}) {
  const log: string[] = [];
  const tails: FakeFeed[] = [];
  const loops: FakeFeed[] = [];
  const listener = {
    onReady: () => void log.push('ready'),
    onEnd: (error: StreamerError | null) => void log.push(error ? `${error.code}: ${error.message}` : 'end'),
  };
  const decoders = {
    tail: (inner: FakeFeed['listener']) => tails[tails.push(new FakeFeed(inner)) - 1]!,
    loop: (inner: FakeFeed['listener']) => loops[loops.push(new FakeFeed(inner)) - 1]!,
  };
  const feed = new LoopingFeed(decoders, { tailFrames, roundFrames, overlapFrames }, listener);
  const takeAll = () => {
    const pictures: number[] = [];
    while (feed.readyFrames > 0) {
      const frame = feed.take();
      if (frame) pictures.push(pictureOf(frame));
    }
    return pictures;
  };
  return { feed, log, tails, loops, takeAll };
}

describe('LoopingFeed', () => {
  it('begins with the loop where there is no tail', () => {
    const { tails, loops, log, takeAll } = open({ tailFrames: 0 });
    expect([tails.length, loops.length]).toEqual([0, 1]);
    loops[0]?.push(0, 1, 2);
    expect(log).toEqual(['ready', 'ready', 'ready']);
    expect(takeAll()).toEqual([0, 1, 2]);
  });

  it('plays the tail first and starts the loop a little before the tail is over', () => {
    const { tails, loops, takeAll } = open({ tailFrames: 5, overlapFrames: 2 });
    tails[0]?.push(5, 6);
    expect(takeAll()).toEqual([5, 6]);
    expect(loops).toHaveLength(0);
    tails[0]?.push(7);
    expect(takeAll()).toEqual([7]);
    expect(loops).toHaveLength(1);
  });

  it('starts the loop with the first picture of a tail that is shorter than the overlap', () => {
    const { tails, loops, takeAll } = open({ tailFrames: 1, overlapFrames: 60 });
    expect(loops).toHaveLength(0);
    tails[0]?.push(9);
    expect(takeAll()).toEqual([9]);
    expect(loops).toHaveLength(1);
  });

  it('goes over to the loop without a gap: its first pictures are ready when the tail ends', () => {
    const { feed, tails, loops, log, takeAll } = open();
    tails[0]?.push(5, 6, 7, 8);
    expect(takeAll()).toEqual([5, 6, 7, 8]);
    log.length = 0;
    loops[0]?.push(0, 1);
    expect(log).toEqual([]);
    expect(feed.readyFrames).toBe(0);
    tails[0]?.push(9);
    expect(takeAll()).toEqual([9]);
    log.length = 0;
    tails[0]?.end();
    expect(log).toEqual(['ready']);
    expect(takeAll()).toEqual([0, 1]);
    loops[0]?.push(2);
    expect(log).toEqual(['ready', 'ready']);
    expect(takeAll()).toEqual([2]);
  });

  it('does not say ready when the tail ends before the loop has a picture', () => {
    const { tails, loops, log, takeAll } = open();
    tails[0]?.push(5, 6, 7, 8, 9);
    takeAll();
    log.length = 0;
    tails[0]?.end();
    expect(log).toEqual([]);
    loops[0]?.push(0);
    expect(log).toEqual(['ready']);
    expect(takeAll()).toEqual([0]);
  });

  it.each([
    ['shorter', [5]],
    ['longer', [5, 6, 7, 8, 9, 10, 11]],
    ['empty', []],
  ])('follows the pictures when the tail is %s than expected', (_what, pictures) => {
    const { tails, loops, takeAll } = open();
    tails[0]?.push(...pictures);
    expect(takeAll()).toEqual(pictures);
    tails[0]?.end();
    expect(loops).toHaveLength(1);
    loops[0]?.push(0, 1);
    expect(takeAll()).toEqual([0, 1]);
  });

  it('starts the decoder of the next round a little before the present one is over', () => {
    const { loops, log, takeAll } = open({ tailFrames: 0, overlapFrames: 2, roundFrames: 4 });
    loops[0]?.push(0);
    expect(takeAll()).toEqual([0]);
    expect(loops).toHaveLength(1);
    loops[0]?.push(1);
    expect(takeAll()).toEqual([1]);
    expect(loops).toHaveLength(2);
    loops[0]?.push(2, 3);
    loops[1]?.push(0, 1);
    expect(takeAll()).toEqual([2, 3]);
    log.length = 0;
    loops[0]?.end();
    expect(log).toEqual(['ready']);
    expect(takeAll()).toEqual([0, 1]);
    expect(loops).toHaveLength(3);
  });

  it('opens a new decoder for each round of a file that turns out not to be rewound', () => {
    const { loops, log, takeAll } = open({ tailFrames: 0 });
    for (let round = 0; round < 3; round += 1) {
      loops[round]?.push(0, 1);
      expect(takeAll()).toEqual([0, 1]);
      loops[round]?.end();
    }
    expect(loops).toHaveLength(4);
    expect(log).not.toContain('end');
  });

  it('gives up when a round has no picture, instead of starting decoders for ever', () => {
    const { loops, log, takeAll } = open({ tailFrames: 0 });
    loops[0]?.push(0);
    takeAll();
    loops[0]?.end();
    loops[1]?.end();
    expect(log).toEqual(['ready', 'SOURCE_FAILED: FFmpeg decoded no frame.']);
    expect(loops).toHaveLength(2);
  });

  it('fails with the tail, and stops what it had begun', () => {
    const { tails, loops, log, takeAll } = open();
    tails[0]?.push(5, 6, 7);
    takeAll();
    tails[0]?.end(new StreamerError('FFMPEG_FAILED', 'It broke.'));
    expect(log.at(-1)).toBe('FFMPEG_FAILED: It broke.');
    expect([tails[0]?.stops, loops[0]?.stops]).toEqual([1, 1]);
  });

  it('fails with the loop', () => {
    const { loops, log } = open({ tailFrames: 0 });
    loops[0]?.end(new StreamerError('FFMPEG_FAILED', 'It broke.'));
    expect(log).toEqual(['FFMPEG_FAILED: It broke.']);
  });

  it('stops both decoders', async () => {
    const { feed, tails, loops, takeAll } = open();
    tails[0]?.push(5, 6, 7);
    takeAll();
    await feed.stop();
    expect([tails[0]?.stops, loops[0]?.stops]).toEqual([1, 1]);
  });

  it('stops the tail alone while there is no loop yet', async () => {
    const { feed, tails, loops } = open();
    await feed.stop();
    expect([tails[0]?.stops, loops.length]).toEqual([1, 0]);
  });
});
