import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawFrameAssembler } from '../../../../server/sources/raw-frame-assembler.js';
import type { AssembledFrame } from '../../../../server/sources/raw-frame-assembler.js';

/** An assembler whose frames are kept until the test releases them. */
function collect(frameBytes: number, maxBuffers: number) {
  const held: AssembledFrame[] = [];
  const log: string[] = [];
  const assembler = new RawFrameAssembler(
    frameBytes,
    maxBuffers,
    (frame) => {
      held.push(frame);
      log.push(frame.data.toString('latin1'));
    },
    () => void log.push('end'),
  );
  assembler.on('drain', () => log.push('drain'));
  const write = (text: string) => assembler.write(Buffer.from(text, 'latin1'));
  const release = () => held.shift()?.release();
  return { assembler, held, log, write, release };
}

describe('RawFrameAssembler', () => {
  it('cuts chunks of any length into frames', () => {
    const { log, write } = collect(3, 9);
    for (const chunk of ['a', 'bc', 'def', 'ghijklm', '', 'no']) expect(write(chunk)).toBe(true);
    expect(log).toEqual(['abc', 'def', 'ghi', 'jkl', 'mno']);
  });

  it('takes no more than its buffers hold, and goes on where it stopped', () => {
    const { log, write, release } = collect(3, 2);
    expect(write('abcdefghijkl')).toBe(false);
    expect(log).toEqual(['abc', 'def']);
    release();
    expect(log).toEqual(['abc', 'def', 'ghi']);
    release();
    expect(log).toEqual(['abc', 'def', 'ghi', 'jkl', 'drain']);
    expect(write('mn')).toBe(false);
    release();
    expect(log.slice(5)).toEqual(['drain']);
    expect(write('o')).toBe(true);
    expect(log.slice(6)).toEqual(['mno']);
  });

  it('uses its buffers again and makes no more', () => {
    const { held, write } = collect(2, 2);
    const seen = new Set<Buffer>();
    for (let i = 0; i < 100; i += 1) {
      write('ab');
      const frame = held.shift();
      if (frame) seen.add(frame.data);
      frame?.release();
    }
    expect(seen.size).toBe(1);
  });

  it('keeps bytes that come although it said no, as a pipe does when its child has gone', () => {
    const { assembler, log, write, release } = collect(3, 1);
    expect(write('abcd')).toBe(false);
    expect(write('efgh')).toBe(false);
    expect(write('ijkl')).toBe(false);
    assembler.end();
    release();
    release();
    release();
    expect(log).toEqual(['abc', 'def', 'ghi', 'jkl', 'drain', 'end']);
  });

  it('tells the end once, after the last frame and not before', () => {
    const { assembler, log, write, release } = collect(3, 1);
    write('abcdef');
    assembler.end();
    expect(log).toEqual(['abc']);
    release();
    expect(log).toEqual(['abc', 'def', 'drain', 'end']);
    release();
    assembler.discard();
    expect(log).toEqual(['abc', 'def', 'drain', 'end']);
  });

  it('drops a frame that the end of the pipe cuts short', () => {
    const { assembler, log, write } = collect(3, 4);
    write('abcde');
    assembler.end();
    expect(log).toEqual(['abc', 'end']);
  });

  it('keeps the order when each frame is released while it is handed over', () => {
    const log: string[] = [];
    const assembler = new RawFrameAssembler(
      2,
      1,
      ({ data, release }) => {
        log.push(data.toString('latin1'));
        release();
      },
      () => undefined,
    );
    expect(assembler.write(Buffer.from('abcdefghij'))).toBe(true);
    expect(log).toEqual(['ab', 'cd', 'ef', 'gh', 'ij']);
  });

  it('throws everything away once it is told to, and lets the pipe run dry', () => {
    const { assembler, held, log, write } = collect(3, 1);
    write('abcdef');
    assembler.discard();
    expect(log).toEqual(['abc', 'drain']);
    expect(write('x'.repeat(1000))).toBe(true);
    held[0]?.release();
    expect(log).toEqual(['abc', 'drain']);
    assembler.end();
    expect(log).toEqual(['abc', 'drain', 'end']);
  });

  it('refuses what is no buffer', () => {
    const { assembler } = collect(3, 1);
    expect(() => assembler.write('abc')).toThrow(new TypeError('raw video comes as buffers'));
  });

  it('stops a stream that is piped into it, and lets it go on', async () => {
    const source = new PassThrough({ highWaterMark: 4 });
    const { assembler, held, log } = collect(4, 2);
    source.pipe(assembler);
    const text = 'abcdefghijklmnopqrstuvwxyz012345';
    for (const character of text) source.write(character);
    source.end();
    while (!log.includes('end')) {
      expect(held.length).toBeLessThanOrEqual(2);
      await new Promise((resolve) => setImmediate(resolve));
      held.shift()?.release();
    }
    expect(log.filter((line) => line.length === 4).join('')).toBe(text);
  });

  it('loses no byte with any chunks, any number of buffers, and any order of releases', () => {
    const chunks = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 });
    const releases = fc.infiniteStream(fc.nat(5));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        chunks,
        releases,
        (frameBytes, maxBuffers, lengths, picks) => {
          const { assembler, held, log } = collect(frameBytes, maxBuffers);
          const input = Buffer.from(Array.from({ length: lengths.reduce((a, b) => a + b, 0) }, (_, i) => i % 251));
          const expected = Array.from({ length: Math.floor(input.length / frameBytes) }, (_, i) =>
            input.subarray(i * frameBytes, (i + 1) * frameBytes).toString('latin1'),
          );
          let offset = 0;
          for (const length of lengths) {
            const mayGoOn = assembler.write(input.subarray(offset, (offset += length)));
            for (let count = picks.next().value; count > 0; count -= 1)
              held.splice(count % held.length, 1)[0]?.release();
            // A writer waits for `drain`, but not always: see above.
            if (!mayGoOn && picks.next().value > 0) while (held.length > 0) held.pop()?.release();
          }
          assembler.end();
          while (held.length > 0) held.pop()?.release();
          expect(log.filter((line) => line !== 'drain')).toEqual([...expected, 'end']);
        },
      ),
      { numRuns: 500 },
    );
  });
});
