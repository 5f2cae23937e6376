import { execa } from 'execa';
import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import type { Timecode } from '../../shared/timecode/timecode.js';
import type { VideoFixtures } from './video-fixtures.js';

const [WIDTH, HEIGHT] = [480, 270];

/** Makes an H.264 video of 25 pictures a second, one for each of `codes`, which it shows. */
export async function codedVideo(fixtures: VideoFixtures, name: string, codes: readonly Timecode[]): Promise<string> {
  const path = fixtures.path(name);
  const input = Buffer.concat(codes.map(pictureOf));
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${WIDTH}x${HEIGHT}`, '-r', '25', '-i', 'pipe:0'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await execa(fixtures.binaries.ffmpegPath, ['-v', 'error', '-y', ...raw, ...codec, `file:${path}`], { input });
  return path;
}

function pictureOf(code: Timecode): Buffer {
  const rgb = Buffer.alloc(WIDTH * HEIGHT * 3, code.counter % 256);
  writeTimecode(rgb, WIDTH, HEIGHT, code);
  return rgb;
}
