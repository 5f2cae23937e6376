import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { FrameQueue } from '../../../../shared/receiver/frame-queue.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const LOST = new StreamerError('CONNECTION_LOST', 'It broke.');

describe('FrameQueue', () => {
  it('gives items in the order they came', async () => {
    const queue = new FrameQueue<number>();
    for (const item of [1, 2, 3]) queue.push(item);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([1, 2, 3]);
  });

  it('gives an item to whoever waits for it', async () => {
    const queue = new FrameQueue<number>();
    const waiting = queue.take();
    queue.push(1);
    queue.push(2);
    expect([await waiting, await queue.take()]).toEqual([1, 2]);
  });

  it('gives items that look like nothing', async () => {
    const queue = new FrameQueue<number | string | boolean>();
    for (const item of [0, '', false]) queue.push(item);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([0, '', false]);
  });

  it('lets the oldest of too many fall out', async () => {
    const queue = new FrameQueue<number>(2);
    for (const item of [1, 2, 3, 4]) queue.push(item);
    expect([await queue.take(), await queue.take()]).toEqual([3, 4]);
    const waiting = queue.take();
    queue.push(5);
    queue.push(6);
    expect([await waiting, await queue.take()]).toEqual([5, 6]);
  });

  it('waits only so long where it is told to', async () => {
    const clock = new FakeClock();
    const queue = new FrameQueue<number>();
    queue.push(1);
    expect(await queue.takeWithin(1000, clock)).toBe(1);
    const soon = queue.takeWithin(1000, clock);
    queue.push(2);
    expect(await soon).toBe(2);
    expect(clock.pending).toBe(0);
    const never = queue.takeWithin(1000, clock);
    clock.advance(1000);
    expect(await never).toBeNull();
    const next = queue.take();
    queue.push(3);
    expect(await next).toBe(3);
  });

  it('leaves its error for who takes, and waits for nothing after the end', async () => {
    const clock = new FakeClock();
    const queue = new FrameQueue<number>();
    const waiting = queue.takeWithin(1000, clock);
    queue.end(LOST);
    expect(await waiting).toBeNull();
    expect(await queue.takeWithin(1000, clock)).toBeNull();
    expect(clock.pending).toBe(0);
    await expect(queue.take()).rejects.toBe(LOST);
  });

  it('ends with null, after what is left in it, and stays ended', async () => {
    const queue = new FrameQueue<number>();
    queue.push(1);
    queue.end(null);
    queue.push(2);
    queue.end(LOST);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([1, null, null]);
  });

  it('ends with its error once, after what is left in it', async () => {
    const queue = new FrameQueue<number>();
    queue.push(1);
    queue.end(LOST);
    expect(await queue.take()).toBe(1);
    await expect(queue.take()).rejects.toBe(LOST);
    expect(await queue.take()).toBeNull();
  });

  it('ends for whoever waits', async () => {
    const [clean, broken] = [new FrameQueue<number>(), new FrameQueue<number>()];
    const [first, second] = [clean.take(), broken.take()];
    clean.end(null);
    broken.end(LOST);
    expect(await first).toBeNull();
    await expect(second).rejects.toBe(LOST);
    expect(await broken.take()).toBeNull();
  });
});
