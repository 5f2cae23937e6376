import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configFileName } from '../../../server/config.js';
import { StreamerError } from '../../../shared/errors.js';
import {
  CONFIG_DEFAULTS,
  RECORD_DEFAULTS,
  SERVER_DEFAULTS,
  STREAM_DEFAULTS,
  TIMECODE,
  configOf,
  failure,
  resolve,
} from '../../helpers/config-of-test.js';
import { errorOf } from '../../helpers/error-of.js';

const ALLOWED = { allowSources: ['camera.lan', '*.example.org', '192.0.2.0/24'] };
const sourcesOf = (inputs: Parameters<typeof configOf>[0]) => configOf(inputs).streams.map(({ source }) => source);

/** The configuration without the values that streams added later get. */
function settingsOf(inputs: Parameters<typeof configOf>[0]) {
  const { streamValues: _, ...settings } = configOf(inputs);
  return settings;
}

/** The configuration with one setting of the server, or of its stream, changed. */
function withSetting(key: string, value: unknown) {
  if (key in SERVER_DEFAULTS) return { ...SERVER_DEFAULTS, [key]: value, streams: [STREAM_DEFAULTS] };
  return { ...SERVER_DEFAULTS, streams: [{ ...STREAM_DEFAULTS, [key]: value }] };
}

describe('resolveConfig, values', () => {
  it('has a default for everything', () => {
    expect(resolve({})).toEqual({ config: CONFIG_DEFAULTS, warnings: [] });
    expect(configOf({ text: '' })).toEqual(CONFIG_DEFAULTS);
  });

  const given = [
    ['host', 'STREAMER_HOST', '::1', '::1'],
    ['port', 'STREAMER_PORT', '0', 0],
    ['classicPort', 'STREAMER_CLASSIC_PORT', '9000', 9000],
    ['fps', 'STREAMER_FPS', '12.5', 12.5],
    ['width', 'STREAMER_WIDTH', '640', 640],
    ['height', 'STREAMER_HEIGHT', '8192', 8192],
    ['quality', 'STREAMER_QUALITY', '100', 100],
    ['loop', 'STREAMER_LOOP', 'false', false],
    ['maxClients', 'STREAMER_MAX_CLIENTS', '1', 1],
    ['maxStreams', 'STREAMER_MAX_STREAMS', '1', 1],
    ['frameBuffer', 'STREAMER_FRAME_BUFFER', '100', 100],
    ['policy', 'STREAMER_POLICY', 'queue:7', 'queue:7'],
    ['onDemand', 'STREAMER_ON_DEMAND', 'false', false],
    ['token', 'STREAMER_TOKEN', 's3cret ä', 's3cret ä'],
    ['adminToken', 'STREAMER_ADMIN_TOKEN', 's3cret ö', 's3cret ö'],
    ['httpPort', 'STREAMER_HTTP_PORT', '0', 0],
    ['httpPort', 'PORT', '8081', 8081],
    ['hwaccel', 'STREAMER_HWACCEL', 'vaapi', 'vaapi'],
    ['logLevel', 'STREAMER_LOG_LEVEL', 'debug', 'debug'],
    ['check', 'STREAMER_CHECK', 'true', true],
  ] as const;

  it.each(given)('%s comes from flag, %s and file alike', (key, variable, text, value) => {
    const expected = withSetting(key, value);
    expect(settingsOf({ flags: { [key]: text } })).toEqual(expected);
    expect(settingsOf({ env: { [variable]: text } })).toEqual(expected);
    expect(settingsOf({ text: `${key}: ${JSON.stringify(value)}\n` })).toEqual(expected);
  });

  const converted = [
    ['idleTimeout', 'STREAMER_IDLE_TIMEOUT', '2.5', { idleTimeoutMs: 2500 }],
    ['idleTimeout', 'STREAMER_IDLE_TIMEOUT', '0', { idleTimeoutMs: 0 }],
    ['processor', 'STREAMER_PROCESSOR', 'timecode', { processors: [TIMECODE] }],
    ['record', 'STREAMER_RECORD', '/rec', { record: RECORD_DEFAULTS }],
  ] as const;

  it.each(converted)('%s comes from flag, %s and file alike: %s', (key, variable, text, value) => {
    const expected = { ...SERVER_DEFAULTS, streams: [{ ...STREAM_DEFAULTS, ...value }] };
    expect(settingsOf({ flags: { [key]: key === 'processor' ? [text] : text } })).toEqual(expected);
    expect(settingsOf({ env: { [variable]: text } })).toEqual(expected);
    expect(settingsOf({ text: `${key}: ${text}\n` })).toEqual(expected);
  });

  it.each([
    [{ recordFormat: 'mp4' }, { format: 'mp4' }],
    [{ recordSegment: '90s' }, { segmentSeconds: 90 }],
    [{ recordSegment: '1.5h' }, { segmentSeconds: 5400 }],
    [{ recordSegment: '500MB' }, { segmentSeconds: null, segmentBytes: 5e8 }],
    [{ recordKeep: '7d' }, { keepSeconds: 604_800 }],
    [{ recordKeep: '20gb' }, { keepBytes: 2e10 }],
    [{ recordKeep: 'all' }, {}],
  ])('%j makes recordings %j', (flags, expected) => {
    expect(configOf({ flags: { record: '/rec', ...flags } }).streams[0]?.record).toEqual({
      ...RECORD_DEFAULTS,
      ...expected,
    });
  });

  it.each([
    [{}, {}],
    [{ rtspPublish: 'rtsp://u:p@h/a/' }, { url: 'rtsp://u:p@h/a/sample' }],
    [{ rtspPublish: 'RTSPS://[::1]:8322?user=u&pass=p' }, { url: 'RTSPS://[::1]:8322/sample?user=u&pass=p' }],
    [{ rtspCodec: 'H264_NVENC' }, { codec: 'h264_nvenc' }],
    [{ rtspBitrate: '800K' }, { bitrateBps: 800_000 }],
    [{ rtspBitrate: '2.5M' }, { bitrateBps: 2_500_000 }],
    [{ rtspBitrate: '64000' }, { bitrateBps: 64_000 }],
    [{ rtspPublish: 'off' }, null],
  ])('%j publishes as %j', (flags, expected) => {
    const { rtsp } = configOf({ flags: { rtspPublish: 'rtsp://h:8554', ...flags } }).streams[0] ?? {};
    expect(rtsp).toEqual(expected && { url: 'rtsp://h:8554/sample', codec: 'auto', bitrateBps: 2e6, ...expected });
  });

  it.each([
    [{ http: false }, { httpPort: null }],
    [{ tlsCert: '/c.pem', tlsKey: '/k.pem' }, { tls: { certPath: '/c.pem', keyPath: '/k.pem' } }],
    [{ maxClientMbps: '8' }, { maxClientBytesPerSecond: 1e6 }],
    [{ recordings: '/rec' }, { recordingsDirectory: '/rec' }],
    [{ allowSource: ['Camera.lan', '*.example.org', '192.0.2.0/24'] }, ALLOWED],
    [{ allowSource: 'camera.lan,*.example.org\n192.0.2.0/24' }, ALLOWED],
    [{ corsOrigin: ['https://app.example.org'] }, { corsOrigins: ['https://app.example.org'] }],
    [{ publicHost: ['Cams.example.org', 'cams'] }, { publicHosts: ['cams.example.org', 'cams'] }],
    [{ trustedProxy: ['127.0.0.1', 'fd00::/8'] }, { trustedProxies: ['127.0.0.1', 'fd00::/8'] }],
  ])('%j makes %j', (flags, expected) => {
    expect(settingsOf({ flags })).toEqual({ ...SERVER_DEFAULTS, streams: [STREAM_DEFAULTS], ...expected });
  });

  it('keeps the values of streams that are added later, and nothing secret with them', () => {
    const { streamValues } = configOf({ flags: { token: 't', fps: '5', sources: ['a.mp4'] } });
    expect(streamValues).toEqual({ ...CONFIG_DEFAULTS.streamValues, fps: 5 });
  });

  it('takes what commander makes of flags without an argument', () => {
    expect(settingsOf({ flags: { loop: false, check: true } })).toEqual({
      ...SERVER_DEFAULTS,
      check: true,
      streams: [{ ...STREAM_DEFAULTS, loop: false }],
    });
  });

  it('takes sources as arguments, as lines of STREAMER_SOURCES and as a list in the file', () => {
    const sources = [
      { kind: 'file', name: 'a', path: 'x y.mp4' },
      { kind: 'pattern', name: 'test-bars', pattern: 'bars', width: 1280, height: 720, fps: 30 },
    ];
    expect(sourcesOf({ flags: { sources: ['a=x y.mp4', 'test:bars'] } })).toEqual(sources);
    expect(sourcesOf({ env: { STREAMER_SOURCES: '\na=x y.mp4\r\ntest:bars\n' } })).toEqual(sources);
    expect(sourcesOf({ text: 'sources:\n  - a=x y.mp4\n  - test:bars\n' })).toEqual(sources);
  });

  it('turns the classic port off again with off, in every place', () => {
    const text = 'classicPort: 9000';
    expect(configOf({ flags: { classicPort: 'off' }, text }).classicPort).toBeNull();
    expect(configOf({ env: { STREAMER_CLASSIC_PORT: 'off' }, text }).classicPort).toBeNull();
    expect(configOf({ text: 'classicPort: off' }).classicPort).toBeNull();
    expect(configOf({ text: 'classicPort: false' }).classicPort).toBeNull();
  });

  it('starts without a stream where the sample is not wanted and no source is given', () => {
    expect(configOf({ flags: { sample: false } }).streams).toEqual([]);
    expect(sourcesOf({ flags: { sample: false, sources: ['test:bars'] } })).toHaveLength(1);
  });

  it('is frozen all the way down', () => {
    const config = configOf({ flags: { sources: ['a.mp4'] } });
    for (const part of [config, config.streams, config.streams[0], config.streams[0]?.source])
      expect(Object.isFrozen(part)).toBe(true);
  });
});

describe('resolveConfig, precedence', () => {
  const text = 'port: 3\nquality: 3\nwidth: 30\nsources: [f.mp4]';
  const env = { STREAMER_PORT: '2', STREAMER_QUALITY: '2', STREAMER_SOURCES: 'e.mp4' };
  const flags = { port: '1', sources: ['c.mp4'] };

  it('is flag, environment, file, default, for each option by itself', () => {
    const config = configOf({ flags, env, text });
    expect(config).toMatchObject({
      port: 1,
      streams: [{ quality: 2, width: 30, fps: null, source: { path: 'c.mp4' } }],
    });
    expect(configOf({ env, text })).toMatchObject({
      port: 2,
      streams: [{ quality: 2, source: { path: 'e.mp4' } }],
    });
    expect(configOf({ text })).toMatchObject({ port: 3, streams: [{ quality: 3, source: { path: 'f.mp4' } }] });
  });

  it('takes LOG_LEVEL where STREAMER_LOG_LEVEL is not set', () => {
    expect(configOf({ env: { LOG_LEVEL: 'WARN' }, text: 'logLevel: error' }).logLevel).toBe('warn');
    expect(configOf({ env: { LOG_LEVEL: 'verbose', STREAMER_LOG_LEVEL: 'trace' } }).logLevel).toBe('trace');
  });

  it('refuses a wrong value also where another one counts', () => {
    expect(failure({ flags: { port: '1' }, env: { STREAMER_PORT: 'x' } }).message).toMatch(/^STREAMER_PORT must be/);
    expect(failure({ flags: { port: '1' }, text: 'port: x' }).message).toMatch(/^port in f\.yaml line 1 must be/);
  });
});

describe('configFileName', () => {
  it('is the flag, else the variable, else nothing', () => {
    const env = { STREAMER_CONFIG: 'e.yaml' };
    expect(configFileName({ flags: { config: 'f.yaml' }, env })).toBe('f.yaml');
    expect(configFileName({ flags: {}, env })).toBe('e.yaml');
    expect(configFileName({ flags: {}, env: {} })).toBeNull();
    expect(errorOf(() => configFileName({ flags: { config: '' }, env: {} })).code).toBe('BAD_USAGE');
  });
});

describe('resolveConfig, anything', () => {
  const key = fc.constantFrom(...Object.keys(CONFIG_DEFAULTS), 'config', 'nonsense');
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' }), fc.double(), fc.integer());

  it('answers any file and any environment with a configuration or a StreamerError', () => {
    const text = fc.dictionary(key, value).map((map) => JSON.stringify(map));
    const env = fc.dictionary(
      fc.string().map((name) => `STREAMER_${name}`),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, env, (fileText, variables) => {
        try {
          expect(Object.keys(configOf({ text: fileText, env: variables })).sort()).toEqual(
            Object.keys(CONFIG_DEFAULTS).sort(),
          );
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
