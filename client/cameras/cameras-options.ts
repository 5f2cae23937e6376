import { lineOfText, oneOf, positiveNumber, trueOrFalse, wholeNumber } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { RUN_OUTPUT_OPTIONS } from '../report/run-output.js';
import { MAX_TARGETS } from '../report/subject-limits.js';
import { CAMERA_LIST_OPTIONS } from './camera-list-options.js';
import { headerLines } from './camera-list-schema.js';
import { outputPlace } from './cameras-schema.js';

const CAMERAS = 'Cameras';

/** Longest run, 24 days: timers cannot wait longer. */
const MAX_SECONDS = 24 * 24 * 60 * 60;

/** Every option of `streamer-client cameras`. */
export const CAMERAS_OPTIONS = {
  ...CAMERA_LIST_OPTIONS,
  token: {
    flags: '--token <text>',
    env: ['STREAMER_CAMERA_API_TOKEN'],
    secret: true,
    group: 'Camera list',
    help: 'Bearer token for the API; the variable is safer, as other users see a flag',
    schema: lineOfText(4096),
    default: null,
  },
  maxStreams: {
    flags: '--max-streams <number>',
    env: [],
    group: CAMERAS,
    help: 'open so many of them at most',
    schema: wholeNumber(1, MAX_TARGETS),
    default: 50,
  },
  pick: {
    flags: '--pick <first|random>',
    env: [],
    group: CAMERAS,
    help: 'which of them: the first of the list, or some drawn by --seed',
    schema: oneOf(['first', 'random']),
    default: 'first',
  },
  seed: {
    flags: '--seed <number>',
    env: [],
    group: CAMERAS,
    help: 'of --pick random: the same number draws the same cameras of the same list',
    schema: wholeNumber(0, 2 ** 32 - 1),
    default: 1,
  },
  duration: {
    flags: '--duration <seconds>',
    env: [],
    group: CAMERAS,
    help: 'measure for so long',
    schema: positiveNumber(MAX_SECONDS, 'seconds'),
    default: 300,
  },
  ramp: {
    flags: '--ramp <seconds>',
    env: [],
    group: CAMERAS,
    help: 'open them evenly over this time; 0 opens all at once',
    schema: wholeNumber(0, 24 * 60 * 60),
    default: 0,
  },
  reconnect: {
    flags: '--no-reconnect',
    env: [],
    group: CAMERAS,
    help: 'give a camera up when its connection breaks',
    schema: trueOrFalse(),
    default: true,
  },
  cameraHeader: {
    flags: '--camera-header <line>',
    repeatable: true,
    env: [],
    secret: true,
    group: CAMERAS,
    help: "header for every camera over HTTP, such as 'X-Api-Key: abc'; may be given several times",
    schema: headerLines(),
    default: [],
  },
  spread: {
    flags: '--spread <threads>',
    env: [],
    group: CAMERAS,
    help: 'worker threads that read them; by default one for every hundred cameras, as far as there are cores',
    schema: wholeNumber(1, 64),
    default: null,
  },
  output: {
    flags: '--output <path>',
    env: [],
    group: 'Output',
    help: 'folder for camera_stream_load_test_report_DATE_TIME.json, or a .json file; the log lies beside it',
    schema: outputPlace(),
    default: '.',
  },
  noOutput: {
    // It sets --output to false.
    flags: '--no-output',
    env: [],
    group: 'Output',
    help: 'write neither of these two files',
    schema: trueOrFalse(),
    default: null,
  },
  ...RUN_OUTPUT_OPTIONS,
} as const satisfies OptionTable;
