import { extname } from 'node:path';
import type { VideoCodec, VideoRequest } from './video-request.js';

/** Quality where neither a bitrate nor a CRF is asked for. */
const DEFAULT_CRF = { h264: 21, h265: 25 } as const;
const MJPEG_QUANTIZER = '4';

const BT709 = 'scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+bitexact,format=yuv420p';
const BT709_TAGS = [
  ...['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
];
/** JPEG knows only the matrix of BT.601, over all levels. */
const JFIF = 'scale=out_color_matrix=bt601:out_range=pc:flags=accurate_rnd+full_chroma_int+bitexact,format=yuvj420p';

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  '.mp4': ['-movflags', '+faststart', '-f', 'mp4'],
  '.mkv': ['-f', 'matroska'],
  '.ts': ['-muxdelay', '0', '-muxpreload', '0', '-f', 'mpegts'],
  '.avi': ['-f', 'avi'],
};
/** No dates, no versions, no random identifiers: the same pictures give the same file. */
const REPRODUCIBLE = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'];

/** FFmpeg's options before the input, which are RGB24 pictures. */
export function rawInputOptions({ width, height, fps }: VideoRequest): string[] {
  return ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${width}x${height}`, '-framerate', String(fps)];
}

/**
 * FFmpeg's options that encode the pictures so that a player can loop them without thinking: no B-frames, closed groups
 * of pictures of one length, the first picture a key picture at time 0.
 */
export function videoEncoding(request: VideoRequest): string[] {
  const format = FORMATS[extname(request.outputPath).toLowerCase()] ?? [];
  return [...ENCODERS[request.codec](request), '-an', ...REPRODUCIBLE, ...format];
}

type Encoder = (request: VideoRequest) => string[];

/** The number of threads changes what the encoders write, so it must not depend on the machine. */
const ENCODERS: Readonly<Record<VideoCodec, Encoder>> = {
  h264: (request) => [
    ...['-vf', BT709, ...BT709_TAGS, '-c:v', 'libx264', '-preset', 'veryfast', '-threads', '2'],
    ...rate(request, DEFAULT_CRF.h264),
    ...['-g', String(request.gopFrames), '-keyint_min', String(request.gopFrames), '-sc_threshold', '0'],
    ...['-bf', '0', '-x264-params', 'open-gop=0'],
  ],
  h265: (request) => [
    ...['-vf', BT709, ...BT709_TAGS, '-c:v', 'libx265', '-preset', 'ultrafast', '-tag:v', 'hvc1'],
    ...rate(request, DEFAULT_CRF.h265),
    ...['-x265-params', x265Parameters(request.gopFrames)],
  ],
  mjpeg: (request) => [
    ...['-vf', JFIF, '-color_range', 'pc', '-c:v', 'mjpeg', '-threads', '1'],
    // The tables of RFC 2435, so that the pictures can be sent over RTP as they are.
    ...['-huffman', 'default'],
    ...(request.bitrateBps === null ? ['-q:v', MJPEG_QUANTIZER] : bitrate(request.bitrateBps)),
  ],
};

function rate({ bitrateBps, crf }: VideoRequest, defaultCrf: number): string[] {
  return bitrateBps === null ? ['-crf', String(crf ?? defaultCrf)] : bitrate(bitrateBps);
}

/** Held within a second, as a camera does it. */
function bitrate(bitrateBps: number): string[] {
  const rate = String(bitrateBps);
  return ['-b:v', rate, '-maxrate', rate, '-bufsize', rate];
}

/** `info` would write the instructions of this machine's processor into the file. */
function x265Parameters(gopFrames: number): string {
  const gop = String(gopFrames);
  return [
    ...['log-level=error', 'info=0', 'pools=2', 'frame-threads=1', 'bframes=0', 'open-gop=0', 'scenecut=0'],
    ...[`keyint=${gop}`, `min-keyint=${gop}`, 'repeat-headers=1'],
  ].join(':');
}
