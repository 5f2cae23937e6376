import { describe, expect, it } from 'vitest';
import { connectionError, statusError } from '../../../../server/rtsp/publish-error.js';
import { parseRtspTarget } from '../../../../shared/rtsp/rtsp-target.js';

const target = parseRtspTarget('rtsp://us%20er:p%40%c3%a4%2fw@host/x');
const BASIC = Buffer.from('us er:p@ä/w').toString('base64');
const AS_LATIN1 = Buffer.from('p@ä/w').toString('latin1');
const errorOf = (status: number, reason: string) =>
  statusError('ANNOUNCE', { status, reason, headers: new Map(), body: Buffer.alloc(0) }, target);

describe('statusError', () => {
  it.each(['p@ä/w', AS_LATIN1, 'p%40%c3%a4%2fw', 'p%40%C3%A4%2Fw', BASIC])(
    'shows no password that came back as %s',
    (secret) => {
      expect(errorOf(400, `No ${secret} here`).message).toContain('ANNOUNCE with 400 No *** here; another may');
      for (const status of [401, 403]) {
        expect(errorOf(status, `bad login ${secret}`).message).toContain(`with ${status}: user or password are wrong`);
      }
      // Nor the begin of one, where the reason is cut.
      expect(errorOf(500, 'x'.repeat(97) + secret).message).toContain('x***; the server');
    },
  );

  it('tells a reason that holds none', () => {
    expect(errorOf(500, 'Out of disk').message).toContain('with 500 Out of disk; the server has a problem');
    expect(errorOf(500, '').message).toContain('with 500; the server has a problem');
  });
});

describe('connectionError', () => {
  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
    'says of %s what can be done about it',
    (code) => {
      const error = connectionError(Object.assign(new Error('x'), { code }), target, false);
      expect(error.code).toBe('UNTRUSTED_CERTIFICATE');
      expect(error.message).toMatch(/; use a certificate from a known authority, or .* NODE_EXTRA_CA_CERTS\.$/);
    },
  );
});
