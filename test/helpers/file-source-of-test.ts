import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { createFileSource } from '../../server/sources/file-source.js';
import { probeVideo } from '../../server/sources/video-probe.js';
import { EagerClock } from './eager-clock.js';

/** What a test asks of a file; it loops, and its pictures are decoded, unless the test says otherwise. */
export interface FileOptions {
  readonly fps?: number;
  readonly loop?: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly isProcessed?: boolean;
}

/** A source of the file at `path` whose timeline began `from` frames ago. */
export async function openFileSource(
  { ffmpegPath, ffprobePath }: FfmpegBinaries,
  path: string,
  from: number,
  options: FileOptions = {},
) {
  const probe = await probeVideo(ffprobePath, path);
  const { passEveryFrame } = await readFfmpegVersion(ffmpegPath);
  const { fps = null, loop = true, width = null, height = null, isProcessed = true } = options;
  const clock = new EagerClock();
  const startTimeUs = clock.nowUs() - Math.round((from * 1_000_000) / (fps ?? probe.fps));
  const decoding = { ffmpegPath, hwaccel: 'none', passEveryFrame, maxBuffers: 5 };
  const wanted = { width, height, quality: null, isProcessed };
  const source = createFileSource({ ...decoding, path, probe, fps, width, height, wanted, loop, startTimeUs }, clock);
  return { source, clock, probe };
}
