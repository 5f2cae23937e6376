import { basename, join } from 'node:path';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { formatBytes, formatFps } from '../../shared/units.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { fileName, type GenerateCommand } from '../generate/generate-command.js';
import { generateVideo } from '../generate/generate-video.js';
import { checkOutput } from '../generate/output-file.js';
import { ProgressDisplay } from '../generate/progress-display.js';
import type { VideoRequest } from '../generate/video-request.js';
import type { Surroundings } from './surroundings.js';

/**
 * Makes the videos one after the other; resolves with the exit code. Progress goes to standard error, a line for every
 * finished video to standard output.
 *
 * @throws {StreamerError} as `generateVideo`; videos that were finished before stay.
 */
export async function generate({ videos, out, isFile }: GenerateCommand, surroundings: Surroundings): Promise<number> {
  const stopping = new AbortController();
  void surroundings.stopRequest.then(() => stopping.abort());
  const requests = videos.map((video) => ({ ...video, outputPath: isFile ? out : join(out, fileName(video)) }));
  // Before the first is begun: of seven videos, the last must not be refused after an hour.
  for (const { outputPath, mayOverwrite } of requests) await checkOutput(outputPath, mayOverwrite);
  const { ffmpegPath } = await findFfmpeg(surroundings.env);
  for (const request of requests) {
    if (!(await makeOne(request, ffmpegPath, surroundings, stopping.signal))) return 1;
  }
  return 0;
}

/** Resolves with false when it was stopped. */
async function makeOne(
  request: VideoRequest,
  ffmpegPath: string,
  { stdout, stderr, clock }: Surroundings,
  signal: AbortSignal,
): Promise<boolean> {
  const display = new ProgressDisplay(basename(request.outputPath), request.frames, stderr, clock);
  const made = await generateVideo(request, { ffmpegPath }, (frames) => display.update(frames), signal).finally(() =>
    display.end(),
  );
  const name = toPrintable(request.outputPath);
  if (!made) {
    stderr.write(`Stopped: ${name} was not made.\n`);
    return false;
  }
  const { width, height, fps, frames, codec } = request;
  const what = `${codec} ${width}x${height}, ${formatFps(fps)}, ${frames} frames`;
  stdout.write(`${name}: ${what}, ${formatBytes(made.bytes)}\n`);
  return true;
}
