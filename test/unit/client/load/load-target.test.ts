import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLoadTargets } from '../../../../client/load/load-target.js';
import { MAX_TARGETS } from '../../../../client/report/subject-limits.js';
import { StreamerError } from '../../../../shared/errors.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('parseLoadTargets', () => {
  it.each([
    ['streamer://host', 'streamer', 'streamer', 'streamer://host'],
    ['streamer://[::1]:8000/cam', 'streamer', 'streamer', 'streamer://[::1]:8000/cam'],
    ['ws://host:8080/ws/cam', 'websocket', 'websocket', 'ws://host:8080/ws/cam'],
    ['wss://host/ws/cam', 'websocket', 'websocket', 'wss://host/ws/cam'],
    ['http://host/streams/cam.mjpg', 'http', 'mjpeg', 'http://host/streams/cam.mjpg'],
    ['https://host/video?a=b', 'http', 'mjpeg', 'https://host/video?a=b'],
    ['rtsp://host:8554/cam', 'rtsp', 'rtsp', 'rtsp://host:8554/cam'],
    ['rtsps://host/cam', 'rtsp', 'rtsp', 'rtsps://host/cam'],
    ['ffmpeg+rtsp://host/cam', 'rtsp', 'ffmpeg', 'rtsp://host/cam'],
    ['FFMPEG+rtsps://host/cam', 'rtsp', 'ffmpeg', 'rtsps://host/cam'],
    ['door=ffmpeg+rtsp://host/cam', 'door', 'ffmpeg', 'rtsp://host/cam'],
    ['door=streamer://host/cam', 'door', 'streamer', 'streamer://host/cam'],
  ])('reads %s', (text, name, kind, url) => {
    expect(parseLoadTargets([text])).toEqual([{ name, kind, url, shownUrl: url }]);
  });

  it('hides secrets, and gives each target a name of its own', () => {
    const targets = parseLoadTargets([
      'rtsp://me:secret@host/a',
      'ffmpeg+rtsp://me:secret@host/a',
      'streamer://host?token=abc',
    ]);
    expect(targets.map(({ name }) => name)).toEqual(['rtsp-a', 'rtsp-a-2', 'streamer']);
    expect(targets.map(({ shownUrl }) => shownUrl).join()).not.toMatch(/secret|abc/);
  });

  it.each([
    [[], 'Give at least one'],
    [['film.mp4'], 'No load can be made of "film.mp4"'],
    [['127.0.0.1:8000'], 'did you mean streamer://127.0.0.1:8000?'],
    [['a=cam.local:8000/cam'], 'did you mean streamer://cam.local:8000/cam?'],
    [['[::1]:8000'], 'did you mean streamer://[::1]:8000?'],
    [['http://host/index.m3u8'], 'No load can be made'],
    [['srt://host:1'], 'No load can be made'],
    [['ws://host/ws/cam#x'], 'part after #'],
    [['ffmpeg+http://host/a'], 'the schemes are streamer, ws, wss, http, https, rtsp'],
    [['x=hls://host/a'], 'No load can be made of hls://; the schemes are streamer, ws,'],
    [['a=streamer://host', 'a=streamer://host'], 'labels must differ'],
    [['streamer://host/cam?x=1'], 'parameter that is not known'],
    [[''], 'empty'],
  ])('refuses %j', (texts, sentence) => {
    expect(errorOf(() => parseLoadTargets(texts))).toMatchObject({
      code: 'BAD_USAGE',
      message: expect.stringContaining(sentence),
    });
  });

  it('takes as many as there are cameras, and no more', () => {
    const texts = Array.from({ length: MAX_TARGETS }, () => 'rtsp://host/cam');
    expect(new Set(parseLoadTargets(texts).map(({ name }) => name)).size).toBe(MAX_TARGETS);
    expect(errorOf(() => parseLoadTargets([...texts, 'rtsp://host/cam']))).toMatchObject({ code: 'BAD_USAGE' });
  });

  it('throws nothing else, whatever it is given', () => {
    const schemes = fc.constantFrom('streamer://', 'ws://', 'ffmpeg+rtsp://', 'http://', 'x=rtsp://', '=', '');
    fc.assert(
      fc.property(fc.array(fc.tuple(schemes, fc.string()), { maxLength: 4 }), (parts) => {
        try {
          parseLoadTargets(parts.map((part) => part.join('')));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});
