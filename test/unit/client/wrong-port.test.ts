import { describe, expect, it } from 'vitest';
import { noHttpError, strangerError } from '../../../client/wrong-port.js';

describe('strangerError', () => {
  it.each([
    ['HTTP/1.1 400 Bad Request\r\n', 'WRONG_PORT', 'An HTTP server answers at host:8080; the TCP port'],
    ['\x15\x03\x01\x00\x02\x02\x46', 'CONNECT_FAILED', 'host:8080 speaks only TLS'],
  ])('knows %j', (text, code, sentence) => {
    const cause = new Error('It is too long.');
    const error = strangerError(Buffer.from(text, 'latin1'), 'host:8080', cause);
    expect(error).toMatchObject({ code, cause, message: expect.stringContaining(sentence) as unknown });
  });

  it('says nothing of others, and where too little came', () => {
    for (const text of ['', 'HTTP', 'SSH-2.0-OpenSSH', '\x15', '\x00\x00\x00\x05\x02HTTP/']) {
      expect(strangerError(Buffer.from(text, 'latin1'), 'host:8080', null)).toBeNull();
    }
  });
});

describe('noHttpError', () => {
  it('says which port to take', () => {
    expect(noHttpError('ws://host:8000/ws', null)).toMatchObject({
      code: 'WRONG_PORT',
      message: expect.stringContaining('8080 by default, and streamer:// goes') as unknown,
    });
  });
});
