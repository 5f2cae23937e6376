import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StandardInput } from '../../../../server/sources/standard-input.js';
import { createStdinSource } from '../../../../server/sources/stdin-source.js';
import type { StdinSourceOptions } from '../../../../server/sources/stdin-source.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { multipartOf } from '../../../helpers/multipart-sender.js';
import { SourceLog } from '../../../helpers/source-log.js';
import { until } from '../../../helpers/until.js';

const AS_IT_IS = { width: null, height: null, quality: null, isProcessed: false };
const JPEGS = [1, 2, 3].map((height) => builtJpeg({ height }));
const [FIRST, SECOND] = JPEGS as [Buffer, Buffer, Buffer];
const START_TIME_US = 7;
/** Nothing here is to reach FFmpeg. */
const FFMPEG = { ffmpegPath: '/nowhere/ffmpeg', hwaccel: 'none', passEveryFrame: [], maxBuffers: 1 };

function stdinSource(options: Partial<StdinSourceOptions> = {}) {
  const stream = new PassThrough();
  const clock = new FakeClock();
  const input = new StandardInput(() => stream, clock);
  const rest = { ...FFMPEG, fps: null, wanted: AS_IT_IS, startTimeUs: START_TIME_US };
  const create = () => createStdinSource({ ...rest, input, ...options }, clock);
  return { stream, clock, create, source: create() };
}

/** Resolves when what was written was read. */
async function write(stream: PassThrough, ...chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) stream.write(chunk);
  await until(() => stream.readableLength === 0);
}

describe('createStdinSource', () => {
  it('knows nothing of its pictures before they come', () => {
    expect(stdinSource().source).toMatchObject({
      isLive: true,
      endTimeUs: null,
      info: {
        ...{ width: 0, height: 0, fps: 0, timeSource: 'arrival', codec: null, startTimeUs: START_TIME_US },
        encoding: { mode: 'unknown', reason: 'the source was not reached yet' },
      },
    });
  });

  it.each([
    { content: 'bare', bytes: Buffer.concat(JPEGS) },
    { content: 'multipart', bytes: multipartOf(JPEGS, { delimiter: '--x' }) },
  ])('passes JPEGs on byte for byte, then ends: $content', async ({ bytes }) => {
    const { stream, clock, source } = stdinSource();
    const log = new SourceLog(source, 41);
    stream.end(bytes);
    await log.until(() => log.isOver);
    expect(log.jpegs).toEqual(JPEGS);
    const times = { captureTimeUs: clock.nowUs(), decodedTimeUs: clock.nowUs(), clockErrorUs: 0 };
    expect(log.frames[0]).toMatchObject({ kind: 'jpeg', sequence: 41, timeSource: 'arrival', height: 1, ...times });
    expect(log.frames.map(({ sequence }) => sequence)).toEqual([41, 42, 43]);
    expect(log.order).toEqual(['info', 'frame', 'info', 'frame', 'info', 'frame', 'end']);
    expect(log.infos[0]).toEqual({
      ...{ width: 16, height: 1, fps: 0, timeSource: 'arrival', codec: 'mjpeg', startTimeUs: START_TIME_US },
      encoding: { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' },
    });
    expect(source.info).toEqual(log.infos[2]);
    await log.stop();
  });

  it('keeps the time that a part states', async () => {
    const { stream, clock, source } = stdinSource();
    const log = new SourceLog(source);
    const statedUs = clock.nowUs() - 20_000;
    const headerLines = [`X-Timestamp: ${statedUs / 1_000_000}`];
    await write(stream, multipartOf([FIRST], { delimiter: '--x', headerLines }));
    await log.untilFrames(1);
    expect(log.frames[0]).toMatchObject({ timeSource: 'source', captureTimeUs: statedUs });
    expect(log.infos[0]).toMatchObject({ timeSource: 'source' });
  });

  it('goes on with what comes when it runs again, and keeps nothing for it', async () => {
    const { stream, source } = stdinSource();
    const first = new SourceLog(source);
    await write(stream, FIRST);
    await first.untilFrames(1);
    await first.stop();
    await write(stream, ...Array<Buffer>(100).fill(SECOND));
    const again = new SourceLog(source, 5);
    await write(stream, FIRST);
    await again.untilFrames(1);
    expect(again.jpegs).toEqual([FIRST]);
    expect(again.frames[0]?.sequence).toBe(5);
  });

  it('goes on in another source, made while the first one runs', async () => {
    const { stream, source, create } = stdinSource();
    const first = new SourceLog(source);
    await write(stream, FIRST);
    await first.untilFrames(1);
    const other = create();
    await first.stop();
    const second = new SourceLog(other, 1);
    await write(stream, SECOND);
    await second.untilFrames(1);
    expect(second.jpegs).toEqual([SECOND]);
  });

  it('is one source only', async () => {
    const { source, create } = stdinSource();
    const log = new SourceLog(source);
    expect(errorOf(() => new SourceLog(create()))).toMatchObject({ code: 'BAD_USAGE' });
    await log.stop();
  });

  it('thins by arrival, without keeping a picture', async () => {
    const { stream, clock, source } = stdinSource({ fps: 10 });
    const log = new SourceLog(source);
    for (let sent = 0; sent < 30; sent += 1) {
      await write(stream, FIRST);
      clock.advance(20_000);
    }
    const times = log.frames.map(({ captureTimeUs }) => captureTimeUs);
    expect(times.map((time) => time - times[0]!)).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * 100_000));
    expect(log.frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('says why pictures are encoded', async () => {
    const { stream, source } = stdinSource({ wanted: { ...AS_IT_IS, width: 320 } });
    const log = new SourceLog(source);
    await write(stream, FIRST);
    await log.untilFrames(1);
    expect(log.infos[0]?.encoding).toEqual({ mode: 'encoded', reason: 'size 320xauto was asked for' });
  });

  it('leaves a broken picture out and says so', async () => {
    const { stream, source } = stdinSource();
    const log = new SourceLog(source);
    await write(stream, multipartOf([FIRST, Buffer.from('no JPEG'), SECOND], { delimiter: '--x' }));
    await log.untilFrames(2);
    expect(log.jpegs).toEqual([FIRST, SECOND]);
    expect(log.warnings.map(({ code }) => code)).toEqual(['BAD_JPEG']);
  });

  it('fails when nothing but broken pictures come', async () => {
    const { stream, source } = stdinSource();
    const log = new SourceLog(source);
    const broken = Array<Buffer>(100).fill(Buffer.from('no JPEG'));
    await write(stream, multipartOf(broken, { delimiter: '--x' }));
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    await log.stop();
  });

  it('ends within a picture as it does behind one', async () => {
    const { stream, source } = stdinSource();
    const log = new SourceLog(source);
    stream.end(Buffer.concat([FIRST, SECOND.subarray(0, -2)]));
    await log.until(() => log.isOver);
    expect(log.jpegs).toEqual([FIRST]);
    expect(log.order.at(-1)).toBe('end');
  });

  it.each([
    { what: 'nothing', bytes: '', message: 'Standard input ended before its first picture.' },
    {
      what: 'a page',
      bytes: '<html>not found</html>',
      message: 'Standard input holds no video; check the program that writes it.',
    },
    { what: 'half a picture', bytes: FIRST.subarray(0, -2), message: 'Standard input ended before its first picture.' },
    { what: 'too little', bytes: 'hi', message: 'Standard input holds no video; check the program that writes it.' },
  ])('fails on $what, and then has ended', async ({ bytes, message }) => {
    const { stream, source } = stdinSource();
    const log = new SourceLog(source);
    stream.end(bytes);
    const error = await log.untilError();
    expect(error).toMatchObject({ code: 'SOURCE_NOT_VIDEO', message });
    await log.stop();
    await until(() => stream.readableEnded);
    const again = new SourceLog(source);
    await again.until(() => again.isOver);
    expect(again.order).toEqual(['end']);
  });

  it.each([
    { before: 'before a picture', jpegs: [], order: ['error'] },
    { before: 'behind a picture', jpegs: [FIRST], order: ['info', 'frame', 'warning', 'end'] },
  ])('tells of an input that breaks off $before', async ({ jpegs, order }) => {
    const { stream, source } = stdinSource();
    const log = new SourceLog(source);
    await write(stream, ...jpegs);
    await until(() => log.frames.length === jpegs.length);
    stream.destroy(new Error('EIO'));
    await log.until(() => log.isOver);
    expect(log.order).toEqual(order);
    const told = [...log.warnings, ...log.errors];
    expect(told).toMatchObject([{ code: 'SOURCE_UNREADABLE', message: 'Standard input cannot be read: EIO.' }]);
  });

  it('says nothing once it was stopped in the middle of a chunk', async () => {
    const { stream, source } = stdinSource();
    const log = new SourceLog(source, 0, (_, self) => void self.stop());
    await write(stream, Buffer.concat(JPEGS));
    expect(log.order).toEqual(['info', 'frame']);
    // The log throws at what comes too late, which would end the test.
    await write(stream, ...JPEGS);
  });
});
