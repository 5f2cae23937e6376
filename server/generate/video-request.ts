import { extname } from 'node:path';
import { StreamerError } from '../../shared/errors.js';

/** What can be drawn; docs/generate.md shows each. */
export const VIDEO_PATTERNS = ['bars', 'shapes', 'gradient', 'counter', 'noise', 'text', 'natural'] as const;
export type VideoPattern = (typeof VIDEO_PATTERNS)[number];

export const VIDEO_CODECS = ['h264', 'h265', 'mjpeg'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** Size in pixels, frames a second, and the frames after which everything is back where it began. */
export interface VideoShape {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
}

/** What the frames of a video show. */
export interface VideoContent extends VideoShape {
  readonly pattern: VideoPattern;
  /** Share of the pattern `noise` that is noise, 0 to 100; the others have none. */
  readonly noisePercent: number;
  /** Whether the pixels say the number and the time of each frame, see docs/timecode.md. */
  readonly hasTimecode: boolean;
}

/** A video to be made. */
export interface VideoRequest extends VideoContent {
  readonly codec: VideoCodec;
  /** Frames from one key frame to the next. */
  readonly gopFrames: number;
  /** Bits a second, or null for a constant quality. */
  readonly bitrateBps: number | null;
  /** The quality where there is no bitrate: CRF of H.264 and H.265, 0 the best, 51 the worst; null for the default. */
  readonly crf: number | null;
  /** Where it goes, with an ending that `CODECS_BY_ENDING` knows; in an existing folder. */
  readonly outputPath: string;
  /** Whether a file of that name is replaced. */
  readonly mayOverwrite: boolean;
}

export const SIZE_LIMITS = { minWidth: 240, minHeight: 136, maxWidth: 4096, maxHeight: 2160 } as const;
export const MAX_FPS = 120;
export const MAX_DURATION_SECONDS = 3600;
/** Where none is asked for: the frames of so many seconds. */
const GOP_SECONDS = 2;

/** Endings of files, and the codecs that each is good for. */
export const CODECS_BY_ENDING: Readonly<Record<string, readonly VideoCodec[]>> = {
  '.mp4': ['h264', 'h265', 'mjpeg'],
  '.mkv': ['h264', 'h265', 'mjpeg'],
  '.ts': ['h264', 'h265'],
  '.avi': ['mjpeg'],
};

/** Frames of a video of `durationSeconds`; one at least. */
export function framesIn(durationSeconds: number, fps: number): number {
  return Math.max(1, Math.round(durationSeconds * fps));
}

/** Frames from one key frame to the next where nobody said how many. */
export function defaultGopFrames(fps: number): number {
  return Math.max(1, Math.round(GOP_SECONDS * fps));
}

/** @throws {StreamerError} BAD_USAGE for a request that cannot be met. */
export function checkVideo({ width, height, fps, frames, codec, crf, bitrateBps, outputPath }: VideoRequest): void {
  const { minWidth, minHeight, maxWidth, maxHeight } = SIZE_LIMITS;
  if (width < minWidth || width > maxWidth || height < minHeight || height > maxHeight) {
    refuse(`A video has from ${minWidth}x${minHeight} to ${maxWidth}x${maxHeight} pixels, not ${width}x${height}.`);
  }
  // Of 4:2:0 each colour sample covers two pixels by two.
  if (width % 2 !== 0 || height % 2 !== 0) {
    const even = `${width + (width % 2)}x${height + (height % 2)}`;
    refuse(`Width and height must be even, not ${width}x${height}; use ${even}.`);
  }
  if (fps > MAX_FPS || frames > MAX_DURATION_SECONDS * fps) {
    refuse(`A video has up to ${MAX_FPS} fps and ${MAX_DURATION_SECONDS} s.`);
  }
  if (codec === 'mjpeg' && crf !== null) refuse('MJPEG has no CRF; leave it out or give a bitrate.');
  if (bitrateBps !== null && crf !== null) refuse('A video has a bitrate or a CRF, not both.');
  checkEnding(outputPath, codec);
}

function checkEnding(path: string, codec: VideoCodec): void {
  const ending = extname(path).toLowerCase();
  const codecs = CODECS_BY_ENDING[ending];
  const endings = Object.keys(CODECS_BY_ENDING).filter((known) => CODECS_BY_ENDING[known]?.includes(codec));
  if (codecs?.includes(codec)) return;
  const shown = ending === '' ? 'A file without an ending' : `A ${ending} file`;
  refuse(`${shown} is not made with ${codec}; use ${endings.join(', ')}.`);
}

function refuse(sentence: string): never {
  throw new StreamerError('BAD_USAGE', sentence);
}
