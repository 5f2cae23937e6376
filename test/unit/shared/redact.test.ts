import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactUrl } from '../../../shared/redact.js';

describe('redactUrl', () => {
  it.each([
    ['rtsp://admin:secret@cam/stream', 'rtsp://admin:***@cam/stream'],
    ['rtsp://admin:p@ss@cam/stream', 'rtsp://admin:***@cam/stream'],
    ['rtsp://admin:pa/ss?x#y@cam/stream', 'rtsp://admin:***@cam/stream'],
    ['rtsp://:secret@cam', 'rtsp://:***@cam'],
    ['srt://cam:9000?passphrase=ab', 'srt://cam:9000?passphrase=***'],
    ['from rtsp://a:b@c to http://d:e@f.', 'from rtsp://a:***@c to http://d:***@f.'],
    ['{"url":"rtsp://a:b\\"c@d"}', '{"url":"rtsp://a:***@d"}'],
    ['http://host/live?token=abc', 'http://host/live?token=***'],
    ['http://host/live?a=1&token=abc&b=2#x', 'http://host/live?a=1&token=***&b=2#x'],
    ['{"url":"/live?token=abc"}', '{"url":"/live?token=***"}'],
    ['/live?access_token=abc&password=d', '/live?access_token=***&password=***'],
    ['/live?TOKEN=abc', '/live?TOKEN=***'],
    ['/cgi?loginuse=a&loginpas=b', '/cgi?loginuse=a&loginpas=***'],
    ['/cgi?user=a&pwd=b&passwd=c&pass=d', '/cgi?user=a&pwd=***&passwd=***&pass=***'],
    ['/cgi?apikey=a&auth_key=b&key=c', '/cgi?apikey=***&auth_key=***&key=***'],
  ])('hides the secret of %s', (text, redacted) => {
    expect(redactUrl(text)).toBe(redacted);
  });

  it.each([
    'http://host:8000/path',
    'http://host:8000/@someone/video',
    'http://host:8000',
    'rtsp://admin@cam/stream',
    'mail me@example.com',
    'door=a.mp4',
    'the token=abc of no URL',
    'http://host/?mytoken=abc',
    '{"a":"http://host:x","b":"y@z"}',
    'http://host/?token=***: it is gone; http://host/?token=***, and http://me:***@host/?key=***',
  ])('leaves %s alone', (text) => {
    expect(redactUrl(text)).toBe(text);
  });

  it('hides a secret that begins like a hidden one', () => {
    expect(redactUrl('http://host/?token=***:a http://host/?token=***.b')).toBe(
      'http://host/?token=*** http://host/?token=***',
    );
  });

  it('never shows a password of plain characters, whatever stands around it', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(word, word, fc.string(), fc.string(), (user, host, before, after) => {
        const text = redactUrl(`${before}rtsp://${user}:SECRET9@${host}/ ${after}`);
        expect(text).not.toContain('SECRET9');
      }),
    );
  });

  it('does not touch the rest of a hostile text with thousands of beginnings', () => {
    const text = '://a:'.repeat(20_000);
    expect(redactUrl(text)).toBe(text);
  });
});
