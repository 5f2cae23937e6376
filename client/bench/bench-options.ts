import { positiveNumber, wholeNumber } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { MAX_BENCH_MS, MAX_DEVICES, MAX_LEAD_MS } from '../../shared/protocol/bench-messages.js';
import { CLIENT_OPTIONS } from '../options.js';
import { RUN_OUTPUT_OPTIONS } from '../report/run-output.js';
import { SERVER_API_OPTION } from '../trust/server-api-option.js';
import { benchSeconds, streamNameText } from './bench-option-schema.js';

const CONNECTION = 'Connection';
const BENCHMARK = 'Benchmark';

/** An hour is as long as a server keeps a benchmark open that does not begin. */
const MAX_WAIT_SECONDS = 3600;

/** Every option of `streamer-client bench`. */
export const BENCH_OPTIONS = {
  host: { ...CLIENT_OPTIONS.host, group: CONNECTION },
  port: { ...CLIENT_OPTIONS.port, group: CONNECTION },
  token: { ...CLIENT_OPTIONS.token, group: CONNECTION },
  tls: { ...CLIENT_OPTIONS.tls, group: CONNECTION },
  tlsCa: { ...CLIENT_OPTIONS.tlsCa, group: CONNECTION },
  stream: {
    flags: '--stream <name>',
    env: [],
    group: BENCHMARK,
    help: "the stream that all devices measure; the server's first by default",
    schema: streamNameText(),
    default: null,
  },
  devices: {
    flags: '--devices <number>',
    env: [],
    group: BENCHMARK,
    help: 'begin when so many devices have joined',
    schema: wholeNumber(1, MAX_DEVICES),
    default: 1,
  },
  duration: {
    flags: '--duration <seconds>',
    env: [],
    group: BENCHMARK,
    help: 'how long is measured',
    schema: benchSeconds(1, MAX_BENCH_MS / 1000),
    default: 60,
  },
  wait: {
    flags: '--wait <seconds>',
    env: [],
    group: BENCHMARK,
    help: 'wait so long for devices, then begin with those that are there',
    schema: positiveNumber(MAX_WAIT_SECONDS, 'seconds'),
    default: 300,
  },
  lead: {
    flags: '--lead <seconds>',
    env: [],
    group: BENCHMARK,
    help: 'time for devices to get ready, from the moment all are there to the first frame that counts',
    schema: benchSeconds(0, MAX_LEAD_MS / 1000),
    default: 3,
  },
  local: {
    flags: '--local <number>',
    env: [],
    group: BENCHMARK,
    help: 'be so many of the devices oneself, over connections of their own',
    schema: wholeNumber(0, 64),
    default: 0,
  },
  maxClockError: {
    flags: '--max-clock-error <ms>',
    env: [],
    group: BENCHMARK,
    help: 'leave devices out of the total whose clock is less certain; by default 25 % of their p99, but at least 1 ms',
    schema: positiveNumber(3_600_000, 'milliseconds'),
    default: null,
  },
  serverApi: { ...SERVER_API_OPTION, group: BENCHMARK },
  ...RUN_OUTPUT_OPTIONS,
} as const satisfies OptionTable;
