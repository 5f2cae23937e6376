import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { resolvePublish } from '../../../../server/publish/publish-config.js';
import { StreamerError } from '../../../../shared/errors.js';
import { errorOf } from '../../../helpers/error-of.js';

interface Given {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly yaml?: string;
}

function resolve({ flags = {}, env = {}, yaml }: Given) {
  const file = yaml === undefined ? null : { name: 'load.yaml', text: yaml };
  return resolvePublish({ flags, env, file, sampleVideo: '/videos/sample.mp4' });
}

const config = (given: Given) => resolve(given).config;
const failure = (given: Given) => errorOf(() => resolve(given));

/** A file as users of RTSP load testers have it. */
const TESTER_FILE = `
# RTSP load test
video_sources:
  - name: "Traffic"
    video_path: "videos/traffic.mp4"
    loop: true
    fps: 30
  - name: lobby
    video_path: 'videos/lobby 2.mp4'
    loop: false
    fps: 15

publisher:
  codec: "libx264"
  preset: "ultrafast"
  bitrate: "2M"
  pixel_format: "yuv420p"

load_test:
  concurrent_streams: 20
  duration: 300
  report_interval: 10

limits:
  max_streams: 50
  max_cpu_percent: 90
  max_memory_percent: 80

monitoring:
  log_level: "INFO"
`;

describe('resolvePublish', () => {
  it('has the defaults where nothing is given', () => {
    expect(resolve({})).toEqual({
      warnings: [],
      config: {
        to: 'rtsp://127.0.0.1:8554',
        streams: 1,
        videos: [{ name: 'sample.mp4', input: { kind: 'file', path: '/videos/sample.mp4' }, loop: true, fps: null }],
        staggerUs: 20_000,
        durationUs: null,
        copies: true,
        encoding: {
          ...{ encoder: 'h264', bitrateBps: 2_000_000, preset: null },
          ...{ pixelFormat: null, width: null, height: null },
        },
        fps: null,
        timeCode: false,
        limits: { maxStreams: 50, maxCpuPercent: 90, maxMemoryPercent: 80 },
        mediamtx: false,
        apiUrl: 'auto',
        control: null,
        reportIntervalUs: 10_000_000,
        report: 'auto',
        plain: false,
        cacheFolder: null,
        logLevel: 'info',
      },
    });
  });

  it('takes the file of an RTSP load tester as it is', () => {
    const { config: all, warnings } = resolve({ yaml: TESTER_FILE });
    expect(warnings).toEqual([]);
    expect(all).toMatchObject({
      streams: 20,
      videos: [
        { name: 'Traffic', input: { kind: 'file', path: 'videos/traffic.mp4' }, loop: true, fps: 30 },
        { name: 'lobby', input: { kind: 'file', path: 'videos/lobby 2.mp4' }, loop: false, fps: 15 },
      ],
      copies: false,
      encoding: { encoder: 'libx264', bitrateBps: 2_000_000, preset: 'ultrafast', pixelFormat: 'yuv420p' },
      durationUs: 300_000_000,
      reportIntervalUs: 10_000_000,
      limits: { maxStreams: 50, maxCpuPercent: 90, maxMemoryPercent: 80 },
      logLevel: 'info',
    });
  });

  it('lets a flag win over the file, and the file over the default', () => {
    const yaml =
      'publisher: { codec: h264_nvenc, rtsp_url: "rtsp://cam:8554/a" }\nload_test: { concurrent_streams: 7 }';
    const given = { yaml, flags: { streams: '9' }, env: { STREAMER_PUBLISH_TO: 'rtsp://env:8554' } };
    expect(config(given)).toMatchObject({ streams: 9, to: 'rtsp://env:8554', encoding: { encoder: 'h264_nvenc' } });
    expect(config({ yaml })).toMatchObject({ streams: 7, to: 'rtsp://cam:8554/a' });
  });

  it('takes keys of its own beside the sections', () => {
    const yaml = 'to: rtsp://h/x\nvideo: [a.mp4, "test:bars"]\nhttpPort: 0\nadminToken: s\nlimits:\n  max_streams: 5\n';
    expect(config({ yaml })).toMatchObject({
      to: 'rtsp://h/x',
      videos: [{ name: 'a.mp4' }, { name: 'test:bars', input: { kind: 'pattern', pattern: 'bars' } }],
      control: { httpPort: 0, host: '127.0.0.1', adminToken: 's', token: null },
      limits: { maxStreams: 5 },
    });
  });

  it.each([
    ['rtsp_server: { host: 192.0.2.1 }', 'rtsp://192.0.2.1:8554/'],
    ['rtsp_server: { host: "2001:db8::1", port: 554, path: /load }', 'rtsp://[2001:db8::1]:554/load'],
    ['rtsp_server: { url: "rtsps://u:p@h/x" }', 'rtsps://u:p@h/x'],
    ['rtsp_server:', 'rtsp://127.0.0.1:8554/'],
  ])('reads the address from %s', (yaml, to) => {
    expect(config({ yaml }).to).toBe(to);
  });

  it.each([
    ['WARNING', 'warn'],
    ['CRITICAL', 'error'],
    ['Debug', 'debug'],
  ])('knows the level %s of Python', (level, logLevel) => {
    expect(config({ yaml: `monitoring: { log_level: ${level} }` }).logLevel).toBe(logLevel);
  });

  it.each([
    ['load_tset: {}', 'UNKNOWN_KEY', 'load.yaml line 1: there is no key "load_tset"; did you mean load_test?'],
    [
      'load_test:\n  concurrent_stream: 5',
      'UNKNOWN_KEY',
      'load.yaml line 1: there is no key "load_test.concurrent_stream"; did you mean load_test.concurrent_streams?',
    ],
    [
      'a: 1',
      'UNKNOWN_KEY',
      /^load\.yaml line 1: there is no key "a"; the keys are to, streams, .*video_sources, rtsp_server\.$/,
    ],
    [
      'streams: 1\nvideo_sources:\n  - video_path: a.mp4\n    lop: no',
      'UNKNOWN_KEY',
      'load.yaml line 2: there is no key "video_sources.lop"; did you mean video_sources.loop?',
    ],
    [
      'video_sources: []',
      'BAD_CONFIG',
      'video_sources in load.yaml line 1 must be a list of 1 to 256 videos, each a text or a map with its video_path, not "".',
    ],
    ['video_sources:\n  - name: a', 'BAD_CONFIG', /^video_sources in load\.yaml line 1 must be a list/],
    ['publisher: [1]', 'BAD_CONFIG', 'publisher in load.yaml line 1 must be a map of keys and values.'],
    [
      'limits: { max_cpu_percent: 120 }',
      'BAD_CONFIG',
      'limits.max_cpu_percent in load.yaml line 1 must be a number of percent above 0 and at most 100, not 120.',
    ],
    [
      'streams: 2\nload_test: { concurrent_streams: 3 }',
      'BAD_CONFIG',
      'load_test.concurrent_streams in load.yaml line 2 says again what streams in load.yaml line 1 says; leave one out.',
    ],
    ['publisher: { bitrate: 2Mbps }', 'BAD_CONFIG', /^publisher\.bitrate .* not "2Mbps"\.$/],
    ['rtsp_server: { port: "x" }', 'BAD_CONFIG', /must be a map with host, port and path/],
    ['rtsp_server: { url: 5 }', 'BAD_CONFIG', /must be a map with host, port and path, or with url/],
    ['rtsp_server: { host: "h@evil" }', 'BAD_CONFIG', /must be a map with host/],
    ['rtsp_server: { host: "h/x?y" }', 'BAD_CONFIG', /must be a map with host/],
    ['rtsp_server: { host: "h:80" }', 'BAD_CONFIG', /must be an address such as rtsp/],
    ['apiUrl: "http://h:1/api"', 'BAD_CONFIG', /must be .*an address without a path/],
    ['apiUrl: "http://h:1?a"', 'BAD_CONFIG', /an address without a path/],
    ['publisher: { codec: "a b" }', 'BAD_CONFIG', /^publisher\.codec .*must be copy, h264/],
  ])('refuses %j', (yaml, code, message) => {
    const error = failure({ yaml });
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each([
    [{ to: 'http://x' }, 'BAD_USAGE', /^--to must be an address such as rtsp:/],
    [{ streams: '51' }, 'TOO_MANY_STREAMS', 'There are 51 streams, more than the 50 allowed; raise --max-streams'],
    [{ video: ['rtsp://x/y'] }, 'BAD_USAGE', /^A video is a file or test:PATTERN/],
    [{ video: ['test:bras'] }, 'BAD_USAGE', /did you mean test:bars/],
    [{ width: '640' }, 'BAD_USAGE', /^--width asks for another size, which a copy cannot have/],
    [{ mediamtx: true, to: 'rtsp://x' }, 'BAD_USAGE', /leave --to out/],
    [{ streams: '0' }, 'BAD_USAGE', /^With no stream at the start, --http-port is needed/],
    [{ report: '' }, 'BAD_USAGE', '--report has no value'],
  ])('refuses the flags %j', (flags, code, message) => {
    const error = failure({ flags });
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('shows no password of an address that it refuses', () => {
    expect(failure({ flags: { to: 'http://user:s3cret@x/' } }).message).not.toContain('s3cret');
  });

  it('says that a copy has no use for settings of an encoder', () => {
    expect(resolve({ flags: { bitrate: '1M', preset: 'fast' } }).warnings[0]).toMatch(/^.*--bitrate, --preset/);
    expect(resolve({ flags: { bitrate: '1M', timeCode: true } }).warnings).toEqual([]);
    expect(resolve({ flags: { bitrate: '1M', codec: 'h265' } }).warnings).toEqual([]);
  });

  it('gives videos of the same name names of their own', () => {
    const names = config({ flags: { video: ['a/cam.mp4', 'b/cam.mp4', 'c/cam.mp4'] } }).videos.map(({ name }) => name);
    expect(names).toEqual(['cam.mp4', 'cam.mp4-2', 'cam.mp4-3']);
  });

  it('gives a rate to videos that have none of their own', () => {
    const yaml = 'fps: 10\nvideo_sources: [{ video_path: a.mp4 }, { video_path: b.mp4, fps: 30000/1001 }]';
    expect(config({ yaml }).videos.map(({ fps }) => fps)).toEqual([10, 30_000 / 1001]);
  });

  it('runs until it is stopped where the duration is 0, and writes no report for off', () => {
    expect(config({ yaml: 'load_test: { duration: 0 }\nreport: off' })).toMatchObject({
      durationUs: null,
      report: null,
    });
  });

  it('answers any file with a configuration or an error of ours', () => {
    const key = fc.constantFrom('video_sources', 'publisher', 'load_test', 'limits', 'monitoring', 'rtsp_server', 'to');
    const yaml = fc.dictionary(key, fc.jsonValue(), { maxKeys: 4 }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(yaml, fc.string()), (text) => {
        try {
          resolve({ yaml: text });
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});
