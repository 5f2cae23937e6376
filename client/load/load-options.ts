import { lineOfText, positiveNumber, trueOrFalse, wholeNumber } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { CLIENT_OPTIONS } from '../options.js';
import { RUN_OUTPUT_OPTIONS } from '../report/run-output.js';
import { MAX_SESSIONS } from '../report/subject-limits.js';
import { SERVER_API_OPTION } from '../trust/server-api-option.js';
import { loadUrls, notNegativeSeconds } from './load-schema.js';

const LOAD = 'Load';

/** Longest run, 24 days: timers cannot wait longer. */
const MAX_SECONDS = 24 * 24 * 60 * 60;
export const MAX_THREADS = 64;

/** Every option of `streamer-client load`. */
export const LOAD_OPTIONS = {
  target: {
    flags: '[target...]',
    env: [],
    group: LOAD,
    help: 'what sessions connect to, each [label=]URL: streamer, ws, http (MJPEG), rtsp, ffmpeg+rtsp',
    schema: loadUrls(),
    default: [],
  },
  clients: {
    flags: '--clients <number>',
    env: [],
    group: LOAD,
    help: 'sessions, evenly over the targets',
    schema: wholeNumber(1, MAX_SESSIONS),
    default: 10,
  },
  ramp: {
    flags: '--ramp <seconds>',
    env: [],
    group: LOAD,
    help: 'open them evenly over this time, which is not measured; 0 opens them as fast as the server takes them',
    schema: notNegativeSeconds(MAX_SECONDS),
    default: 0,
  },
  duration: {
    flags: '--duration <seconds>',
    env: [],
    group: LOAD,
    help: 'measure for so long, from the end of the ramp on',
    schema: positiveNumber(MAX_SECONDS, 'seconds'),
    default: 300,
  },
  spread: {
    flags: '--spread <threads>',
    env: [],
    group: LOAD,
    help: 'worker threads that hold the sessions; by default one for each 500, as far as there are cores',
    schema: wholeNumber(1, MAX_THREADS),
    default: null,
  },
  token: {
    ...CLIENT_OPTIONS.token,
    group: LOAD,
    help: 'token, sent to every streamer:// and ws:// host; the variable is safer, as other users see a flag',
  },
  name: {
    flags: '--name <text>',
    env: [],
    group: LOAD,
    help: 'how the server calls the sessions, with a number behind it: load-17',
    schema: lineOfText(64),
    default: 'load',
  },
  reconnect: {
    flags: '--no-reconnect',
    env: [],
    group: LOAD,
    help: 'give a session up when its connection breaks',
    schema: trueOrFalse(),
    default: true,
  },
  serverApi: SERVER_API_OPTION,
  ...RUN_OUTPUT_OPTIONS,
} as const satisfies OptionTable;
