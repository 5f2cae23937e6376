import { Readable } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readTimecode } from '../../shared/timecode/timecode-reader.js';
import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import { SeededRandom } from '../helpers/seeded-random.js';
import { ffmpegsUnderTest } from '../helpers/video-fixtures.js';

const FRAMES = 20;
const INTERVAL_US = 33_367;
const START_US = 1_700_000_000_123_456;
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '35', '-pix_fmt', 'yuv420p', '-f', 'matroska'];
const MJPEG = ['-c:v', 'mjpeg', '-q:v', '20', '-pix_fmt', 'yuvj420p', '-f', 'matroska'];

const ffmpegs = await ffmpegsUnderTest();

describe.each(ffmpegs)('a timecode through $name', ({ binaries }) => {
  it.each([
    ['H.264', 640, 360, 1, H264],
    ['H.264', 640, 360, 0.5, H264],
    ['H.264', 640, 360, 0.75, H264],
    ['H.264', 640, 480, 1.5, H264],
    ['H.264', 640, 480, 2, H264],
    ['H.264', 480, 270, 0.5, H264],
    ['H.264', 1280, 720, 0.5, H264],
    ['MJPEG', 640, 360, 0.5, MJPEG],
  ] as const)('%s of %i x %i, scaled by %f, is read in every frame', async (_codec, width, height, factor, codec) => {
    const encoded = await encode(binaries.ffmpegPath, width, height, codec);
    const [scaledWidth, scaledHeight] = [width * factor, height * factor];
    const decoded = await decode(binaries.ffmpegPath, encoded, `scale=${scaledWidth}:${scaledHeight}`);
    const frameBytes = scaledWidth * scaledHeight * 3;
    expect(decoded.length).toBe(FRAMES * frameBytes);
    const times = Array.from({ length: FRAMES }, (_, index) =>
      readTimecode(decoded.subarray(index * frameBytes, (index + 1) * frameBytes), scaledWidth, scaledHeight),
    );
    expect(times).toEqual(Array.from({ length: FRAMES }, (_, index) => START_US + index * INTERVAL_US));
  });

  it('H.264 scaled before it was encoded is read in every frame', async () => {
    const encoded = await encode(binaries.ffmpegPath, 1280, 720, ['-vf', 'scale=640:-2', ...H264]);
    const decoded = await decode(binaries.ffmpegPath, encoded, 'null');
    const frameBytes = 640 * 360 * 3;
    for (let index = 0; index < FRAMES; index += 1) {
      const frame = decoded.subarray(index * frameBytes, (index + 1) * frameBytes);
      expect(readTimecode(frame, 640, 360)).toBe(START_US + index * INTERVAL_US);
    }
  });
});

/** A moving, grainy picture with a timecode of its own in each frame, as a video. */
async function encode(ffmpegPath: string, width: number, height: number, output: readonly string[]): Promise<Buffer> {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', '30', '-i', 'pipe:0'];
  const options = { input: Readable.from(pictures(width, height)), encoding: 'buffer', maxBuffer: 2 ** 30 } as const;
  const { stdout } = await execa(ffmpegPath, ['-v', 'error', ...input, ...output, 'pipe:1'], options);
  return Buffer.from(stdout);
}

async function decode(ffmpegPath: string, video: Buffer, filter: string): Promise<Buffer> {
  const args = ['-v', 'error', '-i', 'pipe:0', '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const { stdout } = await execa(ffmpegPath, args, { input: video, encoding: 'buffer', maxBuffer: 2 ** 30 });
  return Buffer.from(stdout);
}

/** Each picture is a window on the same texture, three pixels further on. */
function* pictures(width: number, height: number): Generator<Buffer> {
  const random = new SeededRandom(width);
  const frameBytes = width * height * 3;
  const texture = Buffer.from(
    Array.from({ length: frameBytes + FRAMES * 9 }, (_, offset) => (offset % 576) / 3 + random.below(64)),
  );
  for (let index = 0; index < FRAMES; index += 1) {
    const data = Buffer.from(texture.subarray(index * 9, index * 9 + frameBytes));
    writeTimecode(data, width, height, START_US + index * INTERVAL_US);
    yield data;
  }
}
