import { resolve as resolvePath } from 'node:path';
import { type ConfigInputs, resolveConfig } from '../../server/config.js';
import { STREAM_OPTIONS } from '../../server/stream-options.js';
import type { StreamSettings } from '../../server/stream-settings.js';
import { defaultsOf } from '../../shared/option-table.js';
import { errorOf } from './error-of.js';

/** Inputs of a configuration; `text` is what its file says. */
type Inputs = Partial<ConfigInputs> & { text?: string };

/** The configuration that these inputs give, with the defaults of a test for those left out, and its warnings. */
export function resolve({ text, ...rest }: Inputs) {
  const file = text === undefined ? undefined : { name: 'f.yaml', text };
  return resolveConfig({ flags: {}, env: {}, defaultSource: 'sample=file:sample.mp4', file, ...rest });
}

/** As `resolve`, without the warnings. */
export const configOf = (inputs: Inputs) => resolve(inputs).config;
/** The error that these inputs give. */
export const failure = (inputs: Inputs) => errorOf(() => resolve(inputs));

/** The settings of the server itself that a test gets without asking. */
export const SERVER_DEFAULTS = {
  host: '127.0.0.1',
  port: 8000,
  classicPort: null,
  maxClients: 100,
  maxStreams: 50,
  token: null,
  adminToken: null,
  tls: null,
  maxClientBytesPerSecond: null,
  httpPort: 8080,
  allowSources: null,
  recordingsDirectory: resolvePath('recordings'),
  corsOrigins: [],
  publicHosts: [],
  trustedProxies: [],
  mediamtx: false,
  logLevel: 'info',
  check: false,
};
/** The settings of a stream, here the one that a server has without asking. */
export const STREAM_DEFAULTS: StreamSettings = {
  name: 'sample',
  source: { kind: 'file', name: 'sample', path: 'sample.mp4' },
  isGuarded: false,
  fps: null,
  width: null,
  height: null,
  quality: null,
  loop: true,
  hwaccel: 'none',
  frameBuffer: 1,
  policy: 'latest',
  onDemand: true,
  idleTimeoutMs: 10_000,
  processors: [],
  record: null,
  rtsp: null,
};
/** The configuration of a test that gives nothing. */
export const CONFIG_DEFAULTS = {
  ...SERVER_DEFAULTS,
  streams: [STREAM_DEFAULTS],
  streamValues: defaultsOf(STREAM_OPTIONS),
};
/** The processor `timecode`, as text names it. */
export const TIMECODE = { kind: 'timecode', path: null, parameters: {} };
/** The recording of a stream that `record: /rec` asks for. */
export const RECORD_DEFAULTS = {
  directory: '/rec',
  format: 'mkv',
  segmentSeconds: 600,
  segmentBytes: null,
  keepSeconds: null,
  keepBytes: null,
};
