import { describe, expect, it } from 'vitest';
import { RECORD_DEFAULTS, STREAM_DEFAULTS, TIMECODE, configOf, failure } from '../../helpers/config-of-test.js';

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
      ...STREAM_DEFAULTS,
      name: 'door',
      source: { kind: 'rtsp', name: 'door', url: 'rtsp://u:p@cam/1', transport: 'udp' },
      ...{ fps: 5, quality: 90, width: 640, height: 480, frameBuffer: 10, policy: 'every', onDemand: false },
      ...{ idleTimeoutMs: 1000, hwaccel: 'vaapi', processors: [], record: { ...RECORD_DEFAULTS, format: 'mp4' } },
    });
  });

  it('are published where they say, or not at all', () => {
    const { streams } = configOf({
      flags: { rtspPublish: 'rtsp://h/live' },
      text: `sources:
  - a.mp4
  - {url: b.mp4, rtspPublish: off}
  - {url: c.mp4, rtspPublish: 'rtsps://u:p@other', rtspCodec: mjpeg, rtspBitrate: 1M}`,
    });
    expect(streams.map(({ rtsp }) => rtsp)).toEqual([
      { url: 'rtsp://h/live/a', codec: 'auto', bitrateBps: 2e6 },
      null,
      { url: 'rtsps://u:p@other/c', codec: 'mjpeg', bitrateBps: 1e6 },
    ]);
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
