import type { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { DecodeRequest } from '../../../../server/ffmpeg/ffmpeg.js';
import { FrameDecoder } from '../../../../server/sources/frame-decoder.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

/** Takes the place of FFmpeg: the test writes into the pipe and says when the child is gone. */
const children = vi.hoisted(() => [] as { request: DecodeRequest; stops: number }[]);
vi.mock('../../../../server/ffmpeg/ffmpeg.js', () => ({
  startDecoding: (request: DecodeRequest) => {
    const child = { request, stops: 0 };
    children.push(child);
    return { stop: async () => void (child.stops += 1) };
  },
}));

/** A decoder of 1x1 pictures, three bytes each, with its child and what it told. */
function open({ maxBuffers = 3 } = {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  const request = { ffmpegPath: 'ffmpeg', input: 'x', inputOptions: [], filters: [], outputOptions: [] };
  const listener = {
    onReady: () => void log.push('ready'),
    onEnd: (error: StreamerError | null) => void log.push(error ? error.code : 'end'),
  };
  const decoder = new FrameDecoder({ request, width: 1, height: 1, maxBuffers }, clock, listener);
  const child = children.at(-1)!;
  const pipe: Writable = child.request.output;
  return { clock, log, decoder, child, pipe, exit: child.request.onExit };
}

describe('FrameDecoder', () => {
  it('hands out pictures in order, with the time each was complete', () => {
    const { clock, decoder, pipe, log } = open();
    pipe.write(Buffer.from('abc'));
    const first = clock.nowUs();
    clock.advance(1000);
    pipe.write(Buffer.from('def'));
    expect(log).toEqual(['ready', 'ready']);
    expect(decoder.readyFrames).toBe(2);
    expect([decoder.take(), decoder.take()].map((frame) => [frame?.data.toString(), frame?.decodedTimeUs])).toEqual([
      ['abc', first],
      ['def', first + 1000],
    ]);
    expect(decoder.readyFrames).toBe(0);
    expect(decoder.take()).toBeUndefined();
  });

  it('takes no more from FFmpeg than it has buffers for, taken or not', () => {
    const { decoder, pipe } = open({ maxBuffers: 2 });
    expect(pipe.write(Buffer.from('abcdefghi'))).toBe(false);
    expect(decoder.readyFrames).toBe(2);
    const frame = decoder.take();
    expect(decoder.readyFrames).toBe(1);
    frame?.release();
    expect(decoder.readyFrames).toBe(2);
  });

  it.each([
    ['the pipe ends before the child', ['pipe', 'exit']],
    ['the child ends before the pipe', ['exit', 'pipe']],
  ])('tells the end only when the last picture was taken; %s', async (_order, steps) => {
    const { decoder, pipe, exit, log } = open();
    pipe.write(Buffer.from('abcdef'));
    for (const step of steps)
      if (step === 'pipe') pipe.end();
      else exit(null);
    decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['ready', 'ready']);
    decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['ready', 'ready', 'end']);
  });

  it('tells the end after the last picture was handed out, not while it is', async () => {
    const { decoder, pipe, exit, log } = open();
    pipe.write(Buffer.from('abc'));
    pipe.end();
    exit(null);
    log.push(`got ${decoder.take()?.data.toString()}`);
    await Promise.resolve();
    expect(log).toEqual(['ready', 'got abc', 'end']);
  });

  it('waits for pictures that are still in the pipe when the child has gone', async () => {
    const { decoder, pipe, exit, log } = open({ maxBuffers: 1 });
    pipe.write(Buffer.from('abcdef'));
    pipe.end();
    exit(null);
    const first = decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['ready']);
    first?.release();
    expect(decoder.take()?.data.toString()).toBe('def');
    await Promise.resolve();
    expect(log).toEqual(['ready', 'ready', 'end']);
  });

  it('tells of a failure after the pictures that came before it', async () => {
    const { decoder, pipe, exit, log } = open();
    pipe.write(Buffer.from('abc'));
    exit(new StreamerError('FFMPEG_FAILED', 'It broke.'));
    await Promise.resolve();
    expect(log).toEqual(['ready']);
    decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['ready', 'FFMPEG_FAILED']);
  });

  it('tells of a child that could not be started, although there is no pipe that ends', async () => {
    const { exit, log } = open();
    exit(new StreamerError('FFMPEG_FAILED', 'There is no such file.'));
    await Promise.resolve();
    expect(log).toEqual(['FFMPEG_FAILED']);
  });

  it.each([
    ['pipe', 'exit'],
    ['exit', 'pipe'],
  ])('tells the end at once when there was no picture at all, with the %s before the %s', async (...steps) => {
    const { pipe, exit, log } = open();
    for (const step of steps) {
      await Promise.resolve();
      expect(log).toEqual([]);
      if (step === 'pipe') pipe.end();
      else exit(null);
    }
    await Promise.resolve();
    expect(log).toEqual(['end']);
  });

  it('tells the end once, however often it is asked for more', async () => {
    const { decoder, pipe, exit, log } = open();
    pipe.end();
    exit(null);
    decoder.take();
    decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['end']);
  });

  it('says nothing after it was stopped, ends its child, and lets the pipe run dry', async () => {
    const { decoder, pipe, exit, child, log } = open({ maxBuffers: 1 });
    expect(pipe.write(Buffer.from('abcdef'))).toBe(false);
    const drained = vi.fn();
    pipe.on('drain', drained);
    await decoder.stop();
    expect(child.stops).toBe(1);
    expect(drained).toHaveBeenCalledOnce();
    expect(decoder.readyFrames).toBe(0);
    pipe.write(Buffer.from('ghi'));
    pipe.end();
    exit(null);
    await Promise.resolve();
    expect(log).toEqual(['ready']);
  });

  it('can be stopped between the last picture and the end', async () => {
    const { decoder, pipe, exit, log } = open();
    pipe.write(Buffer.from('abc'));
    pipe.end();
    exit(null);
    decoder.take();
    void decoder.stop();
    await Promise.resolve();
    expect(log).toEqual(['ready']);
  });
});
