import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newStreamSettings, streamChange } from '../../../../server/api/stream-body.js';
import { URL_SCHEMES } from '../../../../server/sources/live-spec.js';
import { parseSourceSpec } from '../../../../server/sources/source-spec.js';
import { STREAM_OPTIONS } from '../../../../server/stream-options.js';
import { defaultsOf } from '../../../../shared/option-table.js';
import type { StreamOptionValues } from '../../../../server/stream-options.js';
import { isStreamName } from '../../../../shared/stream-name.js';
import { newStreamSchema } from '../../../../shared/api/stream-schema.js';
import type { NewStream } from '../../../../shared/api/stream-schema.js';
import { errorOf } from '../../../helpers/error-of.js';
import { STREAM_DEFAULTS, TIMECODE } from '../../../helpers/config-of-test.js';

const DEFAULTS: StreamOptionValues = defaultsOf(STREAM_OPTIONS);
const URL = 'rtsp://cam.lan/live';
const RTSP = { kind: 'rtsp', name: 'cam1', url: URL, transport: 'tcp' };

const settingsOf = (body: NewStream, defaults = DEFAULTS, taken: readonly string[] = []) =>
  newStreamSettings(body, defaults, taken);
const refusalOf = (body: NewStream) => errorOf(() => settingsOf(body));

describe('newStreamSettings', () => {
  it('takes name and url, and the fields of other servers', () => {
    const own = settingsOf({ name: 'cam1', url: URL, width: 640, height: 480 });
    expect(own).toEqual({
      ...STREAM_DEFAULTS,
      ...{ name: 'cam1', source: RTSP, isGuarded: true, width: 640, height: 480 },
    });
    expect(settingsOf({ stream_id: 'cam1', rtsp_url: URL, width: 640, height: 480 })).toEqual(own);
    expect(settingsOf({ name: 'cam1', stream_id: 'cam1', url: URL, rtsp_url: URL, width: 640, height: 480 })).toEqual(
      own,
    );
  });

  it('refuses two fields of the same meaning that differ', () => {
    const message = 'name and stream_id mean the same and must not differ; leave one out.';
    expect(refusalOf({ name: 'a', stream_id: 'b', url: URL })).toMatchObject({ code: 'BAD_REQUEST', message });
    expect(refusalOf({ name: 'a', url: URL, rtsp_url: `${URL}/2` })).toMatchObject({
      code: 'BAD_REQUEST',
      message: 'url and rtsp_url mean the same and must not differ; leave one out.',
    });
  });

  it('needs an address', () => {
    expect(refusalOf({ name: 'cam1' })).toMatchObject({
      code: 'BAD_REQUEST',
      message: 'A stream needs a url (or rtsp_url): the address of its source.',
    });
  });

  it('makes a name of the address, unlike those that are taken', () => {
    expect(settingsOf({ url: URL }).name).toBe('cam.lan-live');
    expect(settingsOf({ url: URL }).source.name).toBe('cam.lan-live');
    expect(settingsOf({ url: URL }, DEFAULTS, ['cam.lan-live', 'cam.lan-live-2']).name).toBe('cam.lan-live-3');
    expect(settingsOf({ url: 'http://all/' }).name).toBe('all-2');
  });

  it.each(['all', '..', '.', '-', '___'])('refuses the name %s', (name) => {
    expect(refusalOf({ name, url: URL })).toMatchObject({ code: 'BAD_REQUEST' });
    expect(refusalOf({ stream_id: name, url: URL })).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('leaves to the server what the body leaves out, and keeps a null', () => {
    const defaults: StreamOptionValues = {
      ...DEFAULTS,
      ...{ fps: 10, width: 320, quality: 50, policy: 'every', idleTimeout: 3, onDemand: false, hwaccel: 'vaapi' },
      ...{ frameBuffer: 7, processor: ['timecode'], record: '/rec' },
    };
    expect(settingsOf({ url: URL }, defaults)).toMatchObject({
      ...{ fps: 10, width: 320, quality: 50, policy: 'every', idleTimeoutMs: 3000, onDemand: false, hwaccel: 'vaapi' },
      ...{ frameBuffer: 7, processors: [TIMECODE], record: { directory: '/rec', format: 'mkv' } },
    });
    expect(settingsOf({ url: URL, fps: null, width: null, quality: null }, defaults)).toMatchObject({
      ...{ fps: null, width: null, quality: null },
    });
  });

  it('takes every setting', () => {
    const body: NewStream = {
      ...{ url: URL, fps: 12.5, width: 8, height: 6, quality: 70, hwaccel: 'auto', frameBuffer: 9, policy: 'queue:4' },
      ...{ onDemand: false, idleTimeout: 0.5, processor: ['watermark', 'timecode'] },
    };
    expect(newStreamSchema.parse(body)).toEqual(body);
    expect(settingsOf(body)).toMatchObject({
      ...{ fps: 12.5, width: 8, height: 6, quality: 70, hwaccel: 'auto', frameBuffer: 9, policy: 'queue:4' },
      ...{ onDemand: false, idleTimeoutMs: 500 },
      processors: [{ kind: 'watermark', path: null, parameters: {} }, TIMECODE],
    });
  });

  it.each([
    '/etc/passwd',
    'videos/sample.mp4',
    'file:/etc/passwd',
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    '-',
    'pipe:0',
    'test:bars',
    'device:/dev/video0',
    '/dev/video0',
    'concat:http://a|http://b',
    'concat://a',
    'data:video/mp4;base64,AAAA',
    'data://x',
    'subfile,,start,0,end,9,,:/etc/passwd',
    'crypto:/etc/passwd',
    'hls+http://cam/x',
    'http:cam/x',
    'http:/cam/x',
    'ftp://cam/x',
    'gopher://cam/x',
    'streamer://cam/x',
    'rtmp://cam/x',
    ' rtsp://cam/live',
    '\trtsp://cam/live',
    '\nrtsp://cam/live',
    'cam1=rtsp://cam/live',
    'cam1=/etc/passwd',
    'a b=rtsp://cam/live',
    'async:http://cam',
    'cache:http://cam',
    'rtsp ://cam/live',
    'http\0://cam',
    '\u{202e}http://cam',
    'ｈttp://cam',
  ])('refuses a source that is not of the network: %j', (url) => {
    expect(refusalOf({ name: 'cam1', url })).toMatchObject({
      code: 'SOURCE_FORBIDDEN',
      message:
        'Over HTTP a source must begin with one of rtsp://, rtsps://, http://, https://, srt://, udp://, tcp://.',
    });
  });

  it.each([
    'rtsp://',
    'http://cam:99999/',
    'rtsp://cam/live ',
    'http://ca m/',
    'udp://host',
    'tcp://host/x',
    'http://\0',
  ])('refuses an address that is none: %j', (url) => expect(refusalOf({ url })).toMatchObject({ code: 'BAD_REQUEST' }));

  it.each(['rtsp://***@cam/live', 'rtsp://u:***@cam/live', 'http://cam/x?token=***', 'http://cam/x?token=***&y=1'])(
    'takes no hidden password for one: %s',
    (url) =>
      expect(refusalOf({ url })).toMatchObject({ code: 'BAD_REQUEST', message: /its user or password was hidden/ }),
  );

  it('makes of any body a stream of the network, or refuses it', () => {
    const anyUrl = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.tuple(fc.constantFrom(...URL_SCHEMES), fc.string()).map(([scheme, rest]) => `${scheme}://${rest}`),
    );
    fc.assert(
      fc.property(anyUrl, fc.option(fc.string(), { nil: undefined }), (url, name) => {
        const body = newStreamSchema.safeParse({ url, name });
        if (!body.success) return;
        try {
          const settings = settingsOf(body.data);
          expect(['rtsp', 'http', 'network']).toContain(settings.source.kind);
          expect(settings.source.name).toBe(settings.name);
          expect(isStreamName(settings.name)).toBe(true);
          expect(settings.isGuarded).toBe(true);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(BAD_REQUEST|SOURCE_FORBIDDEN)$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('streamChange', () => {
  const present = {
    ...STREAM_DEFAULTS,
    ...{ name: 'cam', source: parseSourceSpec('cam=rtsp://u:secret@cam/live'), isGuarded: false, width: 64 },
  };
  const changeOf = (body: Parameters<typeof streamChange>[0]) => streamChange(body, present, DEFAULTS);

  it('changes only what is given', () => {
    expect(changeOf({})).toEqual({});
    expect(changeOf({ width: null, fps: 5 })).toEqual({ width: null, fps: 5 });
    expect(changeOf({ idleTimeout: 2, processor: ['timecode'], policy: 'queue:2' })).toEqual({
      idleTimeoutMs: 2000,
      processors: [TIMECODE],
      policy: 'queue:2',
    });
    expect(changeOf({ processor: [] })).toEqual({ processors: [] });
  });

  it('guards a new source, which keeps the name of the stream', () => {
    const source = { kind: 'http', name: 'cam', url: 'http://other/x' };
    expect(changeOf({ url: 'http://other/x' })).toEqual({ source, isGuarded: true });
    expect(changeOf({ rtsp_url: 'http://other/x', fps: 3 })).toEqual({ source, isGuarded: true, fps: 3 });
  });

  it('keeps the source, and its password, when the address comes back as it was shown', () => {
    expect(changeOf({ url: 'rtsp://***@cam/live', fps: 3 })).toEqual({ fps: 3 });
    const file = { ...present, source: parseSourceSpec('cam=videos/sample.mp4') };
    expect(streamChange({ url: 'sample.mp4' }, file, DEFAULTS)).toEqual({});
  });

  it('refuses what a new stream is refused', () => {
    expect(errorOf(() => changeOf({ url: 'file:///etc/passwd' }))).toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    expect(errorOf(() => changeOf({ url: 'rtsp://***@other/live' }))).toMatchObject({ code: 'BAD_REQUEST' });
    expect(errorOf(() => changeOf({ url: 'http://a', rtsp_url: 'http://b' }))).toMatchObject({ code: 'BAD_REQUEST' });
  });
});
