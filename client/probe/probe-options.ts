import { trueOrFalse } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { CLIENT_OPTIONS } from '../options.js';
import { probeUrls, streamerUrl } from './probe-schema.js';

const PATHS = 'Paths';
const OUTPUT = 'Output';

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
    ...CLIENT_OPTIONS.token,
    group: PATHS,
    help: 'token, sent to every streamer:// and ws:// host; the variable is safer, as other users see a flag',
  },
  reconnect: {
    flags: '--no-reconnect',
    env: [],
    group: PATHS,
    help: 'give up a path when it breaks',
    schema: trueOrFalse(),
    default: true,
  },
  duration: { ...CLIENT_OPTIONS.duration, group: OUTPUT, help: 'stop after this time and print the summary' },
  json: { ...CLIENT_OPTIONS.json, help: 'print one JSON object at the end and nothing else' },
  plain: { ...CLIENT_OPTIONS.plain, help: 'print a line a path and second instead of the dashboard' },
  logLevel: CLIENT_OPTIONS.logLevel,
} as const satisfies OptionTable;
