import { execa } from 'execa';
import type { CodedPicture, VideoCodec } from '../../server/rtsp/coded-video.js';
import { EncoderChild } from '../../server/rtsp/encoder-child.js';
import type { EncoderInput, FrameToEncode } from '../../server/rtsp/encoder-child.js';
import type { Clock } from '../../shared/clock.js';
import { SystemClock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import type { EncoderChoice, EncoderWish } from '../../shared/ffmpeg/video-encoder.js';
import { chooseVideoEncoder } from '../../shared/ffmpeg/video-encoder.js';
import { NUMBER_BITS, numbersShown } from './numbered-picture.js';
import { until } from './until.js';

/** What a test asks of an encoder; everything but the program and the input may be left out. */
export interface EncoderOfTest {
  readonly ffmpegPath: string;
  readonly input: EncoderInput;
  readonly wish?: Partial<EncoderWish>;
  /** Instead of one that is looked for. */
  readonly choice?: EncoderChoice;
  readonly clock?: Clock;
}

/** Starts an encoder; what it tells is kept. */
export async function startEncoder({ ffmpegPath, input, wish = {}, choice, clock = new SystemClock() }: EncoderOfTest) {
  const fps = wish.fps ?? 30;
  const wanted = { encoder: 'h264', bitrateBps: 1_000_000, gopSeconds: 2, fps, ...wish };
  const encoder = choice ?? (await chooseVideoEncoder(ffmpegPath, wanted));
  const pictures: CodedPicture[] = [];
  const errors: StreamerError[] = [];
  const child = new EncoderChild(
    { ffmpegPath, encoder, input, fps, name: 'cam1' },
    { onPicture: (picture) => void pictures.push(picture), onExit: (error) => void errors.push(error) },
    { clock },
  );
  /** Gives a frame when the encoder takes one, and resolves with its picture when that came. */
  const encode = async (frame: FrameToEncode): Promise<CodedPicture> => {
    const before = pictures.length;
    await until(() => child.encode(frame) || errors.length > 0);
    await until(() => pictures.length > before || errors.length > 0);
    const picture = pictures[before];
    if (!picture) throw errors[0] ?? new Error('no picture came');
    return picture;
  };
  return { child, pictures, errors, encode };
}

const FORMATS: Readonly<Record<VideoCodec, string>> = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' };

/** The numbers that pictures show, when FFmpeg has decoded them; `units` are those of all pictures in their order. */
export async function numbersIn(ffmpegPath: string, codec: VideoCodec, units: readonly Buffer[]): Promise<number[]> {
  const startCode = codec === 'mjpeg' ? '' : '00000001';
  const bytes = Buffer.concat(units.flatMap((unit) => [Buffer.from(startCode, 'hex'), unit]));
  const { passEveryFrame } = await readFfmpegVersion(ffmpegPath);
  const filters = ['-vf', `scale=${NUMBER_BITS}:1:flags=area,format=gray`, ...passEveryFrame, '-f', 'rawvideo'];
  const { stdout } = await execa(
    ffmpegPath,
    ['-v', 'error', '-f', FORMATS[codec], '-i', 'pipe:0', ...filters, 'pipe:1'],
    { input: bytes, encoding: 'buffer' },
  );
  return numbersShown(Buffer.from(stdout));
}
