import type { CountedVideo, VideoFixtures } from './video-fixtures.js';

/** Output options of H.264 with B-frames, whose pictures are not stored in the order they are shown in. */
export const B_FRAMES: readonly string[] = ['-c:v', 'libx264', '-g', '12', '-bf', '3', '-pix_fmt', 'yuv420p'];
/** Frames of the counted videos that are not named after their number of frames. */
export const FRAMES = 30;

const LOSSLESS = ['-c:v', 'ffv1'];
const EVERY_SECOND_MISSING = ['-vf', "select='gt(n,30)+mod(n,2)'", '-vsync', '0', ...B_FRAMES];

const VIDEOS = {
  'b-frames.mp4': counted(B_FRAMES),
  'b-frames.mkv': counted(B_FRAMES),
  'fragmented.mp4': counted(['-c:v', 'mjpeg', '-movflags', 'frag_keyframe+empty_moov']),
  'lossless.mkv': counted(LOSSLESS),
  'raw.avi': counted(['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p']),
  'pictures.mov': counted(['-c:v', 'mjpeg', '-q:v', '2']),
  'ntsc.mp4': counted(B_FRAMES, '30000/1001'),
  'ntsc.mkv': counted(LOSSLESS, '24000/1001'),
  '179-sixths.mp4': counted(B_FRAMES, '179/6'),
  '12-and-a-half.mp4': counted(B_FRAMES, '12.5'),
  '3.mp4': counted(B_FRAMES, '30', 3),
  '3.mkv': counted(LOSSLESS, '30', 3),
  '1.mp4': counted(B_FRAMES, '30', 1),
  '1.mkv': counted(LOSSLESS, '30', 1),
  '1.png': counted([], '25', 1),
  '1.jpg': counted([], '25', 1),
  'pictures.avi': counted(['-c:v', 'mjpeg']),
  'pictures.mkv': counted(['-c:v', 'mjpeg'], '24000/1001'),
  'h264.mp4': counted(B_FRAMES),
  'no-rewind.h264': counted(B_FRAMES, '25'),
  'b-frames.ts': counted(B_FRAMES),
  'b-frames.flv': counted(B_FRAMES),
  'b-frames.avi': counted(B_FRAMES),
  'variable.mp4': counted(EVERY_SECOND_MISSING, '30', 60),
  'variable.mkv': counted(EVERY_SECOND_MISSING, '30', 60),
  'variable-jpeg.mkv': counted(['-vf', "select='gt(n,10)+mod(n,2)'", '-vsync', '0', '-c:v', 'mjpeg']),
  'odd.mkv': { ...counted(LOSSLESS), width: 63, height: 47 },
};

/** Makes the counted videos of these names. */
export async function makeFileVideos(fixtures: VideoFixtures, names: readonly (keyof typeof VIDEOS)[]): Promise<void> {
  await Promise.all(names.map((name) => fixtures.counted(name, VIDEOS[name])));
}

/** Makes a copy of the video `of` that players show turned by `degrees`. */
export async function makeTurnedVideo(
  fixtures: VideoFixtures,
  name: string,
  of: string,
  degrees: number,
): Promise<void> {
  await fixtures.make(name, ['-i', fixtures.path(of), '-c', 'copy', '-metadata:s:v:0', `rotate=${degrees}`]);
}

function counted(output: readonly string[], fps = '30', frames = FRAMES): CountedVideo {
  return { frames, fps, output };
}
