import { LOG_LEVELS } from '../shared/log-level.js';
import {
  filePath,
  hostAddress,
  lineOfText,
  oneOf,
  positiveNumber,
  trueOrFalse,
  wholeNumber,
} from '../shared/option-schema.js';
import type { OptionTable } from '../shared/option-table.js';
import { deliveryPolicy, deviceName, streamChoice } from './config-schema.js';

const CONNECTION = 'Connection';
const FRAMES = 'Frames';
const OUTPUT = 'Output';

/** Longest run, 24 days: timers cannot wait longer. */
const MAX_DURATION_SECONDS = 24 * 24 * 60 * 60;

/**
 * Every option of the client. Only two have a variable: one environment may hold server and client, and what the
 * server listens on is not where a client should go.
 */
export const CLIENT_OPTIONS = {
  host: {
    flags: '--host <address>',
    env: [],
    group: CONNECTION,
    help: 'host of the server',
    schema: hostAddress(),
    default: '127.0.0.1',
  },
  port: {
    flags: '--port <number>',
    env: [],
    group: CONNECTION,
    help: 'TCP port of the server',
    schema: wholeNumber(1, 65_535),
    default: 8000,
  },
  token: {
    flags: '--token <text>',
    env: ['STREAMER_TOKEN'],
    secret: true,
    group: CONNECTION,
    help: 'token of the server; other users of the machine see a flag, so prefer the variable',
    schema: lineOfText(1024),
    default: null,
  },
  tls: {
    flags: '--tls',
    env: [],
    group: CONNECTION,
    help: 'connect with TLS; the certificate must be for the host and from an authority that Node knows',
    schema: trueOrFalse(),
    default: false,
  },
  tlsCa: {
    flags: '--tls-ca <file>',
    env: [],
    group: CONNECTION,
    help: "connect with TLS, and trust only the certificates in this PEM file, such as the server's own",
    schema: filePath(),
    default: null,
  },
  name: {
    flags: '--name <device>',
    env: [],
    group: CONNECTION,
    help: 'what the server calls this client; the host name by default',
    schema: deviceName(),
    default: null,
  },
  reconnect: {
    flags: '--no-reconnect',
    env: [],
    group: CONNECTION,
    help: 'end when the connection breaks',
    schema: trueOrFalse(),
    default: true,
  },
  stream: {
    flags: '--stream <name>',
    repeatable: true,
    env: [],
    group: FRAMES,
    help: "a stream to watch, repeatable, or all; the server's first by default",
    schema: streamChoice(),
    default: null,
  },
  policy: {
    flags: '--policy <policy>',
    env: [],
    group: FRAMES,
    help: 'for frames that come too fast: latest (newest wins), queue:N (keep N), every (or be disconnected)',
    schema: deliveryPolicy(),
    default: 'latest',
  },
  maxFps: {
    flags: '--max-fps <number>',
    env: [],
    group: FRAMES,
    help: 'ask for at most so many frames per second',
    schema: positiveNumber(1000),
    default: null,
  },
  duration: {
    flags: '--duration <seconds>',
    env: [],
    group: FRAMES,
    help: 'stop after this time and print the summary',
    schema: positiveNumber(MAX_DURATION_SECONDS, 'seconds'),
    default: null,
  },
  decode: {
    flags: '--decode',
    env: [],
    group: FRAMES,
    help: 'also decode every JPEG and measure how long that takes',
    schema: trueOrFalse(),
    default: false,
  },
  saveFrame: {
    flags: '--save-frame <file>',
    env: [],
    group: OUTPUT,
    help: 'write a frame to this JPEG file',
    schema: filePath(),
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
    help: 'print one line a second instead of the dashboard',
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
