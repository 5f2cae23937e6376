import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTargets } from '../../../../client/probe/probe-target.js';
import { StreamerError } from '../../../../shared/errors.js';
import { isStreamName } from '../../../../shared/stream-name.js';
import { errorOf } from '../../../helpers/error-of.js';

const namesOf = (...texts: string[]) => parseTargets(texts).map(({ name }) => name);

describe('parseTargets', () => {
  it.each([
    ['streamer://host', 'streamer'],
    ['streamer://[::1]:8000/cam', 'streamer'],
    ['ws://host:8080/ws/cam', 'websocket'],
    ['wss://host/ws/cam', 'websocket'],
    ['http://host/cam.mjpg', 'http'],
    ['https://host/index.M3U8?a=b', 'hls'],
    ['http://host/video?file=index.m3u8', 'http'],
    ['rtsp://host:8554/cam', 'rtsp'],
    ['RTSPS://host/cam', 'rtsp'],
    ['rtmp://host/app/key', 'rtmp'],
    ['srt://host:8890?streamid=read:cam', 'srt'],
    ['udp://@:1234', 'udp'],
    ['rtp://239.0.0.1:5004', 'rtp'],
    ['tcp://host:9', 'tcp'],
    ['file:///tmp/a.mp4', 'file'],
    ['film.mp4', 'file'],
  ])('knows what %s is', (url, kind) => {
    expect(parseTargets([url])[0]?.kind).toBe(kind);
  });

  it('calls each path after its kind, or after its address where there are several', () => {
    expect(namesOf('rtsp://host/cam', 'film.mp4')).toEqual(['rtsp', 'file']);
    expect(namesOf('rtsp://host/cam1', 'rtsp://host/live/cam2?x', 'rtsp://host/cam1')).toEqual([
      'rtsp-cam1',
      'rtsp-cam2',
      'rtsp-cam1-2',
    ]);
    expect(namesOf('srt://user:pass@host:1', 'srt://host:2')).toEqual(['srt-host-1', 'srt-host-2']);
  });

  it('takes a label', () => {
    expect(parseTargets(['door=rtsp://host/cam?a=b'])[0]).toMatchObject({ name: 'door', url: 'rtsp://host/cam?a=b' });
    expect(parseTargets(['./a=b.mp4'])[0]).toMatchObject({ name: 'file', url: './a=b.mp4' });
    expect(namesOf('rtsp=film.mp4', 'rtsp://host/cam')).toEqual(['rtsp', 'rtsp-2']);
  });

  it('shows no password', () => {
    const [target] = parseTargets(['rtsp://user:secret@host/cam']);
    expect(target).toMatchObject({ url: 'rtsp://user:secret@host/cam', shownUrl: 'rtsp://user:***@host/cam' });
  });

  it.each([
    [[], 'Give at least one URL to measure, such as rtsp://host:8554/cam.'],
    [
      ['rtspp://user:secret@host/cam'],
      '"rtspp://user:***@host/cam" has a scheme that is not known; did you mean rtsp://?',
    ],
    [['gopher://host'], /^"gopher:\/\/host" has a scheme that is not known; the schemes are streamer, ws, /],
    [['rtsp:///cam'], '"rtsp:///cam" names no host.'],
    [['rtsp://host:port/cam'], '"rtsp://host:port/cam" is no address; check host and port.'],
    [['srt://host'], '"srt://host" names no port.'],
    [['http://host/a b'], '"http://host/a b" has a space; write it as %20.'],
    [['http://host/a\nb'], /has a control character/],
    [['ws://host/ws/a#b'], '"ws://host/ws/a#b" has a part after #; leave it out.'],
    [['streamer://host/a/b'], /names no stream/],
    [['a=x.mp4', 'a=y.mp4'], 'Two URLs have the label "a"; labels must differ.'],
    [['all=x.mp4'], 'A label cannot be "all".'],
    [['a='], 'A URL is empty.'],
    [[`http://host/${'x'.repeat(2048)}`], /A URL may have 2048 characters/],
    [new Array(65).fill('x.mp4'), 'At most 64 URLs can be measured at once.'],
  ])('refuses %j', (texts, message) => {
    const error = errorOf(() => parseTargets(texts as string[]));
    expect(error).toMatchObject({ code: 'BAD_USAGE', exitCode: 2 });
    expect(error.message).toMatch(message);
  });

  it('gives every path another name that is one, or says what is wrong', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withQueryParameters: true }),
      fc.webUrl({ validSchemes: ['rtsp', 'srt'] }),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
        try {
          const names = namesOf(...texts);
          expect(new Set(names).size).toBe(texts.length);
          expect(names.every(isStreamName)).toBe(true);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});
