import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';

/** Options of a counted video; see `VideoFixtures.counted`. */
export interface CountedVideo {
  readonly frames: number;
  /** Frames per second as FFmpeg reads it: `25`, `30000/1001`. */
  readonly fps: string;
  /** FFmpeg's output options: codec, container, anything but the file name. */
  readonly output: readonly string[];
  readonly width?: number;
  readonly height?: number;
}

/** Blocks of a counted picture: the number in binary in the upper half, its complement below. */
const COUNT_BITS = 8;
/** Frames a counted video can have. */
export const MAX_COUNT = 2 ** COUNT_BITS;

/** Video files for tests, made by FFmpeg in a folder of their own that `remove` takes away. */
export class VideoFixtures {
  private constructor(
    readonly folder: string,
    readonly binaries: FfmpegBinaries,
  ) {}

  static async create(): Promise<VideoFixtures> {
    const binaries = await findFfmpeg(process.env);
    return new VideoFixtures(await mkdtemp(join(tmpdir(), 'video-fixtures-')), binaries);
  }

  /** The path of the file `name` in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs FFmpeg with `args` before the file name; returns the path of the file. */
  async make(name: string, args: readonly string[]): Promise<string> {
    const path = this.path(name);
    await execa(this.binaries.ffmpegPath, ['-v', 'error', '-y', ...args, `file:${path}`], { stdin: 'ignore' });
    return path;
  }

  /**
   * Makes a video that FFmpeg draws: `graph` is a source such as `testsrc=size=64x48:rate=25:duration=1`, `output` the
   * options that choose codec and container.
   */
  async drawn(name: string, graph: string, ...output: string[]): Promise<string> {
    return this.make(name, ['-f', 'lavfi', '-i', graph, ...output]);
  }

  /** Makes a video whose frame n shows n, in blocks that `readCount` finds again whatever the codec did to them. */
  async counted(name: string, { frames, fps, output, width = 64, height = 48 }: CountedVideo): Promise<string> {
    if (frames > MAX_COUNT) throw new RangeError(`a counted video has at most ${MAX_COUNT} frames`);
    const path = this.path(name);
    const raw = Buffer.concat(Array.from({ length: frames }, (_, count) => countedPicture(count, width, height)));
    const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', fps, '-i', 'pipe:0'];
    const args = ['-v', 'error', '-y', ...input, ...output, `file:${path}`];
    await execa(this.binaries.ffmpegPath, args, { input: raw });
    return path;
  }

  /** Writes a file of any content. */
  async write(name: string, content: string | Buffer): Promise<string> {
    const path = this.path(name);
    await writeFile(path, content);
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The FFmpegs to test with: the one a user of this machine would get, and the one that comes with the package. */
export async function ffmpegsUnderTest(): Promise<readonly { name: string; binaries: FfmpegBinaries }[]> {
  const found = await findFfmpeg(process.env);
  const bundled = await findFfmpeg({}).catch(() => found);
  const all = [
    { name: `FFmpeg of ${found.origin}`, binaries: found },
    { name: 'bundled FFmpeg', binaries: bundled },
  ];
  return found.ffmpegPath === bundled.ffmpegPath ? all.slice(0, 1) : all;
}

/** The number a counted picture (RGB24, at least 16 pixels wide, scaled or not) shows; undefined where none is legible. */
export function readCount(rgb: Uint8Array, width: number, height: number): number | undefined {
  let count = 0;
  for (let bit = 0; bit < COUNT_BITS; bit += 1) {
    const [above, below] = [isLit(bit, 0.25), isLit(bit, 0.75)];
    if (above === below) return undefined;
    count = count * 2 + (above ? 1 : 0);
  }
  return count;

  function isLit(bit: number, down: number): boolean {
    const x = Math.floor(((bit + 0.5) * width) / COUNT_BITS);
    const y = Math.floor(down * height);
    return (rgb[(y * width + x) * 3 + 1] ?? 0) > 128;
  }
}

function countedPicture(count: number, width: number, height: number): Buffer {
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const bit = (count >> (COUNT_BITS - 1 - Math.floor((x * COUNT_BITS) / width))) & 1;
      const lit = y < height / 2 ? bit === 1 : bit === 0;
      rgb.fill(lit ? 235 : 16, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return rgb;
}
