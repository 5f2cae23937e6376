import { join } from 'node:path';
import type { BenchContext } from './scenario.js';

export const CLIP_FPS = 30;

/** A video made for this run. */
export interface Clip {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly path: string;
}

export const SIZES = [
  { name: '480p', width: 854, height: 480 },
  { name: '720p', width: 1280, height: 720 },
  { name: '1080p', width: 1920, height: 1080 },
] as const;

/**
 * Makes an H.264 file: moving shapes and colours with a little noise over them, as a sensor has, so that neither
 * decoder nor encoder finds only flat areas.
 */
export async function makeClip(
  { children, ffmpeg, folder }: BenchContext,
  { name, width, height }: (typeof SIZES)[number],
  frames: number,
): Promise<Clip> {
  const path = join(folder, `${name}-${frames}.mp4`);
  const picture = `testsrc2=size=${width}x${height}:rate=${CLIP_FPS},noise=alls=8:allf=t`;
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'];
  const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', picture, '-frames:v', String(frames)];
  await children.run(ffmpeg.ffmpegPath, [...input, ...codec, '-y', path]);
  return { name, width, height, frames, path };
}
