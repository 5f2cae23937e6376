import { LOG_LEVELS } from '../shared/log-level.js';
import {
  filePath,
  hostAddress,
  lineOfText,
  oneOf,
  orOff,
  positiveNumber,
  trueOrFalse,
  wholeNumber,
} from '../shared/option-schema.js';
import type { OptionTable, OptionValues } from '../shared/option-table.js';
import { sourceList } from './config-schema.js';
import { addressList, originList, sourceHosts } from './network-schema.js';
import { STREAM_OPTIONS } from './stream-options.js';

const NETWORK = 'Network';
const WEB = 'Web';
const SOURCES = 'Sources';
const OPERATION = 'Operation';
/** What a WELCOME can list. */
const MAX_STREAMS = 1024;

/**
 * Every option of the server. Flags, environment variables, keys of the configuration file, defaults, checks and help
 * all come from here and from nowhere else.
 */
export const SERVER_OPTIONS = {
  sources: {
    flags: '[source...]',
    env: ['STREAMER_SOURCES'],
    inFile: true,
    group: SOURCES,
    help: '[name=]SOURCE, see below; the bundled sample if none is given',
    schema: sourceList(),
    default: null,
  },
  sample: {
    flags: '--no-sample',
    env: ['STREAMER_SAMPLE'],
    inFile: true,
    group: SOURCES,
    help: 'without a source, start with no stream: they are added over HTTP',
    schema: trueOrFalse(),
    default: true,
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
  maxStreams: {
    flags: '--max-streams <number>',
    env: ['STREAMER_MAX_STREAMS'],
    inFile: true,
    group: NETWORK,
    help: 'refuse more streams than this, those added while running included',
    schema: wholeNumber(1, MAX_STREAMS),
    default: 50,
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
  adminToken: {
    flags: '--admin-token <text>',
    env: ['STREAMER_ADMIN_TOKEN'],
    inFile: true,
    secret: true,
    group: NETWORK,
    help: 'what who changes something over HTTP must know; without one only users of this machine can, if no token is set',
    schema: lineOfText(1024),
    default: null,
  },
  tlsCert: {
    flags: '--tls-cert <file>',
    env: ['STREAMER_TLS_CERT'],
    inFile: true,
    group: NETWORK,
    help: 'certificate in PEM form, with --tls-key: TLS on the TCP and the HTTP port; read again on SIGHUP',
    schema: filePath(),
    default: null,
  },
  tlsKey: {
    flags: '--tls-key <file>',
    env: ['STREAMER_TLS_KEY'],
    inFile: true,
    group: NETWORK,
    help: 'private key of the certificate, in PEM form',
    schema: filePath(),
    default: null,
  },
  maxClientMbps: {
    flags: '--max-client-mbps <number>',
    env: ['STREAMER_MAX_CLIENT_MBPS'],
    inFile: true,
    group: NETWORK,
    help: 'send no client more than so many megabits a second: it gets fewer frames; no limit by default',
    schema: positiveNumber(100_000, 'megabits a second'),
    default: null,
  },
  http: {
    flags: '--no-http',
    env: ['STREAMER_HTTP'],
    inFile: true,
    group: WEB,
    help: 'serve no HTTP: no web interface, API, MJPEG or WebSocket',
    schema: trueOrFalse(),
    default: true,
  },
  httpPort: {
    flags: '--http-port <number>',
    env: ['STREAMER_HTTP_PORT', 'PORT'],
    inFile: true,
    group: WEB,
    help: 'port of the web interface and the API; 0 takes a free one, which is logged',
    schema: wholeNumber(0, 65_535),
    default: 8080,
  },
  allowSource: {
    flags: '--allow-source <host...>',
    env: ['STREAMER_ALLOW_SOURCE'],
    inFile: true,
    group: WEB,
    help: 'hosts that sources added over HTTP may be at: *.example.org, 192.0.2.0/24; repeatable, any by default',
    schema: sourceHosts(),
    default: null,
  },
  recordings: {
    flags: '--recordings <folder>',
    env: ['STREAMER_RECORDINGS'],
    inFile: true,
    group: WEB,
    help: 'where recordings started over HTTP go',
    schema: filePath(),
    default: 'recordings',
  },
  corsOrigin: {
    flags: '--cors-origin <origin...>',
    env: ['STREAMER_CORS_ORIGIN'],
    inFile: true,
    group: WEB,
    help: 'pages of these origins may use the API, such as https://app.example.org; repeatable, none by default',
    schema: originList(),
    default: null,
  },
  trustedProxy: {
    flags: '--trusted-proxy <address...>',
    env: ['STREAMER_TRUSTED_PROXY'],
    inFile: true,
    group: WEB,
    help: 'reverse proxies whose X-Forwarded-For is believed: 127.0.0.1, 10.0.0.0/8; repeatable, none by default',
    schema: addressList(),
    default: null,
  },
  ...STREAM_OPTIONS,
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
