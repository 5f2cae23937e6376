import { LOG_LEVELS } from '../shared/log-level.js';
import {
  filePath,
  frameRate,
  hostAddress,
  lineOfText,
  oneOf,
  orOff,
  trueOrFalse,
  wholeNumber,
} from '../shared/option-schema.js';
import type { OptionTable, OptionValues } from '../shared/option-table.js';
import { hardwareAcceleration, sourceList } from './config-schema.js';

const NETWORK = 'Network';
const VIDEO = 'Video';
const OPERATION = 'Operation';

/**
 * Every option of the server. Flags, environment variables, keys of the configuration file, defaults, checks and help
 * all come from here and from nowhere else.
 */
export const SERVER_OPTIONS = {
  sources: {
    flags: '[source...]',
    env: ['STREAMER_SOURCES'],
    inFile: true,
    group: VIDEO,
    help: '[name=]FILE or [name=]test:PATTERN[?size=1280x720&fps=30]; the bundled sample if none is given',
    schema: sourceList(),
    default: null,
  },
  host: {
    flags: '--host <address>',
    env: ['STREAMER_HOST'],
    inFile: true,
    group: NETWORK,
    help: 'address to listen on; 0.0.0.0 is every IPv4 address of the machine',
    schema: hostAddress(),
    default: '127.0.0.1',
  },
  port: {
    flags: '--port <number>',
    env: ['STREAMER_PORT'],
    inFile: true,
    group: NETWORK,
    help: 'TCP port; 0 takes a free one, which is logged',
    schema: wholeNumber(0, 65_535),
    default: 8000,
  },
  classicPort: {
    flags: '--classic-port <number>',
    env: ['STREAMER_CLASSIC_PORT'],
    inFile: true,
    group: NETWORK,
    help: 'also serve the classic wire (length, time, JPEG) on this port, without a token; off by default',
    schema: orOff(wholeNumber(0, 65_535)),
    default: null,
  },
  maxClients: {
    flags: '--max-clients <number>',
    env: ['STREAMER_MAX_CLIENTS'],
    inFile: true,
    group: NETWORK,
    help: 'refuse more clients than this',
    schema: wholeNumber(1, 100_000),
    default: 100,
  },
  token: {
    flags: '--token <text>',
    env: ['STREAMER_TOKEN'],
    inFile: true,
    secret: true,
    group: NETWORK,
    help: 'what clients must know to connect; other users of the machine see a flag, so prefer the variable',
    schema: lineOfText(1024),
    default: null,
  },
  fps: {
    flags: '--fps <number>',
    env: ['STREAMER_FPS'],
    inFile: true,
    group: VIDEO,
    help: "frames per second; the source's own rate by default",
    schema: frameRate(240),
    default: null,
  },
  width: {
    flags: '--width <pixels>',
    env: ['STREAMER_WIDTH'],
    inFile: true,
    group: VIDEO,
    help: 'scale to this width; alone, it keeps the aspect',
    schema: wholeNumber(2, 8192),
    default: null,
  },
  height: {
    flags: '--height <pixels>',
    env: ['STREAMER_HEIGHT'],
    inFile: true,
    group: VIDEO,
    help: 'scale to this height; alone, it keeps the aspect',
    schema: wholeNumber(2, 8192),
    default: null,
  },
  quality: {
    flags: '--quality <number>',
    env: ['STREAMER_QUALITY'],
    inFile: true,
    group: VIDEO,
    help: 'JPEG quality, 1 to 100; 80 where frames are encoded, and sources that are JPEG already go out as they are',
    schema: wholeNumber(1, 100),
    default: null,
  },
  loop: {
    flags: '--no-loop',
    env: ['STREAMER_LOOP'],
    inFile: true,
    group: VIDEO,
    help: 'play each file once and exit when all have ended',
    schema: trueOrFalse(),
    default: true,
  },
  hwaccel: {
    flags: '--hwaccel <method>',
    env: ['STREAMER_HWACCEL'],
    inFile: true,
    group: VIDEO,
    help: 'decode in hardware: none, auto, or a method that `ffmpeg -hwaccels` lists',
    schema: hardwareAcceleration(),
    default: 'none',
  },
  logLevel: {
    flags: '--log-level <level>',
    env: ['STREAMER_LOG_LEVEL', 'LOG_LEVEL'],
    inFile: true,
    group: OPERATION,
    help: LOG_LEVELS.join(', '),
    schema: oneOf(LOG_LEVELS),
    default: 'info',
  },
  check: {
    flags: '--check',
    env: ['STREAMER_CHECK'],
    inFile: true,
    group: OPERATION,
    help: 'check the configuration and the sources, then exit',
    schema: trueOrFalse(),
    default: false,
  },
  config: {
    flags: '--config <file>',
    env: ['STREAMER_CONFIG'],
    group: OPERATION,
    help: 'YAML file with the same options as keys, such as `maxClients: 20`',
    schema: filePath(),
    default: null,
  },
} as const satisfies OptionTable;

export type ServerOptionValues = OptionValues<typeof SERVER_OPTIONS>;
