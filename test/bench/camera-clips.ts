import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MJPEG } from '../helpers/stream-sender.js';
import type { BenchContext } from './scenario.js';

/** Pictures as a camera sends them. */
export interface CameraPictures {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** How many differ before they begin anew. */
  readonly frames: number;
}

/** Moving shapes with the noise of a sensor over them: see `makeClip`. */
function pictureGraph({ width, height, fps }: CameraPictures): string {
  return `testsrc2=size=${width}x${height}:rate=${fps},noise=alls=8:allf=t`;
}

/** Makes JPEG files; resolves to their paths in the order of the pictures. */
export async function makeJpegs(context: BenchContext, pictures: CameraPictures): Promise<readonly string[]> {
  const folder = join(context.folder, `${pictures.name}-jpegs`);
  await mkdir(folder, { recursive: true });
  await draw(context, pictures, MJPEG, join(folder, '%04d.jpg'));
  return Array.from({ length: pictures.frames }, (_, n) => join(folder, `${String(n + 1).padStart(4, '0')}.jpg`));
}

/** Makes a video of the same JPEGs. */
export async function makeMjpegVideo(
  context: BenchContext,
  pictures: CameraPictures,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const path = join(context.folder, `${pictures.name}-mjpeg.mkv`);
  await draw(context, pictures, MJPEG, path);
  return { path, bytes: (await stat(path)).size };
}

/** Makes H.264 as cameras do: no frame refers to a later one, and a key frame every second. Resolves to its path. */
export async function makeCameraVideo(context: BenchContext, pictures: CameraPictures): Promise<string> {
  const path = join(context.folder, `${pictures.name}-h264.mkv`);
  const rate = ['-crf', '26', '-bf', '0', '-g', String(pictures.fps), '-pix_fmt', 'yuv420p'];
  await draw(context, pictures, ['-c:v', 'libx264', '-preset', 'veryfast', ...rate], path);
  return path;
}

async function draw(
  { children, ffmpeg }: BenchContext,
  pictures: CameraPictures,
  codec: readonly string[],
  output: string,
): Promise<void> {
  const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', pictureGraph(pictures)];
  await children.run(ffmpeg.ffmpegPath, [...input, '-frames:v', String(pictures.frames), ...codec, '-y', output]);
}
