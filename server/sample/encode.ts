import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { drawFrame, SAMPLE } from './picture.js';

/** Frames from one key frame to the next: a second, so that a player that seeks decodes little. */
const GOP_FRAMES = SAMPLE.fps;
const STDERR_KEPT_CHARACTERS = 2000;

/**
 * Encodes `pictures` (the sample's own unless a test brings others) as H.264 in MP4 at `outputPath`, which appears only
 * when it is complete. One thread and no time stamps in the file: the same FFmpeg writes the same bytes each time.
 *
 * @throws {StreamerError} FFMPEG_FAILED with what FFmpeg said last, FILE_WRITE_FAILED when the file cannot be put in place.
 */
export async function encodeSample(
  ffmpegPath: string,
  outputPath: string,
  pictures: Iterable<Buffer> = samplePictures(),
): Promise<void> {
  const partialPath = `${outputPath}.partial`;
  try {
    await runFfmpeg(ffmpegPath, encoderArguments(partialPath), pictures);
    await rename(partialPath, outputPath).catch((cause: unknown) => {
      throw toStreamerError(cause, 'FILE_WRITE_FAILED');
    });
  } finally {
    await rm(partialPath, { force: true });
  }
}

/**
 * FFmpeg's arguments: RGB24 pictures come in on stdin, one closed group of pictures a second goes out. There are no
 * B-frames, so that the first picture is due at time 0 without an edit list, which not every player honours.
 */
function encoderArguments(outputPath: string): string[] {
  const options = `
    -hide_banner -loglevel error -y
    -f rawvideo -pix_fmt rgb24 -s ${SAMPLE.width}x${SAMPLE.height} -r ${SAMPLE.fps} -i pipe:0
    -vf scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+bitexact,format=yuv420p
    -color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709
    -c:v libx264 -preset veryslow -tune animation -crf 23 -refs 4 -bf 0
    -g ${GOP_FRAMES} -keyint_min ${GOP_FRAMES} -sc_threshold 0 -threads 1
    -map_metadata -1 -fflags +bitexact -flags:v +bitexact+cgop
    -an -movflags +faststart -f mp4`;
  return [...options.trim().split(/\s+/), `file:${outputPath}`];
}

async function runFfmpeg(ffmpegPath: string, args: readonly string[], pictures: Iterable<Buffer>): Promise<void> {
  const child = spawn(ffmpegPath, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT_CHARACTERS);
  });
  // When FFmpeg dies the pipe breaks too; its exit code and its last words say more than EPIPE does.
  const fed = pipeline(Readable.from(pictures, { objectMode: true, highWaterMark: 2 }), child.stdin).catch(
    toStreamerError,
  );
  const [exitCode] = (await once(child, 'close').catch((cause: unknown) => {
    throw new StreamerError('FFMPEG_FAILED', `${ffmpegPath} could not be started.`, { cause });
  })) as [number | null];
  const feedError = await fed;
  if (exitCode === 0 && feedError === undefined) return;
  throw new StreamerError('FFMPEG_FAILED', `FFmpeg could not encode the sample: ${stderr.trim() || 'it was ended.'}`, {
    cause: feedError,
  });
}

function* samplePictures(): Generator<Buffer> {
  for (let index = 0; index < SAMPLE.frames; index += 1) yield drawFrame(index);
}
