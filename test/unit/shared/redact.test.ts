import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactJson, redactLiterally, redactText, redactUrl, redactUsers, secretsOf } from '../../../shared/redact.js';

describe('redactUrl', () => {
  it.each([
    ['rtsp://admin:secret@cam/stream', 'rtsp://admin:***@cam/stream'],
    ['rtsp://admin:p@ss@cam/stream', 'rtsp://admin:***@cam/stream'],
    ['rtsp://admin:pa/ss?x#y@cam/stream', 'rtsp://admin:***@cam/stream'],
    ['rtsp://admin:pa ss@cam/stream', 'rtsp://admin:***@cam/stream'],
    ['rtsp://:secret@cam', 'rtsp://:***@cam'],
    ['http://me@example.com:S3CRET@127.0.0.1:1/x', 'http://me@example.com:***@127.0.0.1:1/x'],
    ['rtsp://user:S3"CRET@cam/x', 'rtsp://user:***@cam/x'],
    ['rtsp://user:80@[::1]:554/x', 'rtsp://user:***@[::1]:554/x'],
    [`rtsp://user:${'s'.repeat(1000)}@cam/x`, 'rtsp://user:***@cam/x'],
    [`rtsp://${'u'.repeat(1000)}:secret@cam/x`, `rtsp://${'u'.repeat(1000)}:***@cam/x`],
    ['http://host/?url=rtsp://a:b@c', 'http://host/?url=rtsp://a:***@c'],
    ['srt://cam:9000?passphrase=ab', 'srt://cam:9000?passphrase=***'],
    ['srt://cam:9000?passphrase=a\'rest"r;e?s#t', 'srt://cam:9000?passphrase=***'],
    ['srt://cam:9000?streamid=read:cam:me:se@cret&mode=caller', 'srt://cam:9000?streamid=***&mode=caller'],
    ['srt://cam:9000?StreamId=read%3Acam%3Ame%3Asecret', 'srt://cam:9000?StreamId=***'],
    ['srt://cam:9000?streamid=#!::u=me,s=secret,r=cam', 'srt://cam:9000?streamid=***'],
    ['http://host/live?a=1&token=abc&b=2#x', 'http://host/live?a=1&token=***&b=2#x'],
    ['/cgi?loginuse=a&loginpas=b', '/cgi?loginuse=a&loginpas=***'],
    ['http://cam/user=admin&password=x&channel=1', 'http://cam/user=admin&password=***&channel=1'],
    ['rtsp://cam/user=admin_password=x_channel=1', 'rtsp://cam/user=admin_password=***'],
  ])('hides the secret of %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
    expect(redactUrl(redacted)).toBe(redacted);
  });

  it.each([
    ...['token', 'TOKEN', 'accesstoken', 'access_token', 'refresh_token', 'X-Amz-Security-Token', '%74oken', 'mytoken'],
    ...['password', 'pass%77ord', 'pass', 'passwd', 'pwd', 'pw', 'passphrase', 'loginpas', 'secret', 'client_secret'],
    ...['auth', 'Authorization', 'sig', 'signature', 'X-Amz-Signature', 'X-Amz-Credential', 'credential', 'jwt'],
    ...['key', 'apikey', 'api_key', 'auth_key', 'streamKey', '%ZZkey%2dpair.key'],
  ])('takes %s for the name of a secret', (name) => {
    for (const before of ['?', '&', ';', '#', '?a=1&', '?a=1;', '#a=1&']) {
      expect(redactUrl(`http://host/x${before}${name}=abc"'d&b=2`)).toBe(`http://host/x${before}${name}=***&b=2`);
    }
  });

  it.each(['read:cam', 'read:live/cam&mode=caller', 'cam', '', '***', 'read%3Acam'])('leaves the SRT stream %s', (id) =>
    expect(redactUrl(`srt://cam:9000?streamid=${id}`)).toBe(`srt://cam:9000?streamid=${id}`),
  );

  it.each(['author', 'keyframe', 'monkey', 'design', 'compass', 'keys', 'passenger', 'channel'])(
    'takes %s for no secret',
    (name) => expect(redactUrl(`http://host/?${name}=abc`)).toBe(`http://host/?${name}=abc`),
  );

  it('never shows a password, unless the rest says the same', () => {
    // Digits and a slash make a port of it.
    const password = fc.string({ minLength: 1, maxLength: 600 }).filter((text) => !/^\d{0,5}[/?#]/.test(text));
    const user = fc.stringMatching(/^[a-z@."'!]{0,12}$/);
    const path = fc.constantFrom('', '/', '/live?x=1', ':554/live', '/a@b');
    fc.assert(
      fc.property(user, password, path, (name, secret, rest) => {
        const shown = redactUrl(`rtsp://${name}:${secret}@cam${rest}`);
        if (!`rtsp://${name}:***@cam${rest}`.includes(secret)) expect(shown).not.toContain(secret);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('redactText', () => {
  it.each([
    ['from rtsp://a:b@c to http://d:e@f.', 'from rtsp://a:***@c to http://d:***@f.'],
    ['[in#0] rtsp://user:S3"CRET@cam/x: 401', '[in#0] rtsp://user:***@cam/x: 401'],
    ['at http://me@example.com:S3CRET@h/x now', 'at http://me@example.com:***@h/x now'],
    ["'/live?token=a'b\"c': 404", "'/live?token=*** 404"],
    ['/live?access_token=abc&password=d e', '/live?access_token=***&password=*** e'],
  ])('hides the secret of %s', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  it.each([
    'http://host:8000/path',
    'http://host:8000/@someone/video',
    'http://[::1]:8000/@someone/video',
    'http://host:8000',
    'http://cam: put `user:password@` before the host',
    'rtsp://admin@cam/stream',
    'mail me@example.com',
    'door=a.mp4',
    'the token=abc of no URL',
    'http://host/?token=***: it is gone; "http://host/?token=***", and http://me:***@host/?key=***',
  ])('leaves %s alone', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('hides a secret that begins like a hidden one', () => {
    expect(redactText('http://host/?token=***:a http://host/?token=***.b')).toBe(
      'http://host/?token=*** http://host/?token=***',
    );
  });

  it('never shows a password without space, whatever stands around it', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const around = fc.stringMatching(/^\S{0,300}$/);
    fc.assert(
      fc.property(word, word, around, fc.string(), fc.string(), (user, host, more, before, after) => {
        const text = redactText(`${before} rtsp://${user}:x${more}SECRET9@${host}/ ${after}`);
        expect(text).not.toContain('SECRET9');
      }),
    );
  });

  it.each(['://a:', '?a=', 'a:@', '://', '?token', '=a=', 'http://a@'])(
    'does not touch a hostile text with thousands of %s, and is soon done with it',
    (piece) => {
      const text = piece.repeat(100_000);
      expect(redactText(text).length).toBeLessThanOrEqual(text.length);
    },
  );
});

describe('redactJson', () => {
  it.each([
    [{ url: 'rtsp://a:b"c\\@d' }, { url: 'rtsp://a:***@d' }],
    [
      { url: '/live?token=a"bc', n: 1 },
      { url: '/live?token=***', n: 1 },
    ],
    [{ message: 'rtsp://a:b@c\nand more' }, { message: 'rtsp://a:***@c\nand more' }],
    [
      { a: 'http://host:x', b: 'y@z' },
      { a: 'http://host:x', b: 'y@z' },
    ],
    [{ a: ['x=1', { 'http://u:p@h': null }] }, { a: ['x=1', { 'http://u:***@h': null }] }],
  ])('of %j is %j', (value, redacted) => {
    expect(JSON.parse(redactJson(JSON.stringify(value)))).toEqual(redacted);
  });

  it('takes what is no JSON for text', () => {
    expect(redactJson('"http://u:p@h \\x"')).toBe('"http://u:***@h \\x"');
  });
});

describe('redactUsers', () => {
  it.each([
    ['rtsp://joe:***@cam/x', 'rtsp://***@cam/x'],
    ['rtsp://TOKEN@cam/x: it is gone', 'rtsp://***@cam/x: it is gone'],
    ['http://me@example.com:***@cam', 'http://***@cam'],
    ['http://cam/@joe', 'http://cam/@joe'],
  ])('of %s are hidden: %s', (text, shown) => expect(redactUsers(text)).toBe(shown));
});

describe('secretsOf', () => {
  it('finds them as they are written and decoded, and leaves out short ones', () => {
    expect(secretsOf('rtsp://joe:p%40ssword@cam/x?token=abcdef&key=abc&y=1')).toEqual([
      'p%40ssword',
      'p@ssword',
      'abcdef',
    ]);
    expect(secretsOf('rtsp://cam/x')).toEqual([]);
  });

  it('are hidden wherever they stand', () => {
    expect(redactLiterally('user joe, password p@ssword, p@ssword', ['p@ssword'])).toBe('user joe, password ***, ***');
  });
});
