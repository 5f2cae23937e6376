import { positiveNumber, wholeNumber } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { CAMERA_LIST_OPTIONS } from '../cameras/camera-list-options.js';
import { CLIENT_OPTIONS } from '../options.js';
import { RUN_OUTPUT_OPTIONS } from '../report/run-output.js';
import { SERVER_API_OPTION } from '../trust/server-api-option.js';
import { objectiveText, publishAddress, targetTexts, videoTexts } from './capacity-schema.js';

const LOAD = 'Load';
const SEARCH = 'Search';
const PUBLISHING = 'Publishing';

/** More than one machine can open from one address. */
export const MAX_SIZE = 60_000;
const MAX_WORKERS = 64;
const MAX_SECONDS = 24 * 60 * 60;

/** Every option of `streamer-client capacity`. */
export const CAPACITY_OPTIONS = {
  target: {
    flags: '[target...]',
    env: [],
    group: LOAD,
    help: 'what sessions read, each [label=]URL: streamer, ws, http (MJPEG), rtsp, or ffmpeg+rtsp',
    schema: targetTexts(),
    default: [],
  },
  slo: {
    flags: '--slo <objective>',
    env: [],
    group: SEARCH,
    help: 'what has to be kept, such as p99<100ms,lost=0,fps>=0.95; needed',
    schema: objectiveText(),
    default: null,
  },
  start: {
    flags: '--start <number>',
    env: [],
    group: SEARCH,
    help: 'sessions or streams of the first step; the size doubles from there until the objective breaks',
    schema: wholeNumber(1, MAX_SIZE),
    default: 1,
  },
  max: {
    flags: '--max <number>',
    env: [],
    group: SEARCH,
    help: 'never more than this; 1000 by default, 50 with --publish, and all cameras of a list',
    schema: wholeNumber(1, MAX_SIZE),
    default: null,
  },
  atLeast: {
    flags: '--at-least <number>',
    env: [],
    group: SEARCH,
    help: 'pass when at least so many hold the objective, else fail with exit code 1',
    schema: wholeNumber(1, MAX_SIZE),
    default: null,
  },
  resolution: {
    flags: '--resolution <number>',
    env: [],
    group: SEARCH,
    help: 'by how much the result may be off; 1 by default, or 2 % of it where that is more',
    schema: wholeNumber(1, MAX_SIZE),
    default: null,
  },
  rounds: {
    flags: '--rounds <number>',
    env: [],
    group: SEARCH,
    help: 'search at most so often; it ends when two rounds agree',
    schema: wholeNumber(1, 20),
    default: 3,
  },
  stepSeconds: {
    flags: '--step-seconds <seconds>',
    env: [],
    group: SEARCH,
    help: 'how long a step is measured',
    schema: positiveNumber(MAX_SECONDS, 'seconds'),
    default: 5,
  },
  soak: {
    flags: '--soak <seconds>',
    env: [],
    group: SEARCH,
    help: 'how long the result is measured before it counts',
    schema: positiveNumber(MAX_SECONDS, 'seconds'),
    default: 30,
  },
  settle: {
    flags: '--settle <seconds>',
    env: [],
    group: SEARCH,
    help: 'wait at most so long for calm figures before each step',
    schema: positiveNumber(MAX_SECONDS, 'seconds'),
    default: 5,
  },
  spread: {
    flags: '--spread <number>',
    env: [],
    group: LOAD,
    help: 'worker threads that the sessions are spread over; by default as many as cores, at most 4',
    schema: wholeNumber(1, MAX_WORKERS),
    default: null,
  },
  token: {
    ...CLIENT_OPTIONS.token,
    group: LOAD,
    help: 'token of the server, or, with --api-url, of that API only; the variable is safer, as other users see a flag',
  },
  serverApi: SERVER_API_OPTION,
  publish: {
    flags: '--publish <url>',
    env: [],
    group: PUBLISHING,
    help: 'publish streams to rtsp://host:8554/prefix instead, read each of them back, and find how many it bears',
    schema: publishAddress(),
    default: null,
  },
  video: {
    flags: '--video <file>',
    repeatable: true,
    env: [],
    group: PUBLISHING,
    help: 'what is published, a file or test:PATTERN; repeatable, in turn; the bundled sample by default',
    schema: videoTexts(),
    default: [],
  },
  ...CAMERA_LIST_OPTIONS,
  ...RUN_OUTPUT_OPTIONS,
} as const satisfies OptionTable;
