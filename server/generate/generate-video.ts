import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { StreamerError } from '../../shared/errors.js';
import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import { isNoRoom } from '../recording/recording-error.js';
import { framePainter } from './frame-painter.js';
import { checkOutput, placeOutput } from './output-file.js';
import { newPicture } from './picture.js';
import { rawInputOptions, videoEncoding } from './video-encoding.js';
import { checkVideo, type VideoRequest } from './video-request.js';

/** A file that was made. */
export interface GeneratedVideo {
  readonly path: string;
  readonly bytes: number;
}

/** What is used to make it. */
export interface GenerateParts {
  readonly ffmpegPath: string;
}

/** So many frames of it are drawn. */
export type OnProgress = (frames: number) => void;

/** Nobody wants more for a test, and an hour of noise must not fill the disk. */
const MAX_BYTES = 8e9;
/** What FFmpeg says of a full disk, and with what it exits as if nothing was when the end of the file is missing. */
const NOT_WRITTEN = /No space left on device|Disk quota exceeded|Error (?:writing trailer|closing file)/;
/** Frames from one look at the length of the file to the next. */
const FRAMES_PER_CHECK = 100;

/**
 * Draws a video and has FFmpeg encode it. The file appears when it is complete; with the same FFmpeg, the same request
 * gives the same bytes. Resolves with null when `signal` stopped it; then nothing is left of it.
 *
 * @throws {StreamerError} BAD_USAGE for what cannot be asked for, FILE_EXISTS, FILE_WRITE_FAILED, DISK_FULL,
 *   FFMPEG_FAILED.
 */
export async function generateVideo(
  request: VideoRequest,
  parts: GenerateParts,
  onProgress: OnProgress = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<GeneratedVideo | null> {
  checkVideo(request);
  const { outputPath, mayOverwrite } = request;
  await checkOutput(outputPath, mayOverwrite);
  const partialPath = `${outputPath}.${randomBytes(4).toString('hex')}.partial`;
  try {
    await encode(request, partialPath, parts, onProgress, signal);
    if (signal.aborted) return null;
    const bytes = await lengthOf(partialPath);
    await placeOutput(partialPath, outputPath, mayOverwrite);
    return { path: outputPath, bytes };
  } finally {
    await rm(partialPath, { force: true });
  }
}

/** Resolves when FFmpeg has ended, by itself or stopped by `signal`. */
async function encode(
  request: VideoRequest,
  partialPath: string,
  { ffmpegPath }: GenerateParts,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const pictures = Readable.from(drawnFrames(request, partialPath, onProgress, signal), { highWaterMark: 1 });
  const { outputPath } = request;
  let onStop = (): void => undefined;
  let complaint: string | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      const run = startFfmpeg({
        ffmpegPath,
        input: pictures,
        inputOptions: rawInputOptions(request),
        outputOptions: videoEncoding(request),
        output: `file:${partialPath}`,
        shownInput: `the pictures of ${outputPath}`,
        // Ctrl+C reaches this process, which stops it and removes what it wrote.
        outlivesInterrupt: true,
        onLogLine: (line) => {
          if (NOT_WRITTEN.test(line)) complaint ??= line;
        },
        onExit: (error) => {
          const fault = complaint === null ? error : new StreamerError('FFMPEG_FAILED', complaint, { cause: error });
          if (fault && !signal.aborted) reject(outputError(fault, outputPath));
          else resolve();
        },
      });
      onStop = () => void run.stop();
      signal.addEventListener('abort', onStop);
    });
  } finally {
    signal.removeEventListener('abort', onStop);
    pictures.destroy();
  }
}

/** Each picture has memory of its own, since FFmpeg reads it while the next one is drawn. */
async function* drawnFrames(
  request: VideoRequest,
  partialPath: string,
  onProgress: OnProgress,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { width, height, frames } = request;
  const paint = framePainter(request);
  for (let frame = 0; frame < frames && !signal.aborted; frame += 1) {
    if (frame % FRAMES_PER_CHECK === FRAMES_PER_CHECK - 1) await checkLength(partialPath);
    const picture = newPicture(width, height);
    paint(picture, frame);
    yield picture.data;
    onProgress(frame + 1);
  }
}

async function checkLength(path: string): Promise<void> {
  const bytes = await lengthOf(path);
  if (bytes > MAX_BYTES) throw new Error(`the file has more than ${MAX_BYTES / 1e9} GB; ask for less`);
}

/** In bytes; 0 for a file that is not there yet. */
async function lengthOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found?.size ?? 0;
}

function outputError(error: StreamerError, path: string): StreamerError {
  if (!isNoRoom(error)) return error;
  return new StreamerError('DISK_FULL', `No room is left for ${JSON.stringify(path)}; make room or ask for less.`, {
    cause: error,
  });
}
