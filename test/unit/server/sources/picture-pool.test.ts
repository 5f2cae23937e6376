import { describe, expect, it } from 'vitest';
import { PicturePool } from '../../../../server/sources/picture-pool.js';

describe('PicturePool', () => {
  it('uses memory again, for pictures of the same size', () => {
    const pool = new PicturePool(2);
    const first = pool.take(12);
    pool.lend(first)?.();
    expect(pool.take(12)).toBe(first);
    pool.putBack(first);
    expect(pool.take(27)).toHaveLength(27);
    expect(pool.take(12)).not.toBe(first);
  });

  it('gives memory that can be handed to a worker whole', () => {
    const { buffer, byteOffset, length } = new PicturePool(1).take(12);
    expect([buffer.byteLength, byteOffset, length]).toEqual([12, 0, 12]);
  });

  it('lends so many at once, whatever their size', () => {
    const pool = new PicturePool(2);
    const release = pool.lend(pool.take(12));
    expect(pool.lend(pool.take(27))).not.toBeNull();
    expect(pool.lend(pool.take(12))).toBeNull();
    release?.();
    expect(pool.lend(pool.take(12))).not.toBeNull();
  });

  it('counts a picture back once, however often it is released', () => {
    const pool = new PicturePool(2);
    const first = pool.take(12);
    const release = pool.lend(first);
    pool.lend(pool.take(12));
    release?.();
    release?.();
    expect(pool.take(12)).toBe(first);
    expect(pool.take(12)).not.toBe(first);
    expect(pool.lend(pool.take(12))).not.toBeNull();
    expect(pool.lend(pool.take(12))).toBeNull();
  });

  it('takes another buffer for the one that went to a worker, or none', () => {
    const pool = new PicturePool(1);
    const other = Buffer.allocUnsafeSlow(12);
    pool.lend(pool.take(12))?.(other);
    expect(pool.take(12)).toBe(other);
    pool.lend(other)?.(null);
    expect(pool.take(12)).not.toBe(other);
  });

  it('does not keep what is only a part of some memory, nor what went to a worker', () => {
    const pool = new PicturePool(1);
    const part = Buffer.alloc(24).subarray(0, 12);
    pool.putBack(part);
    expect(pool.take(12)).not.toBe(part);
    const gone = Buffer.allocUnsafeSlow(12);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    pool.putBack(gone);
    expect(pool.take(12)).toHaveLength(12);
  });
});
