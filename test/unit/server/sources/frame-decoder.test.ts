import { describe, expect, it, vi } from 'vitest';
import type { ByteSink, FfmpegRequest } from '../../../../shared/ffmpeg/ffmpeg.js';
import { decodeFrames } from '../../../../server/sources/frame-decoder.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

/** Takes the place of FFmpeg: the test fills the sink and says when the child is gone. */
const children = vi.hoisted(() => [] as { request: FfmpegRequest; stops: number; resumes: number }[]);
vi.mock('../../../../shared/ffmpeg/ffmpeg.js', () => ({
  startFfmpeg: (request: FfmpegRequest) => {
    const child = { request, stops: 0, resumes: 0 };
    children.push(child);
    return { resume: () => void (child.resumes += 1), stop: async () => void (child.stops += 1) };
  },
}));

/** A decoder of 1x1 pictures, three bytes each, with its child and what it told. */
function open({ maxBuffers = 3 } = {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  const request = {
    ffmpegPath: '/ffmpeg',
    input: 'file:x.mp4',
    inputOptions: ['-ss', '1'],
    filters: ['fps=5', 'scale=1:1'],
    outputOptions: ['-vsync', '0'],
  };
  const listener = {
    onReady: () => void log.push('ready'),
    onEnd: (error: StreamerError | null) => void log.push(error ? error.code : 'end'),
  };
  const decoder = decodeFrames({ request, width: 1, height: 1, maxBuffers }, clock, listener);
  const child = children.at(-1)!;
  const sink = child.request.output as ByteSink;
  /** Fills in text as far as the sink takes it; returns what is left. */
  const write = (text: string): string => {
    for (let rest = Buffer.from(text); ;) {
      const lengthBytes = rest.copy(sink.target());
      rest = rest.subarray(lengthBytes);
      if (!sink.filled(lengthBytes) || rest.length === 0) return rest.toString();
    }
  };
  return { clock, log, decoder, child, sink, write, exit: child.request.onExit };
}

describe('decodeFrames', () => {
  it('asks FFmpeg for raw RGB24 of the first video', () => {
    expect(open().child.request).toMatchObject({
      ffmpegPath: '/ffmpeg',
      input: 'file:x.mp4',
      shownInput: 'file:x.mp4',
      inputOptions: ['-ss', '1'],
      outputOptions: [
        ...['-vsync', '0', '-an', '-sn', '-dn', '-map', '0:v:0', '-filter:v', 'fps=5,scale=1:1'],
        ...['-pix_fmt', 'rgb24', '-c:v', 'rawvideo', '-f', 'rawvideo'],
      ],
    });
  });

  it('hands out pictures in order, with their size and the time each was complete', () => {
    const { clock, decoder, write, log } = open();
    write('abc');
    const first = clock.nowUs();
    clock.advance(1000);
    write('def');
    expect(log).toEqual(['ready', 'ready']);
    expect(decoder.readyFrames).toBe(2);
    const facts = { kind: 'raw', width: 1, height: 1 };
    expect(decoder.take()).toMatchObject({ ...facts, data: Buffer.from('abc'), decodedTimeUs: first });
    expect(decoder.take()).toMatchObject({ ...facts, data: Buffer.from('def'), decodedTimeUs: first + 1000 });
    expect(decoder.readyFrames).toBe(0);
    expect(decoder.take()).toBeUndefined();
  });

  it('has FFmpeg wait while all pictures are out, taken or not, and go on when one comes back', () => {
    const { decoder, child, write } = open({ maxBuffers: 2 });
    expect(write('abcdefghi')).toBe('ghi');
    expect(decoder.readyFrames).toBe(2);
    const frame = decoder.take();
    expect(child.resumes).toBe(0);
    frame?.release();
    expect(child.resumes).toBe(1);
    expect(write('ghi')).toBe('');
    expect(decoder.readyFrames).toBe(2);
  });

  it('takes another buffer instead of the one it handed out', () => {
    const { decoder, write } = open({ maxBuffers: 1 });
    const replacement = Buffer.allocUnsafeSlow(3);
    write('abc');
    decoder.take()?.release(replacement);
    write('def');
    decoder.take()?.release(null);
    write('ghi');
    const frame = decoder.take();
    expect(frame?.data).toBe(replacement);
    expect(frame?.data.toString()).toBe('ghi');
  });

  it.each([
    ['the output ends before the child', ['output', 'exit']],
    ['the child ends before the output', ['exit', 'output']],
  ])('tells the end only when the last picture was taken; %s', async (_order, steps) => {
    const { decoder, sink, write, exit, log } = open();
    write('abcdef');
    for (const step of steps)
      if (step === 'output') sink.end();
      else exit(null);
    decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['ready', 'ready']);
    decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['ready', 'ready', 'end']);
  });

  it('tells the end after the last picture was handed out, not while it is', async () => {
    const { decoder, sink, write, exit, log } = open();
    write('abc');
    sink.end();
    exit(null);
    log.push(`got ${decoder.take()?.data.toString()}`);
    await Promise.resolve();
    expect(log).toEqual(['ready', 'got abc', 'end']);
  });

  it.each([
    ['came to its end', null, 'end'],
    ['failed', new StreamerError('FFMPEG_FAILED', 'It broke.'), 'FFMPEG_FAILED'],
  ])('waits for pictures that are still on their way from a child that %s', async (_how, error, told) => {
    const { decoder, sink, write, exit, log } = open({ maxBuffers: 1 });
    expect(write('abcdef')).toBe('def');
    exit(error);
    decoder.take()?.release();
    await Promise.resolve();
    expect(log).toEqual(['ready']);
    write('def');
    sink.end();
    expect(decoder.take()?.data.toString()).toBe('def');
    await Promise.resolve();
    expect(log).toEqual(['ready', 'ready', told]);
  });

  it.each([
    ['output', 'exit'],
    ['exit', 'output'],
  ])('tells the end at once when there was no picture at all, with the %s before the %s', (...steps) => {
    const { sink, exit, log } = open();
    for (const step of steps) {
      expect(log).toEqual([]);
      if (step === 'output') sink.end();
      else exit(null);
    }
    expect(log).toEqual(['end']);
  });

  it('tells the end once, however often it is asked for more', async () => {
    const { decoder, sink, exit, log } = open();
    sink.end();
    exit(null);
    decoder.take();
    decoder.take();
    await Promise.resolve();
    expect(log).toEqual(['end']);
  });

  it('says nothing after it was stopped, and ends its child', async () => {
    const { decoder, exit, child, write, log } = open({ maxBuffers: 1 });
    expect(write('abcdef')).toBe('def');
    await decoder.stop();
    expect(child.stops).toBe(1);
    expect(decoder.readyFrames).toBe(0);
    exit(null);
    await Promise.resolve();
    expect(log).toEqual(['ready']);
  });

  it('can be stopped between the last picture and the end', async () => {
    const { decoder, sink, write, exit, log } = open();
    write('abc');
    sink.end();
    exit(null);
    decoder.take();
    void decoder.stop();
    await Promise.resolve();
    expect(log).toEqual(['ready']);
  });
});
