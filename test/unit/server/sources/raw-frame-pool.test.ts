import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawFramePool } from '../../../../server/sources/raw-frame-pool.js';
import type { AssembledFrame } from '../../../../server/sources/raw-frame-pool.js';

/** A pool whose frames are kept until the test releases them. */
function collect(frameBytes: number, maxBuffers: number) {
  const held: AssembledFrame[] = [];
  const log: string[] = [];
  let isWaiting = false;
  const pool = new RawFramePool({
    frameBytes,
    maxBuffers,
    onFrame: (frame) => {
      held.push(frame);
      log.push(frame.data.toString('latin1'));
    },
    onRoom: () => {
      isWaiting = false;
      log.push('room');
    },
    onEnd: () => void log.push('end'),
  });
  /** Reads as a socket does: no more than the target takes, and nothing while told to wait; returns what is left. */
  const read = (bytes: Buffer): Buffer => {
    while (bytes.length > 0 && !isWaiting) {
      const lengthBytes = bytes.copy(pool.target());
      bytes = bytes.subarray(lengthBytes);
      isWaiting = !pool.filled(lengthBytes);
    }
    return bytes;
  };
  const write = (text: string) => read(Buffer.from(text, 'latin1')).toString('latin1');
  const release = (replacement?: Buffer | null) => held.shift()?.release(replacement);
  return { pool, held, log, read, write, release };
}

describe('RawFramePool', () => {
  it('cuts reads of any length into frames', () => {
    const { log, write, pool } = collect(3, 9);
    for (const chunk of ['a', 'bc', 'def', 'ghijklm', 'no']) expect(write(chunk)).toBe('');
    pool.end();
    expect(log).toEqual(['abc', 'def', 'ghi', 'jkl', 'mno', 'end']);
  });

  it('says to wait when as many frames are out as may be, and once that there is room again', () => {
    const { log, write, release } = collect(3, 2);
    expect(write('abcdefghi')).toBe('ghi');
    expect(log).toEqual(['abc', 'def']);
    release();
    expect(log).toEqual(['abc', 'def', 'room']);
    release();
    expect(log).toEqual(['abc', 'def', 'room']);
    expect(write('ghijkl')).toBe('');
    expect(log.slice(3)).toEqual(['ghi', 'jkl']);
  });

  it('has a target of its own while it says to wait, and keeps it', () => {
    const { pool, held, write, release } = collect(3, 1);
    expect(write('abcdef')).toBe('def');
    const target = pool.target();
    expect(target).toHaveLength(3);
    expect(target).not.toBe(held[0]?.data);
    release();
    expect(pool.target()).toBe(target);
    target.write('def');
    expect(pool.filled(3)).toBe(false);
    expect(held[0]?.data.toString()).toBe('def');
  });

  it('uses its buffers again and makes no more', () => {
    const { held, write, release } = collect(2, 2);
    const seen = new Set<Buffer>();
    for (let i = 0; i < 100; i += 1) {
      write('ab');
      if (held[0]) seen.add(held[0].data);
      release();
    }
    expect(seen.size).toBe(2);
  });

  it('gives every frame memory of its own', () => {
    const { held, write } = collect(5, 3);
    write('abcdefghij');
    for (const { data } of held) expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, 5]);
  });

  it('takes a buffer that comes back instead of another one', () => {
    const { held, write, release } = collect(2, 1);
    const replacement = Buffer.allocUnsafeSlow(2);
    write('ab');
    release(replacement);
    write('cd');
    release();
    write('ef');
    expect(held[0]?.data).toBe(replacement);
    expect(held[0]?.data.toString()).toBe('ef');
  });

  it.each([
    ['nothing', () => null],
    ['a buffer that is too short', () => Buffer.allocUnsafeSlow(1)],
    ['a buffer that is too long', () => Buffer.allocUnsafeSlow(3)],
    ['a part of some memory', () => Buffer.allocUnsafeSlow(4).subarray(0, 2)],
    ['a buffer whose memory went to another thread', () => transferred(Buffer.allocUnsafeSlow(2))],
  ])('makes a new buffer where %s comes back', (_what, replacement) => {
    const { held, log, write, release } = collect(2, 1);
    const given: (Buffer | null)[] = [];
    for (const text of ['ab', 'cd', 'ef', 'gh']) {
      expect(write(text)).toBe('');
      given.push(replacement());
      expect(held[0]?.data.buffer.byteLength).toBe(2);
      release(given.at(-1));
    }
    expect(log.filter((line) => line !== 'room')).toEqual(['ab', 'cd', 'ef', 'gh']);
  });

  it('makes a new buffer where the own one comes back without its memory', () => {
    const { held, write, release } = collect(2, 1);
    for (const text of ['ab', 'cd', 'ef']) {
      write(text);
      expect(held[0]?.data.toString()).toBe(text);
      transferred(held[0]!.data);
      release();
    }
  });

  it('drops a frame that the end cuts short', () => {
    const { pool, log, write } = collect(3, 4);
    write('abcde');
    pool.end();
    expect(log).toEqual(['abc', 'end']);
  });

  it('need not wait when each frame is released while it is handed over', () => {
    const log: string[] = [];
    const pool = new RawFramePool({
      frameBytes: 2,
      maxBuffers: 1,
      onFrame: ({ data, release }) => {
        log.push(data.toString('latin1'));
        release();
      },
      onRoom: () => void log.push('room'),
      onEnd: () => undefined,
    });
    for (const text of ['ab', 'cd', 'ef']) {
      pool.target().write(text);
      expect(pool.filled(2)).toBe(true);
    }
    expect(log).toEqual(['ab', 'cd', 'ef']);
  });

  it('loses no byte with any reads, any number of buffers, and any order of releases', () => {
    const reads = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 });
    const picks = fc.infiniteStream(fc.nat(5));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        reads,
        picks,
        (size, max, lengths, pick) => {
          const { pool, held, log, read } = collect(size, max);
          const input = Buffer.from(Array.from({ length: lengths.reduce((a, b) => a + b, 0) }, (_, i) => i % 251));
          const expected = Array.from({ length: Math.floor(input.length / size) }, (_, i) =>
            input.subarray(i * size, (i + 1) * size).toString('latin1'),
          );
          let offset = 0;
          for (const length of lengths) {
            let chunk = read(input.subarray(offset, (offset += length)));
            expect(held.length).toBeLessThanOrEqual(max);
            for (let count = pick.next().value; count > 0; count -= 1)
              held.splice(count % held.length, 1)[0]?.release();
            for (; chunk.length > 0; chunk = read(chunk)) held.pop()?.release();
          }
          pool.end();
          expect(log.filter((line) => line !== 'room')).toEqual([...expected, 'end']);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** `buffer`, after its memory was handed to somebody else. */
function transferred(buffer: Buffer): Buffer {
  structuredClone(buffer.buffer, { transfer: [buffer.buffer as ArrayBuffer] });
  return buffer;
}
