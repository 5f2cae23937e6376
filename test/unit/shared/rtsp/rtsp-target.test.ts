import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtspTarget } from '../../../../shared/rtsp/rtsp-target.js';
import { StreamerError } from '../../../../shared/errors.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('parseRtspTarget', () => {
  it('takes an address apart', () => {
    expect(parseRtspTarget('rtsp://user:se%20cret@host:8554/a/b?c=d')).toEqual({
      host: 'host',
      port: 8554,
      isSecure: false,
      requestUrl: 'rtsp://host:8554/a/b?c=d',
      credentials: { username: 'user', password: 'se cret' },
      secrets: ['dXNlcjpzZSBjcmV0', 'se%20cret', 'se cret'],
      shownUrl: 'rtsp://user:***@host:8554/a/b?c=d',
    });
  });

  it.each([
    ['rtsp://host/x', 'host', 554, 'rtsp://host:554/x'],
    ['rtsps://host/x', 'host', 322, 'rtsps://host:322/x'],
    ['RTSP://HOST/x', 'host', 554, 'rtsp://host:554/x'],
    ['rtsp://[::1]:8554/x', '::1', 8554, 'rtsp://[::1]:8554/x'],
    ['rtsp://bücher.example/x', 'xn--bcher-kva.example', 554, 'rtsp://xn--bcher-kva.example:554/x'],
    ['rtsp://host/a b\tc', 'host', 554, 'rtsp://host:554/a%20bc'],
  ])('%s', (url, host, port, requestUrl) => {
    expect(parseRtspTarget(url)).toMatchObject({ host, port, requestUrl });
  });

  it.each(['', 'host:8554', 'http://host/x', 'rtsp:', 'rtsp:///x', 'rtsp://host:99999/x', 'rtsp://%ff/x'])(
    'refuses "%s"',
    (url) => {
      expect(errorOf(() => parseRtspTarget(url)).code).toBe('BAD_USAGE');
    },
  );

  it.each(['a%2fb', 'a%5Cb', 'a%3fb', 'a%23b', 'a%40b', 'a%3ab', 'a%25b', 'a%EF%BC%8Fb'])(
    'refuses the host %s, which would lead to another one',
    (host) => {
      expect(errorOf(() => parseRtspTarget(`rtsp://us:pw@${host}/x`)).code).toBe('BAD_USAGE');
    },
  );

  it.each(['12/34', '12?34', '12#34', '/1234', '99999', 'pw12', ''])(
    'refuses "%s" as a password that would be read as a path',
    (end) => {
      const { code, message } = errorOf(() => parseRtspTarget(`rtsp://user:${end}/secret@host:8554/x`));
      expect(code).toBe('BAD_USAGE');
      expect(message).toContain('"rtsp://user…" is no address');
      expect(message).toContain('Percent-encode /');
      expect(message).not.toMatch(/12|34|secret/);
    },
  );

  it('takes an @ in a path where it is encoded, or the user is there', () => {
    expect(parseRtspTarget('rtsp://host/x%40y').requestUrl).toBe('rtsp://host:554/x%40y');
    expect(parseRtspTarget('rtsp://u:p@host/x@y').requestUrl).toBe('rtsp://host:554/x@y');
  });

  it('shows no password', () => {
    const error = errorOf(() => parseRtspTarget('http://user:the-secret@host/x'));
    expect(error.message).not.toContain('the-secret');
  });

  it('makes request lines of whatever it takes', () => {
    const text = fc.oneof(fc.string({ maxLength: 40 }), fc.domain(), fc.ipV6());
    fc.assert(
      fc.property(text, (rest) => {
        try {
          const { requestUrl, host } = parseRtspTarget(`rtsp://${rest}`);
          expect(requestUrl).toMatch(/^rtsp:\/\/[!-~]+$/);
          expect(host).not.toBe('');
        } catch (error) {
          expect(error).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});
