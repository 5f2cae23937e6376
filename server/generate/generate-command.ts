import { extname } from 'node:path';
import type { Subcommand } from '../../shared/command-line.js';
import { StreamerError } from '../../shared/errors.js';
import { checkedValues, defaultsOf, givenByFlags } from '../../shared/option-table.js';
import { GENERATE_OPTIONS } from './generate-options.js';
import {
  checkVideo,
  CODECS_BY_ENDING,
  defaultGopFrames,
  framesIn,
  VIDEO_PATTERNS,
  type VideoPattern,
  type VideoRequest,
} from './video-request.js';

/** A video to be made, wherever it goes. */
export type VideoToMake = Omit<VideoRequest, 'outputPath'>;

/** Make test videos: what `streamer-server generate` does. */
export interface GenerateCommand {
  readonly kind: 'generate';
  /** One, or one of every pattern. */
  readonly videos: readonly VideoToMake[];
  /** A file when `isFile`, else a folder for files called after their pattern. */
  readonly out: string;
  readonly isFile: boolean;
}

const NOTES = `
Patterns:
  bars      colour bars and a grey ramp, with a line that sweeps across
  shapes    nine shapes of several sizes, each at its own speed
  gradient  soft colours that drift, and dark tones: shows banding
  counter   the number of the frame, as large as it goes: costs least
  noise     new noise in every frame (--noise): costs most
  text      a page, a log and licence plates that scroll
  natural   a landscape seen by a moving camera: what real pictures cost
  Each shows the number and the time of the frame, and loops without a jump.

Examples:
  streamer-server generate --pattern shapes --size 640x360 --out shapes.mp4
  streamer-server generate --all --duration 20 --out videos/
  streamer-server generate --pattern noise --noise 100 --codec h265 --out hard.mkv

Exit codes:
  0  the videos were made
  1  failed, or stopped by Ctrl+C; no part of a video is left
  2  wrong usage, or a file exists
`;

export const GENERATE: Subcommand<GenerateCommand> = {
  name: 'generate',
  description: 'Make test videos that loop: patterns with a frame counter and a timecode.',
  options: GENERATE_OPTIONS,
  notes: NOTES,
  parse: (flags) => {
    const given = checkedValues(GENERATE_OPTIONS, givenByFlags(GENERATE_OPTIONS, flags));
    const values = { ...defaultsOf(GENERATE_OPTIONS), ...given };
    const patterns = values.all ? VIDEO_PATTERNS : [values.pattern];
    if (values.all && given.pattern !== undefined) refuse('--all and --pattern cannot be used together.');
    if (given.noise !== undefined && !patterns.includes('noise')) refuse('--noise is for --pattern noise.');
    const isFile = isFileName(values.out);
    if (values.all && isFile) refuse('--all makes several files; give a folder as --out.');
    const videos = patterns.map((pattern) => videoOf(pattern, values));
    for (const video of videos) checkVideo({ ...video, outputPath: isFile ? values.out : fileName(video) });
    return { kind: 'generate', videos, out: values.out, isFile };
  },
};

/** Name of a video in a folder. */
export function fileName({ pattern }: VideoToMake): string {
  return `${pattern}.mp4`;
}

/** The values of all options, as far as they matter here. */
interface Values {
  readonly size: { readonly width: number; readonly height: number };
  readonly fps: number;
  readonly duration: number;
  readonly noise: number;
  readonly timeCode: boolean;
  readonly codec: VideoRequest['codec'];
  readonly gop: number | null;
  readonly bitrate: number | null;
  readonly crf: number | null;
  readonly force: boolean;
}

function videoOf(pattern: VideoPattern, values: Values): VideoToMake {
  const { size, fps, duration, codec, gop, bitrate, crf } = values;
  return {
    ...size,
    pattern,
    fps,
    frames: framesIn(duration, fps),
    noisePercent: values.noise,
    hasTimecode: values.timeCode,
    codec,
    gopFrames: gop ?? defaultGopFrames(fps),
    bitrateBps: bitrate,
    crf,
    mayOverwrite: values.force,
  };
}

/** A name with an ending is a file, unless it says that it is a folder; `.` and `..` have none. */
function isFileName(out: string): boolean {
  if (out.endsWith('/') || out.endsWith('\\')) return false;
  const ending = extname(out).toLowerCase();
  return Object.hasOwn(CODECS_BY_ENDING, ending) || /^\.[a-z0-9]{2,4}$/.test(ending);
}

function refuse(sentence: string): never {
  throw new StreamerError('BAD_USAGE', sentence);
}
