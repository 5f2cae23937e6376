import { isDeepStrictEqual } from 'node:util';
import { LOG_OPTIONS } from '../../shared/ffmpeg/ffmpeg-log.js';
import type { LoggedVideo } from '../../shared/ffmpeg/ffmpeg-log.js';
import { decoderOptions } from './decode-options.js';
import type { DecodeOptions } from './decode-options.js';
import { chooseEncoding } from './encoding-choice.js';
import type { WantedPicture } from './encoding-choice.js';
import { TS_OUTPUT_OPTIONS } from '../rtsp/ts-output.js';

/** What a plan is made for. */
export interface LiveWishes extends DecodeOptions {
  readonly wanted: WantedPicture;
  /** Frames per second at most; null takes all. */
  readonly fps: number | null;
  /** Whether the video is wanted as its source coded it, beside the pictures; false by default. */
  readonly wantsPackets?: boolean;
}

/**
 * How FFmpeg is to be run on a live source: `copy` has its JPEGs as they are, `decode` raw pictures. With `hasPackets` the
 * video comes as its source coded it, too.
 */
export interface LivePlan {
  readonly hasPackets: boolean;
  readonly mode: 'copy' | 'decode';
  readonly inputOptions: readonly string[];
  readonly outputOptions: readonly string[];
}

const UNKNOWN: LoggedVideo = { codec: '', width: 0, height: 0, fps: 0 };
const LIKELY_FPS = 30;
const MAX_THREADS = 4;
const ONLY_VIDEO = ['-an', '-sn', '-dn'];
/** Options of the output that has the video as its source coded it. Like the other it takes what FFmpeg finds best. */
export const PACKET_OPTIONS: readonly string[] = [...ONLY_VIDEO, '-c:v', 'copy', ...TS_OUTPUT_OPTIONS];

/**
 * Plans a run by what is known of the source: `seen` is null before it was first reached, and then its pictures are
 * decoded.
 */
export function planLive(wishes: LiveWishes, seen: LoggedVideo | null): LivePlan {
  const offered = seen ?? { ...UNKNOWN, codec: null };
  const isCopied = chooseEncoding(wishes.wanted, offered).mode === 'pass-through';
  const hasPackets = wishes.wantsPackets === true;
  return isCopied ? copyPlan(hasPackets) : decodePlan(wishes, seen ?? UNKNOWN);
}

/** Whether a running FFmpeg already does what the other plan asks; packets that nobody needs are no reason to change. */
export function doesAsPlanned(running: LivePlan, plan: LivePlan): boolean {
  return isDeepStrictEqual({ ...running, hasPackets: running.hasPackets && plan.hasPackets }, plan);
}

function copyPlan(hasPackets: boolean): LivePlan {
  const outputOptions = [...ONLY_VIDEO, '-c:v', 'copy', '-flush_packets', '1', '-f', 'mpjpeg'];
  return { mode: 'copy', hasPackets, inputOptions: LOG_OPTIONS, outputOptions };
}

function decodePlan(wishes: LiveWishes, seen: LoggedVideo): LivePlan {
  const filters = [...(wishes.fps === null ? [] : [thinner(wishes.fps)]), scaler(wishes.wanted), 'setsar=1'];
  const picture = ['-vf', filters.join(','), ...wishes.passEveryFrame, '-pix_fmt', 'rgb24', '-c:v', 'ppm'];
  return {
    mode: 'decode',
    hasPackets: wishes.wantsPackets === true,
    inputOptions: [...LOG_OPTIONS, ...decodingOptions(wishes, seen)],
    outputOptions: [...ONLY_VIDEO, ...picture, '-flush_packets', '1', '-f', 'image2pipe'],
  };
}

/** Each thread beyond the first holds a frame back, so there are few, and none where one is quick enough. */
function decodingOptions(wishes: LiveWishes, seen: LoggedVideo): readonly string[] {
  const options = decoderOptions(wishes, seen, seen.fps || LIKELY_FPS);
  if (options.at(-1) === '1') return [...options, '-flags', 'low_delay'];
  return [...options.slice(0, -1), `${MAX_THREADS}`];
}

/**
 * Passes the first frame of each interval of a grid. FFmpeg's own `fps` filter holds each frame back until the next one
 * is there, and fills gaps with frames that nobody captured.
 */
function thinner(fps: number): string {
  const place = (time: string) => `floor(${time}*${fps}+0.5)`;
  return `select='isnan(prev_selected_t)+isnan(t)+gt(${place('t')},${place('prev_selected_t')})'`;
}

/** Pixels become square; where one side is asked for the other follows the aspect. */
function scaler({ width, height }: WantedPicture): string {
  const ownWidth = height === null ? 'iw*sar' : `${height}*dar`;
  const ownHeight = width === null ? 'ih' : `${width}/dar`;
  return `scale='${width ?? atLeastOne(ownWidth)}':'${height ?? atLeastOne(ownHeight)}'`;
}

function atLeastOne(side: string): string {
  return `max(1,round(${side}))`;
}
