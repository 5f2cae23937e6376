import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { TimecodeReader } from '../../shared/timecode/timecode-reader.js';
import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import type { Timecode } from '../../shared/timecode/timecode.js';
import { SeededRandom } from '../helpers/seeded-random.js';

const FRAMES = 30;
const [WIDTH, HEIGHT] = [640, 360];
const SAMPLE_VIDEO = fileURLToPath(new URL('../../videos/sample.mp4', import.meta.url));
const RAW_RGB = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${WIDTH}x${HEIGHT}`, '-r', '30'];
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'];
const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p'];
/** 5 % off the left and the lower side and a little off the others, and half the size; odd numbers of pixels. */
const CROPPED = { filter: 'crop=600:337:32:5,scale=301:170', width: 301, height: 170 };
const WHOLE = { filter: 'null', width: WIDTH, height: HEIGHT };

const { ffmpegPath } = await findFfmpeg(process.env);

describe.each([
  ['a real video', () => sampleVideo()],
  ['noise', () => Promise.resolve(noiseVideo())],
])('timecodes in %s', (_name, makeContent) => {
  let coded: Buffer;

  beforeAll(async () => {
    coded = await makeContent();
    for (let index = 0; index < FRAMES; index += 1) {
      writeTimecode(pictureAt(coded, index, WIDTH * HEIGHT * 3), WIDTH, HEIGHT, timecodeAt(index));
    }
  });

  it.each([
    ['H.264 at CRF 32', [...X264, '-crf', '32']],
    ['H.264 at CRF 35', [...X264, '-crf', '35']],
    ['H.264 at 300 kbit/s', [...X264, '-b:v', '300k', '-maxrate', '300k', '-bufsize', '150k']],
    ['H.265 at CRF 32', [...X265, '-crf', '32']],
    ['MJPEG at quality 20', ['-c:v', 'mjpeg', '-q:v', '20', '-pix_fmt', 'yuvj420p']],
  ])('are all read after %s, whole or cropped and half as large', async (_codec, codec) => {
    const args = ['-v', 'error', ...RAW_RGB, '-i', 'pipe:0', ...codec, '-f', 'matroska', 'pipe:1'];
    const video = await ffmpeg(args, coded);
    for (const { filter, width, height } of [WHOLE, CROPPED]) {
      const decode = ['-v', 'error', '-i', 'pipe:0', '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'];
      const decoded = await ffmpeg(decode, video);
      const reader = new TimecodeReader();
      const read = Array.from({ length: decoded.length / (width * height) }, (_, index) =>
        reader.read(pictureAt(decoded, index, width * height), width, height),
      );
      expect(read).toEqual(Array.from({ length: FRAMES }, (_, index) => timecodeAt(index)));
    }
  });
});

function timecodeAt(index: number): Timecode {
  return { kind: 'capture', timeUs: 1_700_000_000_123_456 + index * 33_367, counter: (65_530 + index) % 2 ** 16 };
}

function pictureAt(pictures: Buffer, index: number, lengthBytes: number): Buffer {
  return pictures.subarray(index * lengthBytes, (index + 1) * lengthBytes);
}

async function sampleVideo(): Promise<Buffer> {
  const input = ['-v', 'error', '-i', SAMPLE_VIDEO, '-vf', `scale=${WIDTH}:${HEIGHT}`];
  return ffmpeg([...input, '-frames:v', String(FRAMES), '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']);
}

/** The worst case for an encoder: nothing of a picture is to be foreseen. */
function noiseVideo(): Buffer {
  const random = new SeededRandom(17);
  const words = Uint32Array.from({ length: (FRAMES * WIDTH * HEIGHT * 3) / 4 }, () => random.below(2 ** 32));
  return Buffer.from(words.buffer);
}

async function ffmpeg(args: readonly string[], input: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  const { stdout } = await execa(ffmpegPath, args, { input, encoding: 'buffer', maxBuffer: 2 ** 30 });
  return Buffer.from(stdout);
}
