import { chmod } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { formatOf } from '../../server/rtsp/nal-units.js';
import { packetize } from '../../server/rtsp/packetizer.js';
import { pictureSize } from '../../server/rtsp/picture-size.js';
import { whyNotRtpJpeg } from '../../server/rtsp/jpeg-payload.js';
import type { EncoderOfTest } from '../helpers/encoder-of-test.js';
import { numbersIn, startEncoder } from '../helpers/encoder-of-test.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { NUMBERED_HEIGHT, NUMBERED_WIDTH, numberedJpeg } from '../helpers/numbered-picture.js';
import { joinH264, joinH265, joinJpeg } from '../helpers/rtp-payloads.js';
import { until } from '../helpers/until.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const FRAMES = 12;
const START_US = 1_700_000_000_000_000;
const NUMBERED = { width: NUMBERED_WIDTH, height: NUMBERED_HEIGHT };
const JOINS = { h264: joinH264, h265: joinH265, mjpeg: (payloads: readonly Buffer[]) => [joinJpeg(payloads)] };

const fixtures = await VideoFixtures.create();
const numbers = Array.from({ length: FRAMES }, (_, index) => 100 + index);
const jpegs = await Promise.all(numbers.map(numberedJpeg));
const raws = await Promise.all(jpegs.map((jpeg) => sharp(jpeg).toColourspace('srgb').raw().toBuffer()));
afterAll(() => fixtures.remove());

const children: { stop(): Promise<void> }[] = [];
afterEach(() => Promise.all(children.splice(0).map((child) => child.stop())));

async function started(options: EncoderOfTest) {
  const encoder = await startEncoder(options);
  children.push(encoder.child);
  return encoder;
}

/** Capture times that are not evenly spaced. */
const captureTimeUs = (index: number) => START_US + index * 33_333 + (index % 3) * 5000;

/** The JPEG with a sampling that no decoder knows. */
function withoutDecoding(jpeg: Buffer): Buffer {
  const changed = Buffer.from(jpeg);
  changed[jpeg.indexOf(Buffer.of(0xff, 0xc0)) + 11] = 0x44;
  return changed;
}

describe.each(await ffmpegsUnderTest())('an encoder child of $name', ({ binaries: { ffmpegPath } }) => {
  it.each([
    ['jpeg', 'h264'],
    ['jpeg', 'h265'],
    ['jpeg', 'mjpeg'],
    ['rgb24', 'h264'],
  ] as const)('makes of each frame (%s) at once a picture of %s with its capture time', async (kind, codec) => {
    const { encode, errors } = await started({ ffmpegPath, input: { kind, ...NUMBERED }, wish: { encoder: codec } });
    const carried: Buffer[] = [];
    // Each frame goes in when the picture of the one before has come out: none waits for the next.
    for (const [index, data] of (kind === 'jpeg' ? jpegs : raws).entries()) {
      const picture = await encode({ data, captureTimeUs: captureTimeUs(index) });
      expect(picture).toMatchObject({ codec, captureTimeUs: captureTimeUs(index) });
      expect(picture.dtsTicks).toBe(picture.ptsTicks);
      expect(formatOf(picture) !== null).toBe(picture.isKey);
      expect(picture.isKey).toBe(index === 0 || codec === 'mjpeg');
      carried.push(...JOINS[codec](packetize(picture, 300)?.payloads ?? []));
    }
    expect(await numbersIn(ffmpegPath, codec, carried)).toEqual(numbers);
    expect(errors).toEqual([]);
  });

  it('has key pictures by time, whatever the rate', async () => {
    const wish = { gopSeconds: 0.4, fps: 30 };
    const { encode, pictures } = await started({ ffmpegPath, input: { kind: 'jpeg', ...NUMBERED }, wish });
    for (const [index, data] of jpegs.entries()) await encode({ data, captureTimeUs: START_US + index * 100_000 });
    expect(pictures.flatMap(({ isKey }, index) => (isKey ? [index] : []))).toEqual([0, 4, 8]);
  });

  it('keeps to the bitrate', async () => {
    const [width, height, count] = [320, 240, 60];
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const create = { width, height, channels: 3, background: '#888', noise } as const;
    const noisy = await Promise.all(Array.from({ length: 10 }, () => sharp({ create }).jpeg().toBuffer()));
    const wish = { bitrateBps: 500_000 };
    const { encode, pictures } = await started({ ffmpegPath, input: { kind: 'jpeg', width, height }, wish });
    for (let index = 0; index < count; index += 1) {
      const data = noisy[index % noisy.length] ?? Buffer.alloc(0);
      await encode({ data, captureTimeUs: START_US + Math.round((index * 1e6) / 30) });
    }
    // Of a stream of half the rate or twice the rate the encoder would not know how fast it is.
    const bits = pictures.reduce((sum, { units }) => sum + units.reduce((all, { length }) => all + 8 * length, 0), 0);
    const bitrateBps = bits / (count / 30);
    expect(bitrateBps).toBeGreaterThan(350_000);
    expect(bitrateBps).toBeLessThan(750_000);
  });

  it('goes on behind a frame that it cannot decode', async () => {
    const { child, encode } = await started({ ffmpegPath, input: { kind: 'jpeg', ...NUMBERED } });
    const [first, second, third] = jpegs;
    await encode({ data: first!, captureTimeUs: START_US });
    expect(child.encode({ data: Buffer.from('no picture'), captureTimeUs: START_US + 33_333 })).toBe(true);
    const picture = await encode({ data: second!, captureTimeUs: START_US + 66_666 });
    expect(picture.captureTimeUs).toBe(START_US + 66_666);
    expect(child.framesLost).toBe(1);
    await encode({ data: third!, captureTimeUs: START_US + 99_999 });
  });

  it('goes on behind as many as it takes, a second later', async () => {
    const clock = new FakeClock();
    const { child, pictures, encode, errors } = await started({
      ...{ ffmpegPath, clock },
      input: { kind: 'jpeg', ...NUMBERED },
    });
    const [first, second] = jpegs;
    await encode({ data: first!, captureTimeUs: START_US });
    clock.advance(100_000);
    const broken = (index: number) => ({ data: withoutDecoding(first!), captureTimeUs: START_US + index * 33_333 });
    const taken = [1, 2, 3, 4, 5, 6].map((index) => child.encode(broken(index)));
    expect(taken).toEqual([true, true, true, true, true, false]);
    clock.advance(1_000_001);
    expect(await encode({ data: second!, captureTimeUs: START_US + 1e6 })).toMatchObject({
      captureTimeUs: START_US + 1e6,
    });
    expect([child.framesLost, pictures.length, errors]).toEqual([5, 2, []]);
    // Of nothing but such pictures it says that nothing comes.
    for (let index = 0; index < 250 && errors.length === 0; index += 1) {
      child.encode(broken(40 + index));
      clock.advance(100_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(errors).toMatchObject([{ message: 'The encoder of cam1 failed: no picture came in 20 s.' }]);
  });

  it('makes pictures of any size fit for the codec', async () => {
    const jpeg = await sharp({ create: { width: 2050, height: 35, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    const input = { kind: 'jpeg', width: 2050, height: 35 } as const;
    const mjpeg = await started({ ffmpegPath, input, wish: { encoder: 'mjpeg' } });
    const picture = await mjpeg.encode({ data: jpeg, captureTimeUs: START_US });
    expect(whyNotRtpJpeg(picture.units[0]!)).toBeNull();
    const odd = await sharp(jpeg).resize(161, 91, { fit: 'fill' }).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
    const h264 = await started({ ffmpegPath, input: { kind: 'jpeg', width: 161, height: 91 } });
    const format = formatOf(await h264.encode({ data: odd, captureTimeUs: START_US }));
    expect(format && pictureSize(format)).toEqual({ width: 162, height: 92 });
  });
});

describe('an encoder child', () => {
  const { ffmpegPath } = fixtures.binaries;
  const input = { kind: 'jpeg', ...NUMBERED } as const;
  const choice = { codec: 'h264', encoder: 'x', globalOptions: [], options: [], warning: null } as const;
  const frame = { data: jpegs[0]!, captureTimeUs: START_US };

  /** A program that takes the place of FFmpeg. */
  async function script(name: string, ...lines: string[]): Promise<string> {
    const path = await fixtures.write(name, ['#!/bin/sh', ...lines, ''].join('\n'));
    await chmod(path, 0o755);
    return path;
  }

  it('takes no more than a few frames that it has not encoded yet', async () => {
    const { child, pictures } = await started({ ffmpegPath, input });
    const taken = Array.from({ length: 8 }, (_, index) => child.encode({ ...frame, captureTimeUs: START_US + index }));
    expect(taken).toEqual([true, true, true, true, true, false, false, false]);
    await until(() => pictures.length === 5);
    expect(child.encode({ ...frame, captureTimeUs: START_US + 99 })).toBe(true);
    await until(() => pictures.length === 6);
    expect(pictures.map((picture) => picture.captureTimeUs - START_US)).toEqual([0, 1, 2, 3, 4, 99]);
  });

  it('says why FFmpeg ended', async () => {
    const path = await script('ends', 'echo "[libx264 @ 0x1] no such thing" >&2', 'exit 1');
    const { child, errors } = await started({ ffmpegPath: path, input, choice });
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'FFMPEG_FAILED', message: 'FFmpeg failed on cam1: no such thing' }]);
    expect(child.encode(frame)).toBe(false);
  });

  it('takes it for a failure that FFmpeg ends as if it had done all', async () => {
    const { errors } = await started({ ffmpegPath: await script('done', 'exit 0'), input, choice });
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ message: 'The encoder of cam1 failed: it ended by itself.' }]);
  });

  it('takes it for a failure that FFmpeg writes something else', async () => {
    const path = await script('noise', 'head -c 2000000 /dev/zero', 'exec sleep 60');
    const { errors } = await started({ ffmpegPath: path, input, choice });
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'FFMPEG_FAILED', cause: { code: 'SOURCE_NOT_VIDEO' } }]);
  });

  it('gives up an FFmpeg that makes nothing of frames for twenty seconds', async () => {
    const clock = new FakeClock();
    const { child, errors } = await started({
      ffmpegPath: await script('hangs', 'exec sleep 60'),
      input,
      choice,
      clock,
    });
    const fill = () => Array.from({ length: 6 }, () => child.encode(frame));
    fill();
    clock.advance(19_999_999);
    expect([fill().includes(true), errors]).toEqual([false, []]);
    clock.advance(1);
    fill();
    expect(errors).toMatchObject([
      { code: 'FFMPEG_FAILED', message: 'The encoder of cam1 failed: no picture came in 20 s.' },
    ]);
  });

  it('tells nothing once it is stopped', async () => {
    const { child, pictures, errors } = await started({ ffmpegPath, input });
    expect(child.encode(frame)).toBe(true);
    await Promise.all([child.stop(), child.stop()]);
    expect([pictures, errors, child.encode(frame)]).toEqual([[], [], false]);
  });
});
