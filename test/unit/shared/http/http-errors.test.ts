import { describe, expect, it } from 'vitest';
import { connectionError, contentError, shownUrl, statusError } from '../../../../shared/http/http-errors.js';

const URL_WITH_SECRETS = new URL('http://admin:geheim@camera:81/video?token=abc&x=1');
const SHOWN = 'http://admin:***@camera:81/video?token=***&x=1';

function nodeError(code: string): Error {
  return Object.assign(new Error('text of the peer, geheim'), { code });
}

describe('messages of an HTTP source', () => {
  it.each([
    ['ENOTFOUND', 'SOURCE_UNREACHABLE', 'the host name is unknown'],
    ['ECONNREFUSED', 'SOURCE_UNREACHABLE', 'nothing listens there'],
    ['EHOSTUNREACH', 'SOURCE_UNREACHABLE', 'no route to the host'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SOURCE_UNREACHABLE', 'NODE_EXTRA_CA_CERTS'],
    ['CERT_HAS_EXPIRED', 'SOURCE_UNREACHABLE', 'has expired'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'SOURCE_UNREACHABLE', 'TLS handshake failed'],
    ['EWHATEVER', 'SOURCE_UNREACHABLE', 'no connection (EWHATEVER)'],
    ['HPE_INVALID_CONSTANT', 'SOURCE_BAD_ANSWER', 'is not HTTP'],
  ])('%s is %s: %s', (code, expected, words) => {
    const error = connectionError(nodeError(code), URL_WITH_SECRETS);
    expect(error.code).toBe(expected);
    expect(error.message).toContain(`${SHOWN}: `);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('geheim');
  });

  it('a connection that just ends has a message too', () => {
    expect(connectionError(null, URL_WITH_SECRETS)).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: `${SHOWN}: the connection was closed before an answer came.`,
    });
  });

  it.each([
    [401, true, 'SOURCE_DENIED', 'it answers 401 Unauthorized: user, password or token are wrong'],
    [401, false, 'SOURCE_DENIED', 'it answers 401 Unauthorized: it wants credentials'],
    [403, true, 'SOURCE_DENIED', 'it answers 403 Forbidden: the user may not see this.'],
    [403, false, 'SOURCE_DENIED', 'it answers 403 Forbidden: it may want credentials'],
    [404, false, 'SOURCE_BAD_ANSWER', 'it answers 404 Not Found; check the path.'],
    [503, false, 'SOURCE_BAD_ANSWER', 'as many viewers as it allows (streamer-server: --max-clients).'],
    [799, false, 'SOURCE_BAD_ANSWER', 'it answers 799; the server has a problem.'],
  ])('status %i (credentials: %s) is %s: %s', (status, hadCredentials, code, words) => {
    const error = statusError(status, new URL('http://camera/video'), hadCredentials);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it('says how a token is given, and that the one in the address is wrong', () => {
    expect(statusError(401, new URL('http://host/cam.mjpg'), false).message).toContain('the parameter `token`');
    const wrong = statusError(401, new URL('http://host/cam.mjpg?token=geheim'), false).message;
    expect(wrong).toContain('user, password or token are wrong');
    expect(wrong).not.toContain('geheim');
  });

  it('says what came instead of video, without letting it write on the terminal', () => {
    const url = new URL('http://camera/');
    expect(contentError('text/html; charset=utf-8', url).message).toBe(
      'http://camera/: it answers with a web page (text/html; charset=utf-8) that is no video; check the path.',
    );
    expect(contentError(undefined, url).message).toContain('it answers with something that is no video');
    expect(contentError(`a/\u001b[31m${'b'.repeat(500)}`, url).message).toMatch(/\(a\/\ufffd\[31mb{53}\)/);
  });

  it('cuts long addresses', () => {
    expect(shownUrl(`http://camera/${'x'.repeat(1000)}`)).toHaveLength(201);
  });
});
