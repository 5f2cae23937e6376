import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StreamerError } from '../../shared/errors.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Encoders, the best first, with options that let no frame wait in them: a fragment must hold what came before it. A key
 * frame a second and no other makes fragments of even length.
 */
const ENCODERS: Readonly<Record<string, readonly string[]>> = {
  libx264: ['-preset', 'veryfast', '-crf', '23', '-tune', 'zerolatency', '-sc_threshold', '0'],
  libopenh264: ['-b:v', '4M'],
};
const KEY_FRAME_EVERY_SECOND = 'expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+1))';

/**
 * FFmpeg's options that turn JPEGs into H.264 which every player takes, with the time of every frame as it is. A picture
 * of odd size gets a column or a row of black, since 4:2:0 has one colour for two of each.
 *
 * @throws {StreamerError} RECORDING_FAILED when this FFmpeg has no encoder of H.264, FFMPEG_NOT_FOUND when it does not run.
 */
export async function chooseH264Encoding(ffmpegPath: string): Promise<readonly string[]> {
  const { passEveryFrame } = await readFfmpegVersion(ffmpegPath);
  const encoder = await chooseEncoder(ffmpegPath);
  return [
    ...['-map', '0:v:0', ...passEveryFrame, '-enc_time_base', '1:1000000'],
    ...['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p', '-color_range', 'tv', '-colorspace', 'bt470bg'],
    ...['-c:v', encoder, ...(ENCODERS[encoder] ?? []), '-force_key_frames', KEY_FRAME_EVERY_SECOND],
  ];
}

async function chooseEncoder(ffmpegPath: string): Promise<string> {
  const limits = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
  const listing = promisify(execFile)(ffmpegPath, ['-hide_banner', '-encoders'], limits);
  const { stdout } = await listing.catch(() => ({ stdout: '' }));
  const names = new Set(stdout.split('\n').map((line) => line.trim().split(/\s+/)[1]));
  const found = Object.keys(ENCODERS).find((name) => names.has(name));
  if (found !== undefined) return found;
  throw new StreamerError(
    'RECORDING_FAILED',
    `${ffmpegPath} has no encoder of H.264; install one with libx264, or record as mkv, which needs none.`,
  );
}
