import type { Size } from './output-size.js';

/** What every FFmpeg source is opened with. */
export interface DecodeOptions {
  readonly ffmpegPath: string;
  /** FFmpeg's name of a hardware decoder, `auto`, or `none`. */
  readonly hwaccel: string;
  /** Options after `-i` that make this FFmpeg pass every decoded frame exactly once. */
  readonly passEveryFrame: readonly string[];
  /** Raw pictures that may exist at once: those decoded ahead, those being encoded, and one that waits. */
  readonly maxBuffers: number;
}

/** A single decoding thread costs a tenth less CPU per frame and is quick enough up to 1080p at twice real time. */
const SINGLE_THREAD_MAX_PIXELS_PER_SECOND = 1920 * 1080 * 60;

/** Options before `-i` that choose how the input is decoded. */
export function decoderOptions(options: DecodeOptions, size: Size, fps: number): string[] {
  const light = size.width * size.height * fps <= SINGLE_THREAD_MAX_PIXELS_PER_SECOND;
  const hwaccel = options.hwaccel === 'none' ? [] : ['-hwaccel', options.hwaccel];
  return [...hwaccel, '-threads', light ? '1' : '0'];
}

/** A filter that makes frames exactly `size` large, whatever the file says or changes to on the way. */
export function scaleFilter({ width, height }: Size): string {
  return `scale=${width}:${height}`;
}

/** Options after `-i` that make raw RGB24 pictures of the first video, with `filters` applied in their order. */
export function rawVideoOptions(filters: readonly string[]): string[] {
  const filtering = filters.length === 0 ? [] : ['-filter:v', filters.join(',')];
  const onlyVideo = ['-an', '-sn', '-dn', '-map', '0:v:0'];
  return [...onlyVideo, ...filtering, '-pix_fmt', 'rgb24', '-c:v', 'rawvideo', '-f', 'rawvideo'];
}
