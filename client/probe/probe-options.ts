import { LOG_LEVELS } from '../../shared/log-level.js';
import { lineOfText, oneOf, positiveNumber, trueOrFalse } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { probeUrls, streamerUrl } from './probe-schema.js';

const PATHS = 'Paths';
const OUTPUT = 'Output';

/** Longest run, 24 days: timers cannot wait longer. */
const MAX_DURATION_SECONDS = 24 * 24 * 60 * 60;

/** Every option of `streamer-client probe`. */
export const PROBE_OPTIONS = {
  url: {
    flags: '[url...]',
    env: [],
    group: PATHS,
    help: 'what to measure, each [label=]URL: streamer, ws, http, rtsp, rtmp, srt, udp, rtp, tcp, or a file',
    schema: probeUrls(),
    default: [],
  },
  clock: {
    flags: '--clock <url>',
    env: [],
    group: PATHS,
    help: 'streamer://host[:port] of the server that writes the time codes; this machine by default',
    schema: streamerUrl(),
    default: null,
  },
  token: {
    flags: '--token <text>',
    env: ['STREAMER_TOKEN'],
    secret: true,
    group: PATHS,
    help: 'token, sent to every streamer:// and ws:// host; the variable is safer, as other users see a flag',
    schema: lineOfText(1024),
    default: null,
  },
  reconnect: {
    flags: '--no-reconnect',
    env: [],
    group: PATHS,
    help: 'give up a path when it breaks',
    schema: trueOrFalse(),
    default: true,
  },
  duration: {
    flags: '--duration <seconds>',
    env: [],
    group: PATHS,
    help: 'stop after this time and print the summary',
    schema: positiveNumber(MAX_DURATION_SECONDS, 'seconds'),
    default: null,
  },
  json: {
    flags: '--json',
    env: [],
    group: OUTPUT,
    help: 'print one JSON object at the end and nothing else',
    schema: trueOrFalse(),
    default: false,
  },
  plain: {
    flags: '--plain',
    env: [],
    group: OUTPUT,
    help: 'print a line a path and second instead of the dashboard',
    schema: trueOrFalse(),
    default: false,
  },
  logLevel: {
    flags: '--log-level <level>',
    env: ['STREAMER_LOG_LEVEL', 'LOG_LEVEL'],
    group: OUTPUT,
    help: LOG_LEVELS.join(', '),
    schema: oneOf(LOG_LEVELS),
    default: 'info',
  },
} as const satisfies OptionTable;
