import { describe, expect, it } from 'vitest';
import { SERVER_OPTIONS } from '../../../server/options.js';
import { CONFIG_DEFAULTS, configOf, failure, resolve } from '../../helpers/config-of-test.js';

/** Every option that is more than a detail of another one. */
const KEYS = Object.keys(SERVER_OPTIONS).filter((key) => key !== 'config');

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
    ['rtspCodec', '--rtsp-codec', 'STREAMER_RTSP_CODEC', 'vp8', 'one of auto, copy, h264, h265, mjpeg, h264_nvenc,'],
    ['rtspBitrate', '--rtsp-bitrate', 'STREAMER_RTSP_BITRATE', '2 M', 'bits a second such as 800k or 2.5M, from 50k'],
    ['rtspBitrate', '--rtsp-bitrate', 'STREAMER_RTSP_BITRATE', '49k', 'bits a second such as 800k or 2.5M, from 50k'],
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

  it.each([
    'http://h',
    'rtsp://',
    'rtsp:/h',
    'rtsp://:8554',
    'rtsp://h:99999',
    'rtsp://h:0',
    'rtsp://h/a b',
    'rtsp://h#a',
  ])('refuses to publish to %s, and does not show it', (address) => {
    const error = failure({ flags: { rtspPublish: address } });
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).toMatch(
      /^--rtsp-publish must be an address such as rtsp:\/\/127\.0\.0\.1:8554 .*, or off\.$/,
    );
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
      message: expect.stringMatching(
        /^f\.yaml line 1: there is no key ".*"; the keys are sources, sample, host, port, .*\.$/,
      ),
    });
  });

  it('refuses a variable that is nearly an option and names the ones that are nothing like it', () => {
    expect(failure({ env: { STREAMER_MAXCLIENTS: '3' } })).toMatchObject({
      code: 'BAD_CONFIG',
      message: 'STREAMER_MAXCLIENTS sets no option; did you mean STREAMER_MAX_CLIENTS? Unset it if not.',
    });
    expect(failure({ env: { STREAMER_LOGLEVEL: 'x' } }).message).toMatch(/did you mean STREAMER_LOG_LEVEL\?/);
    const env = { STREAMER_SERVICE_HOST: '10.0.0.1', STREAMER_X: '', PATH: '/bin', HOSTPORT: 'x' };
    expect(resolve({ env })).toEqual({
      config: CONFIG_DEFAULTS,
      warnings: ['Ignored environment variables that set no option: STREAMER_SERVICE_HOST, STREAMER_X.'],
    });
  });
});
