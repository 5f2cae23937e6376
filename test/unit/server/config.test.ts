import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigInputs, configFileName, resolveConfig } from '../../../server/config.js';
import { SERVER_OPTIONS } from '../../../server/options.js';
import { StreamerError } from '../../../shared/errors.js';
import { errorOf } from '../../helpers/error-of.js';

/** The configuration that these inputs give, with the defaults of a test for those left out. */
function resolve(inputs: Partial<ConfigInputs> & { text?: string }) {
  const { text, ...rest } = inputs;
  const file = text === undefined ? undefined : { name: 'f.yaml', text };
  return resolveConfig({ flags: {}, env: {}, defaultSource: 'sample=file:sample.mp4', file, ...rest });
}

const configOf = (inputs: Parameters<typeof resolve>[0]) => resolve(inputs).config;
const sourcesOf = (inputs: Parameters<typeof resolve>[0]) => configOf(inputs).streams.map(({ source }) => source);
const failure = (inputs: Parameters<typeof resolve>[0]) => errorOf(() => resolve(inputs));

/** Of the server itself. */
const SERVER = {
  host: '127.0.0.1',
  port: 8000,
  classicPort: null,
  maxClients: 100,
  maxStreams: 50,
  token: null,
  logLevel: 'info',
  check: false,
};
/** Of its one stream. */
const STREAM = {
  name: 'sample',
  source: { kind: 'file', name: 'sample', path: 'sample.mp4' },
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
};
const DEFAULTS = { ...SERVER, streams: [STREAM] };
const TIMECODE = { kind: 'timecode', path: null, parameters: {} };
const RECORD = {
  directory: '/rec',
  format: 'mkv',
  segmentSeconds: 600,
  segmentBytes: null,
  keepSeconds: null,
  keepBytes: null,
};
/** Every option that is more than a detail of another one. */
const KEYS = Object.keys(SERVER_OPTIONS).filter((key) => key !== 'config');

/** The configuration with one setting of the server, or of its stream, changed. */
function withSetting(key: string, value: unknown) {
  if (key in SERVER) return { ...SERVER, [key]: value, streams: [STREAM] };
  return { ...SERVER, streams: [{ ...STREAM, [key]: value }] };
}

describe('resolveConfig, values', () => {
  it('has a default for everything', () => {
    expect(resolve({})).toEqual({ config: DEFAULTS, warnings: [] });
    expect(configOf({ text: '' })).toEqual(DEFAULTS);
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
    ['hwaccel', 'STREAMER_HWACCEL', 'vaapi', 'vaapi'],
    ['logLevel', 'STREAMER_LOG_LEVEL', 'debug', 'debug'],
    ['check', 'STREAMER_CHECK', 'true', true],
  ] as const;

  it.each(given)('%s comes from flag, %s and file alike', (key, variable, text, value) => {
    const expected = withSetting(key, value);
    expect(configOf({ flags: { [key]: text } })).toEqual(expected);
    expect(configOf({ env: { [variable]: text } })).toEqual(expected);
    expect(configOf({ text: `${key}: ${JSON.stringify(value)}\n` })).toEqual(expected);
  });

  const converted = [
    ['idleTimeout', 'STREAMER_IDLE_TIMEOUT', '2.5', { idleTimeoutMs: 2500 }],
    ['idleTimeout', 'STREAMER_IDLE_TIMEOUT', '0', { idleTimeoutMs: 0 }],
    ['processor', 'STREAMER_PROCESSOR', 'timecode', { processors: [TIMECODE] }],
    ['record', 'STREAMER_RECORD', '/rec', { record: RECORD }],
  ] as const;

  it.each(converted)('%s comes from flag, %s and file alike: %s', (key, variable, text, value) => {
    const expected = { ...SERVER, streams: [{ ...STREAM, ...value }] };
    expect(configOf({ flags: { [key]: key === 'processor' ? [text] : text } })).toEqual(expected);
    expect(configOf({ env: { [variable]: text } })).toEqual(expected);
    expect(configOf({ text: `${key}: ${text}\n` })).toEqual(expected);
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
    expect(configOf({ flags: { record: '/rec', ...flags } }).streams[0]?.record).toEqual({ ...RECORD, ...expected });
  });

  it('takes what commander makes of flags without an argument', () => {
    expect(configOf({ flags: { loop: false, check: true } })).toEqual({
      ...SERVER,
      check: true,
      streams: [{ ...STREAM, loop: false }],
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

describe('resolveConfig, wrong values', () => {
  const PORT = 'a whole number from 0 to 65535';
  const PIXELS = 'a whole number from 2 to 8192';
  const table = [
    ['host', '--host', 'STREAMER_HOST', 'a b', 'a host name or an IP address, without a port'],
    ['port', '--port', 'STREAMER_PORT', '65536', PORT],
    ['port', '--port', 'STREAMER_PORT', '-1', PORT],
    ['port', '--port', 'STREAMER_PORT', '80.5', PORT],
    ['classicPort', '--classic-port', 'STREAMER_CLASSIC_PORT', 'on', `${PORT}, or off`],
    ['fps', '--fps', 'STREAMER_FPS', '0', 'a number above 0 and at most 240, or a fraction such as 30000/1001'],
    ['fps', '--fps', 'STREAMER_FPS', '240.1', 'a number above 0 and at most 240, or a fraction such as 30000/1001'],
    ['width', '--width', 'STREAMER_WIDTH', '1', PIXELS],
    ['height', '--height', 'STREAMER_HEIGHT', '8193', PIXELS],
    ['quality', '--quality', 'STREAMER_QUALITY', '0', 'a whole number from 1 to 100'],
    ['quality', '--quality', 'STREAMER_QUALITY', '101', 'a whole number from 1 to 100'],
    ['loop', '--no-loop', 'STREAMER_LOOP', 'no', 'true or false'],
    ['maxClients', '--max-clients', 'STREAMER_MAX_CLIENTS', '0', 'a whole number from 1 to 100000'],
    ['maxClients', '--max-clients', 'STREAMER_MAX_CLIENTS', '100001', 'a whole number from 1 to 100000'],
    ['maxStreams', '--max-streams', 'STREAMER_MAX_STREAMS', '1025', 'a whole number from 1 to 1024'],
    ['frameBuffer', '--frame-buffer', 'STREAMER_FRAME_BUFFER', '101', 'a whole number from 1 to 100'],
    ['policy', '--policy', 'STREAMER_POLICY', 'queue:0', 'latest, every, or queue:N with N from 1 to 1000'],
    ['onDemand', '--no-on-demand', 'STREAMER_ON_DEMAND', 'no', 'true or false'],
    [
      'idleTimeout',
      '--idle-timeout',
      'STREAMER_IDLE_TIMEOUT',
      '-1',
      'a number of seconds above 0 and at most 86400, or 0',
    ],
    ['recordFormat', '--record-format', 'STREAMER_RECORD_FORMAT', 'avi', 'one of mkv, mp4'],
    ['recordSegment', '--record-segment', 'STREAMER_RECORD_SEGMENT', '10', 'a time such as 90s, 10m or 1h, or a size'],
    [
      'recordSegment',
      '--record-segment',
      'STREAMER_RECORD_SEGMENT',
      '100kB',
      'a time such as 90s, 10m or 1h, or a size',
    ],
    [
      'recordKeep',
      '--record-keep',
      'STREAMER_RECORD_KEEP',
      'week',
      'an age such as 12h or 7d, a size such as 20GB, or all',
    ],
    ['hwaccel', '--hwaccel', 'STREAMER_HWACCEL', 'VAAPI', 'none, auto, or the name FFmpeg gives a method'],
    ['logLevel', '--log-level', 'STREAMER_LOG_LEVEL', 'loud', 'one of trace, debug, info, warn, error, silent'],
    ['check', '--check', 'STREAMER_CHECK', '1', 'true or false'],
  ] as const;

  it.each(table)('%s: %s, %s and file say what is wrong with %j', (key, flag, variable, text, expected) => {
    const sentence = `must be ${expected}`;
    expect(failure({ flags: { [key]: text } }).code).toBe('BAD_USAGE');
    expect(failure({ flags: { [key]: text } }).message).toContain(`${flag} ${sentence}`);
    expect(failure({ flags: { [key]: text } }).message).toContain(`, not ${JSON.stringify(text)}.`);
    expect(failure({ env: { [variable]: text } }).code).toBe('BAD_CONFIG');
    expect(failure({ env: { [variable]: text } }).message).toContain(`${variable} ${sentence}`);
    const byFile = failure({ text: `# first line\n${key}: ${JSON.stringify(text)}` });
    expect(byFile.code).toBe('BAD_CONFIG');
    expect(byFile.message).toContain(`${key} in f.yaml line 2 ${sentence}`);
  });

  const keys = KEYS;

  it.each(keys)('%s: an empty value is refused in every place', (key) => {
    const variable = `STREAMER_${key.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
    expect(failure({ flags: { [key]: '' } })).toMatchObject({ code: 'BAD_USAGE' });
    expect(failure({ env: { [variable]: '' } }).message).toBe(`${variable} has no value; give one or leave it out.`);
    for (const text of [`${key}:`, `${key}: ""`, `${key}: ~`]) {
      expect(failure({ text }).message).toBe(`${key} in f.yaml line 1 has no value; give one or leave it out.`);
    }
  });

  it.each(keys)('%s: a map is refused in the file', (key) => {
    expect(failure({ text: `${key}: {a: 1}` })).toMatchObject({ code: 'BAD_CONFIG' });
  });

  it.each(['sources: []', 'sources: [""]', 'sources: [1]', 'sources: [[a]]', 'sources: {a: b}', 'sources: 3'])(
    'refuses %s',
    (text) => {
      expect(failure({ text }).message).toMatch(/^sources in f\.yaml line 1 must be a list of 1 to 256 sources/);
    },
  );

  it('refuses more sources than streams are allowed', () => {
    expect(failure({ flags: { maxStreams: '1', sources: ['a.mp4', 'b.mp4'] } })).toMatchObject({
      code: 'TOO_MANY_STREAMS',
      message: 'There are 2 sources, more than the 1 streams allowed; raise --max-streams.',
    });
  });

  it('says where a wrong source was given', () => {
    const problem = 'There is no test pattern "x"; the patterns are bars, testsrc, gradient, noise, life.';
    expect(failure({ flags: { sources: ['test:x'] } })).toMatchObject({ code: 'BAD_USAGE', message: problem });
    expect(failure({ env: { STREAMER_SOURCES: 'test:x' } })).toMatchObject({
      code: 'BAD_CONFIG',
      message: `STREAMER_SOURCES: ${problem}`,
    });
    expect(failure({ text: '\nsources: ["test:x"]' }).message).toBe(`sources in f.yaml line 2: ${problem}`);
  });

  it('never shows a token', () => {
    const token = 'SECRET9\n';
    const failures = [
      failure({ flags: { token } }),
      failure({ env: { STREAMER_TOKEN: token } }),
      failure({ text: `token: ${JSON.stringify(token)}` }),
      failure({ text: 'token: [SECRET9]' }),
      failure({ env: { STREAMER_TOKN: token } }),
      failure({ text: 'tokn: SECRET9' }),
    ];
    for (const error of failures) expect(`${error.message} ${String(error.cause)}`).not.toContain('SECRET9');
    expect(failures[0]?.message).toBe('--token must be text of 1 to 1024 characters, all on one line.');
  });

  it('says that a number needs quotes to be a text', () => {
    expect(failure({ text: 'token: 12345' }).message).toMatch(/all on one line; put it in quotes\.$/);
  });

  it('refuses the same port twice, but not two free ones', () => {
    const flags = { port: '9000' };
    expect(failure({ flags: { ...flags, classicPort: '9000' } })).toMatchObject({
      code: 'BAD_USAGE',
      message: '--classic-port must differ from the port of the TCP transport, 9000.',
    });
    expect(failure({ flags, text: 'classicPort: 9000' }).message).toMatch(/^classicPort in f\.yaml line 1 must differ/);
    expect(configOf({ flags: { port: '0', classicPort: '0' } })).toMatchObject({ port: 0, classicPort: 0 });
  });
});

describe('resolveConfig, unknown names', () => {
  it.each([
    ['prot: 1', 'f.yaml line 1: there is no key "prot"; did you mean port?'],
    ['port: 1\nmax-clients: 1', 'f.yaml line 2: there is no key "max-clients"; did you mean maxClients?'],
    ['Quality: 1', 'f.yaml line 1: there is no key "Quality"; did you mean quality?'],
    ['no-loop: true', 'f.yaml line 1: there is no key "no-loop"; did you mean loop?'],
  ])('suggests a key for %j', (text, message) => {
    expect(failure({ text })).toMatchObject({ code: 'UNKNOWN_KEY', message });
  });

  it.each(['config: a.yaml', 'zzz: 1', '__proto__: {port: 1}', 'constructor: 1'])('refuses %j', (text) => {
    expect(failure({ text })).toMatchObject({
      code: 'UNKNOWN_KEY',
      message: expect.stringMatching(/^f\.yaml line 1: there is no key ".*"; the keys are sources, host, port, .*\.$/),
    });
  });

  it('refuses a variable that is nearly an option and names the ones that are nothing like it', () => {
    expect(failure({ env: { STREAMER_MAXCLIENTS: '3' } })).toMatchObject({
      code: 'BAD_CONFIG',
      message: 'STREAMER_MAXCLIENTS sets no option; did you mean STREAMER_MAX_CLIENTS? Unset it if not.',
    });
    expect(failure({ env: { STREAMER_LOGLEVEL: 'x' } }).message).toMatch(/did you mean STREAMER_LOG_LEVEL\?/);
    const env = { STREAMER_SERVICE_HOST: '10.0.0.1', STREAMER_X: '', PATH: '/bin', PORT: 'x' };
    expect(resolve({ env })).toEqual({
      config: DEFAULTS,
      warnings: ['Ignored environment variables that set no option: STREAMER_SERVICE_HOST, STREAMER_X.'],
    });
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
  const key = fc.constantFrom(...Object.keys(DEFAULTS), 'config', 'nonsense');
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
            Object.keys(DEFAULTS).sort(),
          );
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('resolveConfig, sources with settings of their own', () => {
  const text = `
fps: 20
quality: 60
processor: [timecode]
sources:
  - plain.mp4
  - name: door
    url: rtsp://u:p@cam/1?transport=udp
    fps: 5
    quality: 90
    width: 640
    height: 480
    frameBuffer: 10
    policy: every
    onDemand: false
    idleTimeout: 1
    hwaccel: vaapi
    processor: off
    record: /rec
    recordFormat: mp4
`;

  it('have theirs, and those of the server where they have none', () => {
    const [plain, door] = configOf({ text }).streams;
    expect(plain).toMatchObject({ name: 'plain', fps: 20, quality: 60, processors: [TIMECODE], record: null });
    expect(door).toEqual({
      ...STREAM,
      name: 'door',
      source: { kind: 'rtsp', name: 'door', url: 'rtsp://u:p@cam/1', transport: 'udp' },
      ...{ fps: 5, quality: 90, width: 640, height: 480, frameBuffer: 10, policy: 'every', onDemand: false },
      ...{ idleTimeoutMs: 1000, hwaccel: 'vaapi', processors: [], record: { ...RECORD, format: 'mp4' } },
    });
  });

  it('give way to a flag only where they have none', () => {
    const [plain, door] = configOf({ text, flags: { fps: '30' } }).streams;
    expect([plain?.fps, door?.fps]).toEqual([30, 5]);
  });

  it.each([
    [
      '{url: a.mp4, qualty: 3}',
      'UNKNOWN_KEY',
      'sources in f.yaml line 1 (source 1): there is no key "qualty"; did you mean quality?',
    ],
    ['{name: a}', 'BAD_CONFIG', 'sources in f.yaml line 1 (source 1) needs a url: the source as text.'],
    ['{url: 3}', 'BAD_CONFIG', 'sources in f.yaml line 1 (source 1) needs a url: the source as text.'],
    ['{url: a.mp4, name: a b}', 'BAD_CONFIG', 'The name of sources in f.yaml line 1 (source 1) must be 1 to 64'],
    ['{url: a.mp4, fps: x}', 'BAD_CONFIG', 'fps of sources in f.yaml line 1 (source 1) must be a number above 0'],
    ['{url: a.mp4, processor: [watermrak]}', 'BAD_CONFIG', 'did you mean watermark?'],
    ['{url: a.mp4, port: 3}', 'UNKNOWN_KEY', 'there is no key "port"'],
    ['{url: "ftp://h/a"}', 'BAD_CONFIG', 'has a scheme that is not known'],
  ])('refuses %s', (source, code, message) => {
    const error = failure({ text: `sources: [${source}]` });
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('shows no password of a source', () => {
    const error = failure({ text: 'sources: [{url: "rtsp://u:s3cret@h/a b"}]' });
    expect(error.message).toContain('***');
    expect(error.message).not.toContain('s3cret');
  });
});
