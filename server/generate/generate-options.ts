import {
  bitRate,
  filePath,
  frameRate,
  oneOf,
  positiveNumber,
  trueOrFalse,
  wholeNumber,
} from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { videoSize } from './size-schema.js';
import { MAX_DURATION_SECONDS, MAX_FPS, VIDEO_CODECS, VIDEO_PATTERNS } from './video-request.js';

const PICTURE = 'Picture';
const ENCODING = 'Encoding';
const OUTPUT = 'Output';
const MIN_BITRATE_BPS = 10_000;
const MAX_BITRATE_BPS = 1_000_000_000;

/** Every option of `streamer-server generate`. */
export const GENERATE_OPTIONS = {
  pattern: {
    flags: '--pattern <name>',
    env: [],
    group: PICTURE,
    help: VIDEO_PATTERNS.join(', '),
    schema: oneOf(VIDEO_PATTERNS),
    default: 'bars',
  },
  all: {
    flags: '--all',
    env: [],
    group: PICTURE,
    help: 'a video of every pattern',
    schema: trueOrFalse(),
    default: false,
  },
  size: {
    flags: '--size <WxH>',
    env: [],
    group: PICTURE,
    help: 'pixels, even numbers (default 1280x720)',
    schema: videoSize(),
    default: { width: 1280, height: 720 },
  },
  fps: {
    flags: '--fps <number>',
    env: [],
    group: PICTURE,
    help: 'frames a second, also as a fraction such as 30000/1001',
    schema: frameRate(MAX_FPS),
    default: 30,
  },
  duration: {
    flags: '--duration <seconds>',
    env: [],
    group: PICTURE,
    help: 'length of the loop',
    schema: positiveNumber(MAX_DURATION_SECONDS, 'seconds'),
    default: 10,
  },
  noise: {
    flags: '--noise <percent>',
    env: [],
    group: PICTURE,
    help: 'how much of the pattern noise is noise: 0 none, 100 nothing else',
    schema: wholeNumber(0, 100),
    default: 50,
  },
  timeCode: {
    flags: '--no-time-code',
    env: [],
    group: PICTURE,
    help: 'leave out the cells that tell readers the number and the time of each frame',
    schema: trueOrFalse(),
    default: true,
  },
  codec: {
    flags: '--codec <name>',
    env: [],
    group: ENCODING,
    help: VIDEO_CODECS.join(', '),
    schema: oneOf(VIDEO_CODECS),
    default: 'h264',
  },
  gop: {
    flags: '--gop <frames>',
    env: [],
    group: ENCODING,
    help: 'frames from one key frame to the next; those of two seconds by default',
    schema: wholeNumber(1, MAX_FPS * MAX_DURATION_SECONDS),
    default: null,
  },
  bitrate: {
    flags: '--bitrate <rate>',
    env: [],
    group: ENCODING,
    help: 'bits a second, such as 800k or 2.5M; a constant quality by default',
    schema: bitRate(MIN_BITRATE_BPS, MAX_BITRATE_BPS),
    default: null,
  },
  crf: {
    flags: '--crf <number>',
    env: [],
    group: ENCODING,
    help: 'the constant quality of H.264 (default 21) and H.265 (default 25): 0 best, 51 worst',
    schema: wholeNumber(0, 51),
    default: null,
  },
  out: {
    flags: '--out <path>',
    env: [],
    group: OUTPUT,
    help: 'a file (.mp4, .mkv, .ts, .avi), or an existing folder for PATTERN.mp4',
    schema: filePath(),
    default: '.',
  },
  force: {
    flags: '--force',
    env: [],
    group: OUTPUT,
    help: 'replace files that exist',
    schema: trueOrFalse(),
    default: false,
  },
} as const satisfies OptionTable;
