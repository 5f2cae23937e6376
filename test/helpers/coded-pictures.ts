import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CodedPicture, PacketizedPicture, VideoCodec, VideoFormat } from '../../server/rtsp/coded-video.js';
import { TICKS_PER_SECOND } from '../../server/rtsp/coded-video.js';
import { formatOf, nalKind, splitNalUnits } from '../../server/rtsp/nal-units.js';
import { packetize } from '../../server/rtsp/packetizer.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';

/** A video that a test publishes, ready to be sent. */
export interface CodedVideo {
  readonly format: VideoFormat;
  readonly pictures: readonly PacketizedPicture[];
  readonly fps: number;
}

export interface CodedVideoOptions {
  readonly codec?: 'h264' | 'h265';
  readonly size?: string;
  readonly fps?: number;
  readonly gop?: number;
  readonly seconds?: number;
  /** Bits a second; the encoder's own idea by default. */
  readonly bitrateBps?: number;
  /** What is drawn, in the words of FFmpeg. */
  readonly pattern?: string;
}

const ENCODERS = {
  h264: ['libx264', '-x264-params', 'aud=1'],
  h265: ['libx265', '-x265-params', 'aud=1:log-level=none'],
};

/** Draws and encodes a video without reordered pictures. */
export async function codedVideo(options: CodedVideoOptions = {}): Promise<CodedVideo> {
  const {
    codec = 'h264',
    size = '320x240',
    fps = 25,
    gop = fps,
    seconds = 2,
    bitrateBps,
    pattern = 'testsrc2',
  } = options;
  const { ffmpegPath } = await findFfmpeg(process.env);
  const input = ['-f', 'lavfi', '-i', `${pattern}=size=${size}:rate=${fps}:duration=${seconds}`];
  const speed = ['-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', `${gop}`];
  const rate = bitrateBps === undefined ? [] : ['-b:v', `${bitrateBps}`, '-minrate', `${bitrateBps}`];
  const args = [
    '-v',
    'error',
    ...input,
    '-c:v',
    ...ENCODERS[codec],
    ...speed,
    ...rate,
    '-f',
    codec === 'h264' ? 'h264' : 'hevc',
    '-',
  ];
  const { stdout } = await promisify(execFile)(ffmpegPath, args, { encoding: 'buffer', maxBuffer: 2 ** 28 });
  const pictures = accessUnits(codec, stdout).map((units, index): CodedPicture => {
    const ptsTicks = Math.round((index * TICKS_PER_SECOND) / fps);
    const isKey = units.some((unit) => nalKind(codec, unit) === 'key');
    return { codec, units, isKey, ptsTicks, dtsTicks: ptsTicks, captureTimeUs: 0 };
  });
  return ready(pictures, fps);
}

/** The same of JPEGs. */
export function motionJpeg(jpegs: readonly Buffer[], fps: number): CodedVideo {
  const pictures = jpegs.map((jpeg, index): CodedPicture => {
    const ptsTicks = Math.round((index * TICKS_PER_SECOND) / fps);
    return { codec: 'mjpeg', units: [jpeg], isKey: true, ptsTicks, dtsTicks: ptsTicks, captureTimeUs: 0 };
  });
  return ready(pictures, fps);
}

function ready(pictures: readonly CodedPicture[], fps: number): CodedVideo {
  const format = pictures[0] ? formatOf(pictures[0]) : null;
  if (!format) throw new Error('the video begins with no key picture');
  return { format, fps, pictures: pictures.map((picture) => packetize(picture)).filter((each) => each !== null) };
}

/** Every access unit begins with a delimiter, which is left out. */
function accessUnits(codec: Exclude<VideoCodec, 'mjpeg'>, bytes: Buffer): Buffer[][] {
  const pictures: Buffer[][] = [];
  for (const unit of splitNalUnits(bytes)) {
    if (nalKind(codec, unit) === 'delimiter') pictures.push([]);
    else pictures.at(-1)?.push(unit);
  }
  return pictures;
}
